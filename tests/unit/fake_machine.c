/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_machine.h"

#include "boot/guest/selfcheck.h"
#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "drivers/io.h"
#include "hyp/at.h"
#include "hyp/debug.h"
#include "hyp/enter.h"
#include "hyp/later.h"
#include "hyp/trap.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "lib/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_machine machine;
struct firmware firmware;
struct cpu *fake_this_cpu = &cpus[0];
char secondary_entry[4];

void fake_machine_reset(void)
{
	machine = (struct fake_machine){ 0 };
	firmware = (struct firmware){ CONDUIT_SMC, 0x10001, 0x10002, 0, true, true };
}

struct smc_result firmware_call(u32 fid, u64 a1, u64 a2, u64 a3)
{
	machine.nr_calls++;
	machine.call_fid = fid;
	machine.call_arg[0] = a1;
	machine.call_arg[1] = a2;
	machine.call_arg[2] = a3;
	return machine.call_result;
}

void firmware_pass(u64 regs[FIRMWARE_NR_REGS])
{
	machine.nr_passed++;
	memcpy(machine.passed, regs, sizeof(machine.passed));
	if (machine.answer)
		machine.answer(regs);
}

void firmware_power_off(void)
{
}

void firmware_reset(void)
{
}

s64 cpu_power_on(u64 mpidr, pa_t entry, u64 context)
{
	(void)entry;
	machine.nr_on++;
	machine.on_mpidr = mpidr;
	machine.on_context = context;
	if (machine.during_on)
		machine.during_on();
	return machine.on_result;
}

s64 cpu_power_off(void)
{
	machine.nr_off++;
	if (machine.during_off)
		machine.during_off();
	return machine.off_result;
}

s64 cpu_power_suspend(u32 state, pa_t entry, u64 context)
{
	(void)entry;
	machine.nr_suspend++;
	machine.suspend_state = state;
	machine.suspend_context = context;
	return machine.suspend_result;
}

s64 cpu_power_state(u64 mpidr)
{
	(void)mpidr;
	return machine.state_result;
}

void dcache_clean_inval_poc(u64 start, u64 end)
{
	if (machine.on_clean)
		machine.on_clean(start, end);
}

void io_written(u64 addr)
{
	if (machine.on_write)
		machine.on_write(addr);
}

static bool answers(u64 addr)
{
	return addr - machine.answers.base < machine.answers.size;
}

bool io_try_read(u64 addr, unsigned size, u64 *val)
{
	*val = 0;
	if (answers(addr))
		memcpy(val, (const void *)addr, size);
	return answers(addr);
}

bool io_try_write(u64 addr, unsigned size, u64 val)
{
	if (answers(addr))
		memcpy((void *)addr, &val, size);
	return answers(addr);
}

void selfcheck(const struct region *regions, unsigned nr, struct selfcheck *result)
{
	for (unsigned i = 0; i < nr; i++) {
		result[i].checked++;
		if (machine.during_selfcheck)
			machine.during_selfcheck(&regions[i]);
	}
}

u64 at_guest(u64 va, enum at_op op)
{
	machine.at_va = va;
	machine.at_ops |= 1u << op;
	return op < AT_S12E1R || op >= AT_S1E0R ? machine.at_stage1 : machine.at_both;
}

u64 guest_mair(void)
{
	return machine.mair;
}

u64 guest_sctlr(void)
{
	return machine.sctlr;
}

/* Which CPU's turn it is when the event comes is the hardware's; here there is none. */
s64 later_ask(u64 va, u64 write, u64 event)
{
	machine.at_va = va;
	return write > 1 || event - 1 > 1 ? -EINVAL : -EAGAIN;
}

void later_end(void)
{
	machine.at_va = 0;
}

void guest_stop(const char *why)
{
	(void)why;
	abort();
}

void print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vformat(machine.said, sizeof(machine.said), fmt, ap);
	va_end(ap);
	machine.nr_said++;
}

bool debug_can(void)
{
	return machine.debugger;
}

void debug_guest(struct frame *f, const char *why)
{
	(void)f, (void)why;
	machine.nr_debugged++;
}

void trap_repeat_call(void)
{
	fake_this_cpu->again = false;
	machine.nr_repeated++;
}

bool trap_may_print(void)
{
	return true;
}
