/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/smmu_hw.h"

#include "drivers/io.h"
#include "drivers/smmu_regs.h"
#include "lib/arch.h"
#include "lib/errno.h"

const char *smmu_probe(struct smmu *s, const struct host_smmu *host, struct smmu_caps *caps)
{
	u32 idr0, idr1, idr5;

	*s = (struct smmu){ .base = host->regs.base, .page1 = host->regs.base };
	format(s->name, sizeof(s->name), "%s", host->name);
	if (!host->one_page) {
		s->page1 += SMMU_PAGE1;
		if (host->regs.size < SMMU_SIZE)
			return "its `reg` has less than 128 KiB";
	}
	idr0 = read32(s->base + SMMU_IDR0);
	idr1 = read32(s->base + SMMU_IDR1);
	idr5 = read32(s->base + SMMU_IDR5);
	if (idr0 == ~0u)
		return "its registers answer with an external abort: see to its power";
	if (!(idr0 & IDR0_S2P))
		return "it has no stage 2";
	if (!(idr0 & IDR0_TTF_AARCH64) || !(idr5 & IDR5_GRAN4K))
		return "it has no tables of VMSAv8-64 with 4 KiB pages";
	if (IDR0_TTENDIAN(idr0) == TTENDIAN_BIG)
		return "it reads big-endian tables only";
	if (IDR0_STALL_MODEL(idr0) == STALL_FORCED)
		return "it stalls what it stops";
	if (idr1 & IDR1_PRESET)
		return "its tables or queues have a place of their own";

	/*
	 * The tree knows how it was wired: IDR0.COHACC is what the integrator tied it to. One that
	 * looks into caches although the tree does not say so is served as well by memory.
	 */
	s->coherent = host->coherent;
	*caps = (struct smmu_caps){
		.stream_bits = (u8)MIN(IDR1_SIDSIZE(idr1), 32u),
		.pa_bits = pa_sizes[MIN(IDR5_OAS(idr5), PA_SIZE_MAX)],
		.two_levels = IDR0_ST_LEVEL(idr0) == 1,
		.hyp = idr0 & IDR0_HYP,
		.ats = idr0 & IDR0_ATS,
		.log2_commands = (u8)IDR1_CMDQS(idr1),
		.log2_events = (u8)IDR1_EVENTQS(idr1),
	};
	return NULL;
}

/* GBPA takes one form of write: with Update, which is 0 before and after (6.3.14). */
static int set_bypass(struct smmu *s, u32 abort)
{
	u64 gbpa = s->base + SMMU_GBPA;
	int err = smmu_wait(gbpa, (u32)GBPA_UPDATE, 0);

	if (err)
		return err;
	write32(gbpa, (read32(gbpa) & ~(u32)GBPA_ABORT) | abort | (u32)GBPA_UPDATE);
	return smmu_wait(gbpa, (u32)GBPA_UPDATE, 0);
}

int smmu_block(struct smmu *s)
{
	int err = set_bypass(s, GBPA_ABORT);

	if (!err)
		err = smmu_set_cr0(s, 0);
	if (err)
		return err;
	/* The guest does not know of it, and would have no driver for its interrupts. */
	write32(s->base + SMMU_IRQ_CTRL, 0);
	return smmu_wait(s->base + SMMU_IRQ_CTRLACK, ~0u, 0);
}

void smmu_bypass(struct smmu *s)
{
	/* Where each access aborts there is nothing to wait for. */
	if (read32(s->base + SMMU_GBPA) != ~0u && !set_bypass(s, 0))
		smmu_set_cr0(s, 0);
}

/* With SMMUEN = 0: only then are they writable (6.3.9 to 6.3.13). */
static void set_registers(struct smmu *s, pa_t table, u32 config)
{
	u64 commands = (u64)s->commands | s->log2_commands | BASE_ALLOCATE;
	u64 events = (u64)s->events | s->log2_events | BASE_ALLOCATE;

	write32(s->base + SMMU_CR1, s->coherent ? CR1_COHERENT : CR1_NON_COHERENT);
	write32(s->base + SMMU_CR2, (u32)(CR2_RECINVSID | CR2_PTM));
	write64(s->base + SMMU_STRTAB_BASE, table.v | BASE_ALLOCATE);
	write32(s->base + SMMU_STRTAB_BASE_CFG, config);
	write64(s->base + SMMU_CMDQ_BASE, commands);
	write32(s->base + SMMU_CMDQ_PROD, 0);
	write32(s->base + SMMU_CMDQ_CONS, 0);
	write64(s->base + SMMU_EVENTQ_BASE, events);
	write32(s->page1 + SMMU_EVENTQ_PROD, 0);
	write32(s->page1 + SMMU_EVENTQ_CONS, 0);
	s->produced = s->consumed = 0;
	s->acknowledged = read32(s->base + SMMU_GERROR);
	write32(s->base + SMMU_GERRORN, s->acknowledged);
}

static int command_and_sync(struct smmu *s, u64 low, u64 high)
{
	int err = smmu_command(s, low, high);

	return err ? err : smmu_sync(s);
}

/*
 * What it may have cached under whoever drove it before. Each kind of command ends in a sync: an
 * MMU-700 must not have them mixed (erratum 2812531).
 */
static int forget(struct smmu *s, bool hyp)
{
	int err = command_and_sync(s, CMD_CFGI_ALL, CFGI_ALL_RANGE);

	if (!err && hyp)
		err = command_and_sync(s, CMD_TLBI_EL2_ALL, 0);
	return err ? err : command_and_sync(s, CMD_TLBI_NSNH_ALL, 0);
}

int smmu_start(struct smmu *s, const struct smmu_caps *caps, pa_t table, u32 config)
{
	u32 cr0 = CR0_CMDQEN;
	int err;

	set_registers(s, table, config);
	err = smmu_set_cr0(s, cr0);
	if (!err)
		err = forget(s, caps->hyp);
	cr0 |= CR0_EVENTQEN;
	if (!err)
		err = smmu_set_cr0(s, cr0);
	/* Or what a device says it has had translated would pass unlooked at. */
	if (caps->ats)
		cr0 |= CR0_ATSCHK;
	if (!err)
		err = smmu_set_cr0(s, cr0 | CR0_SMMUEN);
	return err;
}
