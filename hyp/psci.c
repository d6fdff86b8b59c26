/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/psci.h"

#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "drivers/firmware.h"
#include "hyp/at.h"
#include "hyp/enter.h"
#include "hyp/guest.h"
#include "hyp/smccc.h"
#include "hyp/trap.h"
#include "lib/lock.h"

/*
 * CPU_SUSPEND's power_state: powerdown or standby. The bit depends on the format that the firmware
 * has.
 */
#define SUSPEND_EXTENDED	BIT(1)	/* of firmware.suspend */
#define SUSPEND_OS_INITIATED	BIT(0)	/* likewise: PSCI_SET_SUSPEND_MODE is there */
#define STATE_TYPE		BIT(16)
#define STATE_TYPE_EXTENDED	BIT(30)

/* MIGRATE_INFO_TYPE: a Trusted OS on one CPU, which can be moved or not. */
#define TRUSTED_OS_MOVES	0
#define TRUSTED_OS_STAYS	1

struct psci_states psci_states;

static struct lock state_lock;		/* guards the `state` of every CPU */

static void set_state(struct cpu *cpu, enum cpu_state state)
{
	lock(&state_lock);
	cpu->state = state;
	unlock(&state_lock);
}

void psci_cpu_is_on(struct cpu *self)
{
	set_state(self, CPU_ON);
}

void psci_cpu_stays_off(struct cpu *self)
{
	set_state(self, CPU_OFF);
}

/*
 * Takes a claim back; not if a CPU_OFF that the firmware denied has made the CPU ON again
 * meanwhile.
 */
static void unclaim(struct cpu *target)
{
	lock(&state_lock);
	if (target->state == CPU_ON_PENDING)
		target->state = CPU_OFF;
	unlock(&state_lock);
}

/* It begins in the byte order of who calls, as PSCI has it of firmware. */
static void enters_at(struct cpu *cpu, u64 entry, u64 context)
{
	cpu->entry = entry;
	cpu->context = context;
	cpu->big_endian = guest_sctlr() & SCTLR_EE;
}

/* Makes @target ON_PENDING for the caller alone. */
static s64 claim(struct cpu *target, u64 entry, u64 context)
{
	static const s64 refusal[] = {
		[CPU_ON] = PSCI_ALREADY_ON, [CPU_ON_PENDING] = PSCI_ON_PENDING
	};
	s64 err = PSCI_SUCCESS;

	lock(&state_lock);
	if (target->state != CPU_OFF) {
		err = refusal[target->state];
	} else {
		target->state = CPU_ON_PENDING;
		enters_at(target, entry, context);
	}
	unlock(&state_lock);
	return err;
}

/* Some firmware takes a window of addresses, which the guest's own entry was in (TF-A). */
static s64 from_firmware(s64 err)
{
	if (err == PSCI_INVALID_ADDRESS && trap_may_print())
		print("mavis: the firmware starts no CPU at %#lx, where Mavis is: give a lower `place` in the config\n",
		      (u64)secondary_entry);
	return err;
}

static s64 start(struct cpu *target, u64 entry, u64 context)
{
	s64 err;

	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if (!guest_can_start_at(entry))
		return PSCI_INVALID_ADDRESS;
	err = claim(target, entry, context);
	if (err)
		return err;

	/*
	 * The firmware may refuse: a CPU that has just called CPU_OFF is still on for it. What it
	 * says is what the guest would have been told on the bare machine.
	 */
	err = from_firmware(
		cpu_power_on(target->mpidr, PA((u64)secondary_entry), (u64)target));
	if (err)
		unclaim(target);
	return err;
}

void psci_cpu_on(struct frame *f)
{
	frame_result(f, start(cpu_find(smccc_arg(f, 1)), smccc_arg(f, 2), smccc_arg(f, 3)));
}

void psci_cpu_off(struct frame *f, struct cpu *self)
{
	s64 err;

	set_state(self, CPU_OFF);
	err = cpu_power_off();
	set_state(self, CPU_ON);
	frame_result(f, err == PSCI_NOT_SUPPORTED ? PSCI_DENIED : err);
}

static bool is_allowed(u32 state)
{
	for (unsigned i = 0; i < psci_states.nr; i++)
		if (psci_states.state[i] == state)
			return true;
	return !psci_states.limited;
}

static s64 suspend(struct cpu *self, u32 state, u64 entry, u64 context)
{
	u64 powerdown = firmware.suspend & SUSPEND_EXTENDED ? STATE_TYPE_EXTENDED : STATE_TYPE;

	if (firmware.suspend < 0)
		return PSCI_NOT_SUPPORTED;
	if (state & powerdown) {
		if (!is_allowed(state))
			return PSCI_INVALID_PARAMETERS;
		if (!guest_can_start_at(entry))
			return PSCI_INVALID_ADDRESS;
		enters_at(self, entry, context);
	}
	return from_firmware(cpu_power_suspend(state, PA((u64)secondary_entry), (u64)self));
}

/*
 * The way back from a powerdown state is that of a CPU which starts; without one, that of any call.
 */
void psci_cpu_suspend(struct frame *f, struct cpu *self)
{
	frame_result(f, suspend(self, (u32)smccc_arg(f, 1), smccc_arg(f, 2), smccc_arg(f, 3)));
}

bool psci_has_suspend_mode(void)
{
	return firmware.suspend > 0 && firmware.suspend & SUSPEND_OS_INITIATED;
}

/* Who chooses a cluster's state, the firmware or who calls it, changes nothing for Mavis. */
void psci_set_suspend_mode(struct frame *f)
{
	s64 err = PSCI_NOT_SUPPORTED;

	if (psci_has_suspend_mode())
		err = (s32)firmware_call(PSCI_SET_SUSPEND_MODE, smccc_arg(f, 1), 0, 0).x[0];
	frame_result(f, err);
}

/* The firmware sees to it that all others are off, and keeps memory; nothing else is Mavis's. */
static s64 system_suspend(struct cpu *self, u64 entry, u64 context)
{
	if (!firmware.system_suspend)
		return PSCI_NOT_SUPPORTED;
	if (!guest_can_start_at(entry))
		return PSCI_INVALID_ADDRESS;
	enters_at(self, entry, context);
	return from_firmware((s32)firmware_call(PSCI_SYSTEM_SUSPEND_64, (u64)secondary_entry,
						(u64)self, 0).x[0]);
}

/* It comes back as from a powerdown state of this CPU's. */
void psci_system_suspend(struct frame *f, struct cpu *self)
{
	frame_result(f, system_suspend(self, smccc_arg(f, 1), smccc_arg(f, 2)));
}

static s64 affinity_info(const struct cpu *target, u64 level)
{
	enum cpu_state state;

	if (!target || level)
		return PSCI_INVALID_PARAMETERS;
	lock(&state_lock);
	state = target->state;
	unlock(&state_lock);
	return state == CPU_OFF && cpu_power_state(target->mpidr) == CPU_ON ? CPU_ON : state;
}

/*
 * A CPU that is OFF here is so for the guest once the machine agrees. Only affinity level 0 is
 * known, as PSCI 1.0 allows.
 */
void psci_affinity_info(struct frame *f)
{
	frame_result(f, affinity_info(cpu_find(smccc_arg(f, 1)), smccc_arg(f, 2)));
}

/*
 * The CPU where a Trusted OS runs that knows no other: CPU_OFF of that one is denied, or loses it.
 * A kernel that is told leaves it on; one that is not takes a CPU_OFF that comes back for an error
 * of its own, as Linux does. Nobody moves it, as MIGRATE is not the guest's.
 */
void psci_migrate_info(struct frame *f)
{
	u32 fid = (u32)f->x[0];
	u64 info = firmware_call(fid, 0, 0, 0).x[0];

	if (fid == PSCI_MIGRATE_INFO_TYPE && info == TRUSTED_OS_MOVES)
		info = TRUSTED_OS_STAYS;
	f->x[0] = info;
}

void psci_system_off(void)
{
	firmware_power_off();
	guest_stop("powered off; nothing here can turn off the machine");
}

void psci_system_reset(void)
{
	firmware_reset();
	guest_stop("reset; nothing here can reset the machine");
}

void psci_system_reset2(struct frame *f)
{
	s64 err = PSCI_NOT_SUPPORTED;

	if (firmware.reset2)
		err = (s32)firmware_call((u32)f->x[0], smccc_arg(f, 1), smccc_arg(f, 2), 0).x[0];
	frame_result(f, err);
}
