/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A translation by another process's tables. EL2 has them when the process runs, so it is made to
 * carry out one instruction that EL2 is told to wait for: DC CVAC of the address, which does
 * nothing else. The instruction stands, for that moment, where the ELF header of its vDSO has bytes
 * that nobody reads, in a copy of its own.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <asm/ptrace.h>

#include "guests/linux/ctl/ctl.h"

#define DC_CVAC_X0	0xd50b7a20u
#define PSR_BTYPE	0xc00ul

static void fail_errno(const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	die(text);
}

/* Where the process has its vDSO; 0: nowhere. */
static uint64_t find_vdso(pid_t pid)
{
	char path[40], line[256];
	uint64_t base = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "r");
	while (f && !base && fgets(line, sizeof(line), f))
		if (strstr(line, "[vdso]"))
			base = strtoull(line, NULL, 16);
	if (f)
		fclose(f);
	return base;
}

/* To a CPU that both may run on; *was is where the process could. */
static void share_a_cpu(pid_t pid, cpu_set_t *was)
{
	cpu_set_t one;
	int cpu = sched_getcpu();

	if (sched_getaffinity(pid, sizeof(*was), was))
		fail_errno("the process's CPUs");
	while (!CPU_ISSET(cpu, was))
		cpu = (cpu + 1) % CPU_SETSIZE;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) || sched_setaffinity(pid, sizeof(one), &one))
		fail_errno("cannot run on the process's CPU");
}

static void registers(int request, pid_t pid, struct user_pt_regs *regs)
{
	struct iovec v = { regs, sizeof(*regs) };

	if (ptrace(request, pid, NT_PRSTATUS, &v))
		fail_errno("the process's registers");
	if (v.iov_len != sizeof(*regs))
		die("that is a 32-bit program, whose tables mavisctl has no way to");
}

static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		die("the process has ended meanwhile");
	return WSTOPSIG(status);
}

/* What the instruction takes where the CPU, and not EL2, carries it out and has no such address. */
static bool is_of_the_step(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL;
}

/*
 * One instruction at @pc, with @va in x0; true if it came to its end. A signal that comes meanwhile
 * is the process's, and waits in *sig.
 */
static bool step(pid_t pid, const struct user_pt_regs *saved, uint64_t pc, uint64_t va, int *sig)
{
	struct user_pt_regs regs = *saved;
	int got;

	regs.regs[0] = va;
	regs.pc = pc;
	regs.pstate &= ~PSR_BTYPE;
	registers(PTRACE_SETREGSET, pid, &regs);
	if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0))
		fail_errno("the process cannot be stepped");
	got = wait_for(pid);
	if (got != SIGTRAP) {
		*sig = is_of_the_step(got) ? *sig : got;
		return false;
	}
	registers(PTRACE_GETREGSET, pid, &regs);
	return regs.pc == pc + 4;
}

/* Something else on this CPU may end EL2's waiting: then again. */
static struct answer try_at(pid_t pid, const struct user_pt_regs *saved, uint64_t pc, uint64_t va,
			    int *sig)
{
	struct answer a = { .status = CONTROL_EAGAIN };

	for (unsigned i = 0; i < AT_ATTEMPTS && a.status == CONTROL_EAGAIN; i++) {
		a = ask(CONTROL_AT_LATER, va, 0, CONTROL_LATER_DC);
		if (a.status == CONTROL_EAGAIN && step(pid, saved, pc, va, sig))
			a = read_answer();
	}
	return a;
}

struct answer at_in_process(pid_t pid, uint64_t va)
{
	struct user_pt_regs saved;
	struct answer a;
	cpu_set_t cpus;
	uint64_t place;
	long word;
	int sig = 0;

	if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0))
		fail_errno("the process cannot be stopped");
	wait_for(pid);
	registers(PTRACE_GETREGSET, pid, &saved);
	place = find_vdso(pid);
	if (!place)
		die("the process has no vDSO: is it a kernel thread?");
	place += EI_ABIVERSION;
	share_a_cpu(pid, &cpus);
	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, pid, place, 0);
	if (errno || ptrace(PTRACE_POKETEXT, pid, place, (word & ~0xffffffffl) | DC_CVAC_X0))
		fail_errno("the process's vDSO");
	a = try_at(pid, &saved, place, va, &sig);
	ptrace(PTRACE_POKETEXT, pid, place, word);
	registers(PTRACE_SETREGSET, pid, &saved);
	sched_setaffinity(pid, sizeof(cpus), &cpus);
	ptrace(PTRACE_DETACH, pid, 0, sig);
	return a;
}
