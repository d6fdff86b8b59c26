/* SPDX-License-Identifier: Apache-2.0 */
/* Survives the signals of a bad access: after catch_signals(), sigsetjmp(escape, 1) returns one. */
#ifndef TESTS_GUESTS_LINUX_CATCH_H
#define TESTS_GUESTS_LINUX_CATCH_H

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static sigjmp_buf escape;
static volatile sig_atomic_t code;	/* the last signal's si_code */

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	code = info->si_code;
	siglongjmp(escape, sig);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

#endif
