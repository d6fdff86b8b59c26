/* SPDX-License-Identifier: Apache-2.0 */
/* What only a guest with `debug` can do: physical addresses, and gdb on the console. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "guests/linux/ctl/ctl.h"

static const char *why(int64_t status)
{
	switch (status) {
	case CONTROL_NOT_SUPPORTED:
		return "the config does not say `debug;`";
	case CONTROL_EACCES:
		return "this is Mavis's own memory";
	case CONTROL_EFAULT:
		return "the machine answers with an abort: nothing is there, or it has no clock or power";
	case CONTROL_EINVAL:
		return "the size is 1, 2, 4 or 8, the address a multiple of it that the machine can have";
	case CONTROL_ENOENT:
		return "there is no console that Mavis can read: see docs/debugging.md";
	default:
		return "Mavis refuses";
	}
}

static bool number(const char *text, uint64_t *val)
{
	char *end;

	errno = 0;
	*val = strtoull(text, &end, 0);
	return *text && !*end && !errno;
}

int peek(int argc, char **argv)
{
	uint64_t addr, size = 4;
	struct answer a;

	if (argc < 1 || argc > 2 || !number(argv[0], &addr) ||
	    (argc > 1 && !number(argv[1], &size)))
		return -1;
	a = ask(CONTROL_PEEK, addr, size, 0);
	if (a.status)
		return refuse(a.status, why(a.status));
	printf(json ? JSON_BEGIN("peek") ", \"address\": %" PRIu64 ", \"value\": %" PRIu64 "}\n" :
		      "%#" PRIx64 ": %#" PRIx64 "\n",
	       addr, a.r[0]);
	return 0;
}

int poke(int argc, char **argv)
{
	uint64_t addr, val, size = 4;
	struct answer a;

	if (argc < 2 || argc > 3 || !number(argv[0], &addr) || !number(argv[1], &val) ||
	    (argc > 2 && !number(argv[2], &size)))
		return -1;
	a = ask(CONTROL_POKE, addr, size, val);
	return a.status ? refuse(a.status, why(a.status)) : 0;
}

int debug(int argc, char **argv)
{
	struct answer a;

	(void)argc, (void)argv;
	a = ask(CONTROL_DEBUG, 0, 0, 0);
	return a.status ? refuse(a.status, why(a.status)) : 0;
}
