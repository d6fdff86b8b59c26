/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/kind.h"

#include "drivers/firmware.h"
#include "hyp/errata.h"
#include "hyp/guest.h"
#include "lib/arch.h"
#include "lib/lock.h"
#include "mm/tlb.h"

/* A profiling or trace buffer may be EL3's: P in its ID register. */
#define BUFFER_P	BIT(4)
#define PMSIDR_FDS	BIT(7)

/* ID_AA64DFR0_EL1.PMUVer, from which on MDCR_EL2 has HPMD and HCCD: events and cycles. */
#define PMU_CAN_LEAVE_OUT_EL2	6

/* ID_AA64ISAR0_EL1.TLB */
#define ISAR0_TLB_RANGE	2

/* Guards what follows for who adds a kind. One of the first nr_kinds stays as it is: no lock. */
static struct lock kinds_lock;
static struct cpu_kind kinds[MAX_KINDS];
static unsigned nr_kinds;
static struct idreg_policy policy;

void kinds_init(const struct idreg_policy *p)
{
	policy = *p;
}

/* What SMCCC_ARCH_FEATURES says on this CPU. */
static s32 arch_feature(u32 fid)
{
	if (firmware.smccc_version < VERSION_1_1)
		return PSCI_NOT_SUPPORTED;
	return (s32)firmware_call(SMCCC_ARCH_FEATURES, fid, 0, 0).x[0];
}

static bool tlb_range_known(const struct cpu_kind *k)
{
	return idreg_field(&k->raw, ID_AA64ISAR0, 56) >= ISAR0_TLB_RANGE;
}

/*
 * What this CPU has cached until now, a TLBI of another's by range that it does not know need not
 * have dropped: here EL2's; the guest's by TLBI ALLE1 in vcpu_init(). DSB first: who still found
 * tlb_by_range true had published its change before (tlb_flush()), so walks from now on see that.
 */
static void drop_what_was_missed(void)
{
	dsb(ish);
	asm volatile("tlbi alle2" : : : "memory");
	dsb(nsh);
	isb();
}

/* Where the buffer is EL3's, an access to SPE's registers ends there, and the machine with it. */
static bool has_spe(const struct idregs *raw)
{
	return idreg_field(raw, ID_AA64DFR0, 32) && !(read_sysreg_s(SYS_PMBIDR_EL1) & BUFFER_P);
}

/*
 * EL3 may trap TRFCR_EL2, by which trace leaves EL2 out (MDCR_EL3.TTRF): TF-A up to 2.9 does, if
 * it was not built for trace, and ends the machine at an access. Nothing tells EL2 of that trap,
 * but the buffer is then not its own either, and the register that says so does not trap.
 */
static bool has_trace(const struct idregs *raw)
{
	return idreg_field(raw, ID_AA64DFR0, 40) && idreg_field(raw, ID_AA64DFR0, 44) &&
	       !(read_sysreg_s(SYS_TRBIDR_EL1) & BUFFER_P);
}

static void work_out(struct cpu_kind *k, u64 midr)
{
	struct idreg_policy here = policy;
	struct el2_input in = {
		.raw = &k->raw,
		.shown = &k->shown,
		.mte = policy.mte,
		.fwb = guest.caps.fwb,
	};
	struct workarounds workarounds = { arch_feature(ARCH_WORKAROUND_1),
					   arch_feature(ARCH_WORKAROUND_3) };

	errata_apply(midr);
	k->midr = midr;
	idregs_read(&k->raw);
	__atomic_store_n(&tlb_by_range, tlb_range_known(k) && (!nr_kinds || tlb_by_range),
			 __ATOMIC_RELAXED);
	k->owns_spe = here.spe = has_spe(&k->raw);
	k->trace = here.trace = has_trace(&k->raw);
	in.hides = idregs_show(&k->shown, &k->raw, &here);

	k->pmu = pmu_version(&k->raw) != 0;
	k->pmu_stops = k->pmu && pmu_version(&k->raw) < PMU_CAN_LEAVE_OUT_EL2;
	k->harden = harden_choose(midr, &k->raw, &workarounds);

	in.hpmn = k->pmu ? FIELD(read_sysreg(pmcr_el0), 15, 11) : 0;
	/* EL3 traps that one, too, where the buffer is its own (MDCR_EL3.NSPB) */
	in.spe_fds = k->owns_spe && read_sysreg_s(SYS_PMSIDR_EL1) & PMSIDR_FDS;
	el2_regs_choose(&k->regs, &in);
}

/* Of the first @nr kinds. */
static const struct cpu_kind *find(u64 midr, unsigned nr)
{
	for (const struct cpu_kind *k = kinds; k < kinds + nr; k++)
		if (k->midr == midr && idregs_are(&k->raw))
			return k;
	return NULL;
}

/* Another CPU may have added it meanwhile. */
static const struct cpu_kind *__attribute__((noinline)) add(u64 midr)
{
	const struct cpu_kind *k;

	lock(&kinds_lock);
	k = find(midr, nr_kinds);
	if (!k && nr_kinds < MAX_KINDS) {
		k = &kinds[nr_kinds];
		work_out(&kinds[nr_kinds], midr);
		__atomic_store_n(&nr_kinds, nr_kinds + 1, __ATOMIC_RELEASE);
	}
	unlock(&kinds_lock);
	return k;
}

const struct cpu_kind *kind_here(void)
{
	u64 midr = read_sysreg(midr_el1);
	const struct cpu_kind *k = find(midr, __atomic_load_n(&nr_kinds, __ATOMIC_ACQUIRE));

	k = k ? k : add(midr);
	if (k && !tlb_range_known(k))
		drop_what_was_missed();
	return k;
}
