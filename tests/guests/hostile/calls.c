/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the firmware's and of Mavis's own. */
#include "drivers/firmware.h"
#include "tests/guests/hostile/hostile.h"

#define NOT_SUPPORTED(status)	((s32)(status) == -1)

/* CPU_SUSPEND to SYSTEM_RESET and what came later: the end of the machine, or of this CPU. */
static bool ends_it(u32 fid)
{
	u32 fn = fid & 0xffff;

	return (fid & 0x3f000000) == 0x04000000 && fn < 0x20 && fn != 0 && fn != 4 && fn != 10;
}

/* Arm's, the standard service's, the hypervisors': what they answer is not known here. */
static bool may_be_known(unsigned owner)
{
	return !owner || (owner >= 4 && owner <= 6);
}

/* Fast and yielding, of 32 and 64 bits, of every owner, by both instructions. */
void attack_calls(struct tally *t)
{
	unsigned nr = thorough ? 0x400 : 0x40;

	for (unsigned i = 0; i < 2 * 4 * 64 * nr; i++) {
		u32 fn = i % nr, owner = i / nr % 64, form = i / nr / 64 % 4;
		u32 fid = form << 30 | owner << 24 | (any() & 1 ? fn : (u32)(any() & 0xffff));
		struct call_result c;

		if (ends_it(fid) || ((fid >> 24 & 0x3f) == 4 && (fid & 0xffff) == 3))
			continue;
		calls_init(i / nr / 64 / 4);
		c = call(fid, any(), any(), any());
		count(t, may_be_known(owner) || NOT_SUPPORTED(c.status), "call", fid);
	}
	calls_init(false);
}

/* What PSCI may answer to CPU_ON and AFFINITY_INFO. */
static bool is_answer(s64 status)
{
	return status >= -9 && status <= 2;
}

static void race(void *arg)
{
	struct tally *t = arg;

	for (unsigned i = 0; i < (thorough ? 20000u : 2000u); i++) {
		u64 mpidr = host.cpu[2 + any() % MAX(host.nr_cpus - 2, 1u)].mpidr;
		u64 entry = (u64)victim, fid = PSCI_CPU_ON_64;

		switch (any() % 8) {
		case 0:
			fid = PSCI_AFFINITY_INFO_64;
			entry = any() % 4;
			break;
		case 1:
			mpidr = any();
			break;
		case 2:
			mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
		}
		count(t, is_answer(call(fid, mpidr, entry, any()).status), "PSCI", mpidr);
	}
}

/* Two CPUs start others, which turn themselves off. In the end all are off, and start again. */
void attack_power(struct tally *t)
{
	struct tally other = { 0 };
	u64 second = read_sysreg(cntfrq_el0);

	if (host.nr_cpus < 3)
		return;
	other_call(race, &other);
	race(t);
	other_finish();
	t->tried += other.tried;
	t->withstood += other.withstood;
	for (unsigned i = 2; i < host.nr_cpus; i++)
		for (unsigned again = 0; again < 2; again++) {
			u64 until = read_sysreg(cntvct_el0) + 20 * second;
			u64 mpidr = host.cpu[i].mpidr;

			while (call(PSCI_AFFINITY_INFO_64, mpidr, 0, 0).status != 1 &&
			       read_sysreg(cntvct_el0) < until)
				;
			count(t, call(PSCI_AFFINITY_INFO_64, mpidr, 0, 0).status == 1,
			      "CPU that stays on", mpidr);
			if (!again)
				count(t, !call(PSCI_CPU_ON_64, mpidr, (u64)victim, 0).status,
				      "CPU that does not start again", mpidr);
		}
}

static u64 argument(void)
{
	u64 x = any();

	switch (x >> 61) {
	case 0:
	case 1:
		return x & 31;
	case 2:
		return x & 0xffffffff;
	case 3:
		return ~0ul;
	default:
		return x;
	}
}

static bool may_change(u64 region)
{
	return control(CONTROL_REGION, region, 0, 0).r[3] >> 32 & CONTROL_FLAG_ADJUSTABLE;
}

/* Whatever is asked for, SET changes nothing but what the config says. */
static void ask(void *arg)
{
	struct tally *t = arg;

	for (unsigned i = 0; i < (thorough ? 100000u : 10000u); i++) {
		unsigned command = any() & 15;
		u64 first = argument();
		struct call_result c = control(command, first, argument(), argument());

		count(t, command != CONTROL_SET || c.status < 0 || may_change(first),
		      "control call", command);
	}
}

void attack_control(struct tally *t)
{
	struct tally other = { 0 };

	other_call(ask, &other);
	ask(t);
	other_finish();
	t->tried += other.tried;
	t->withstood += other.withstood;
}
