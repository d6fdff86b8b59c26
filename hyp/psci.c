/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/psci.h"

#include "drivers/cpu_power.h"
#include "drivers/firmware.h"
#include "hyp/guest.h"
#include "hyp/smccc.h"
#include "hyp/enter.h"
#include "lib/cache.h"
#include "lib/lock.h"

#define VERSION_1_1		0x10001
#define MIGRATE_NOT_NEEDED 2 /* MIGRATE_INFO_TYPE: no Trusted OS that a CPU_OFF could orphan */

/*
 * CPU_SUSPEND's power_state: powerdown or standby. The bit depends on the format that the firmware
 * has.
 */
#define SUSPEND_EXTENDED	BIT(1)	/* of firmware.suspend */
#define STATE_TYPE		BIT(16)
#define STATE_TYPE_EXTENDED	BIT(30)

static struct lock state_lock;		/* guards the `state` of every CPU */

static void result(struct frame *f, s64 val)
{
	f->x[0] = (u64)val;
}

static void version(struct frame *f, struct cpu *self)
{
	(void)self;
	result(f, VERSION_1_1);
}

/*
 * A CPU that starts reads its struct with the MMU off, past the caches (Arm ARM B2, "Mismatched
 * memory attributes").
 */
static void publish(const struct cpu *cpu)
{
	dcache_clean_inval_poc((u64)cpu, (u64)(cpu + 1));
}

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
		target->entry = entry;
		target->context = context;
	}
	unlock(&state_lock);
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

	publish(target);
	/*
	 * The firmware may refuse: a CPU that has just called CPU_OFF is still on for it. What it
	 * says is what the guest would have been told on the bare machine.
	 */
	err = cpu_power_on(target->mpidr, PA((u64)secondary_entry), (u64)target);
	if (err)
		unclaim(target);
	return err;
}

static void cpu_on(struct frame *f, struct cpu *self)
{
	(void)self;
	result(f, start(cpu_find(smccc_arg(f, 1)), smccc_arg(f, 2), smccc_arg(f, 3)));
}

static void cpu_off(struct frame *f, struct cpu *self)
{
	set_state(self, CPU_OFF);
	s64 err = cpu_power_off();

	set_state(self, CPU_ON);
	result(f, err == PSCI_NOT_SUPPORTED ? PSCI_DENIED : err);
}

/*
 * The way back from a powerdown state is that of a CPU which starts; without one, that of any call.
 */
static void cpu_suspend(struct frame *f, struct cpu *self)
{
	u32 state = (u32)smccc_arg(f, 1);
	u64 powerdown = firmware.suspend & SUSPEND_EXTENDED ? STATE_TYPE_EXTENDED : STATE_TYPE;

	if (firmware.suspend < 0) {
		result(f, PSCI_NOT_SUPPORTED);
		return;
	}
	if (state & powerdown) {
		if (!guest_can_start_at(smccc_arg(f, 2))) {
			result(f, PSCI_INVALID_ADDRESS);
			return;
		}
		self->entry = smccc_arg(f, 2);
		self->context = smccc_arg(f, 3);
		publish(self);
	}
	result(f, cpu_power_suspend(state, PA((u64)secondary_entry), (u64)self));
}

/*
 * A CPU that is OFF here is so for the guest once the machine agrees. Only affinity level 0 is
 * known, as PSCI 1.0 allows.
 */
static void affinity_info(struct frame *f, struct cpu *self)
{
	const struct cpu *target = cpu_find(smccc_arg(f, 1));
	enum cpu_state state;
	s64 machine;

	(void)self;
	if (!target || smccc_arg(f, 2)) {
		result(f, PSCI_INVALID_PARAMETERS);
		return;
	}
	lock(&state_lock);
	state = target->state;
	unlock(&state_lock);
	if (state == CPU_OFF) {
		machine = cpu_power_state(target->mpidr);
		if (machine == CPU_ON)
			state = CPU_ON;
	}
	result(f, state);
}

static void migrate_info_type(struct frame *f, struct cpu *self)
{
	(void)self;
	result(f, MIGRATE_NOT_NEEDED);
}

static void system_off(struct frame *f, struct cpu *self)
{
	(void)f;
	(void)self;
	firmware_power_off();
	guest_stop("powered off; nothing here can turn off the machine");
}

static void system_reset(struct frame *f, struct cpu *self)
{
	(void)f;
	(void)self;
	firmware_reset();
	guest_stop("reset; nothing here can reset the machine");
}

static void system_reset2(struct frame *f, struct cpu *self)
{
	(void)self;
	if (!firmware.reset2)
		result(f, PSCI_NOT_SUPPORTED);
	else
		result(f,
		       (s32)firmware_call((u32)f->x[0], smccc_arg(f, 1), smccc_arg(f, 2), 0).x[0]);
}

static void features(struct frame *f, struct cpu *self);

#define FORM32(n)	[n]
#define FORM64(n)	[32 | (n)]

const psci_function psci_functions[64] = {
	FORM32(0x00) = version,
	FORM32(0x01) = cpu_suspend,
	FORM64(0x01) = cpu_suspend,
	FORM32(0x02) = cpu_off,
	FORM32(0x03) = cpu_on,
	FORM64(0x03) = cpu_on,
	FORM32(0x04) = affinity_info,
	FORM64(0x04) = affinity_info,
	FORM32(0x06) = migrate_info_type,
	FORM32(0x08) = system_off,
	FORM32(0x09) = system_reset,
	FORM32(0x0a) = features,
	FORM32(0x12) = system_reset2,
	FORM64(0x12) = system_reset2,
};

/* What is more than "yes" about a function that is in the table. */
static s64 features_of(psci_function fn)
{
	if (fn == cpu_suspend)
		return firmware.suspend;
	if (fn == system_reset2 && !firmware.reset2)
		return PSCI_NOT_SUPPORTED;
	return PSCI_SUCCESS;
}

static void features(struct frame *f, struct cpu *self)
{
	u32 fid = (u32)f->x[1];
	psci_function fn = PSCI_IS(fid) ? psci_functions[PSCI_INDEX(fid)] : NULL;

	(void)self;
	if (fid == SMCCC_VERSION)
		result(f, PSCI_SUCCESS);
	else
		result(f, fn ? features_of(fn) : PSCI_NOT_SUPPORTED);
}
