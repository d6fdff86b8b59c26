/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that read memory by themselves, as a GIC's ITS and redistributors and an SMMUv3 do: what
 * memory that is, is learned from what EL2 writes to their registers and from what it leads to.
 * When EL2 tells one to look, it must find there what this CPU has stored.
 */
#ifndef STRICT_OBSERVER_H
#define STRICT_OBSERVER_H

#include "strict.h"

/* An access to a register that was made. */
struct told {
	bool store;
	u8 size;
	bool ordered;		/* it acquires, or releases */
	u64 val;
};

void observers_reset(void);

/* A device of the tree: one of its compatible strings, and entry @nr of its `reg`. */
void observers_found(const char *compatible, unsigned nr, u64 base, u64 size);

/* True if @pa is a register of one. */
bool observer_has(u64 pa);

void observers_register(struct at at, u64 pa, struct told t);

/* EL2 has loaded from RAM. */
void observers_loaded(struct at at, u64 pa);

/* EL2 has DC run for a line. */
void observers_dc(struct at at, u64 pa);

/* EL2 is left: what a device reads at any time is to be there. */
void observers_check_leave(struct at at);

/* For each kind of device, which is told what happens to its registers. */
struct doorbell {
	struct at at;
	bool released;
	const char *told;	/* what tells the device to look */
};

/* The device reads [pa, pa + size), which is @what. */
void observer_reads(const struct doorbell *d, u64 pa, u64 size, bool coherent, const char *what);

/* A register of 64 bits, of which all or half was written, at the byte @offset of it. */
void observer_merge(u64 *reg, u64 offset, struct told t);

/*
 * True if there is something to look at for this CPU: it, or who has changed what the device reads,
 * has stored since the last call. @seen: one for each CPU, and for all.
 */
bool observer_changed(struct at at, u64 seen[MAX_CPUS + 1]);

/* What an SMMU has been seen to have in its tables, and what it may still have cached. */
struct smmu_tlb {
	struct seen_table *tables;
	struct stale *stale;
};

void smmu_tlb_forget(struct smmu_tlb *t);
void smmu_tlb_saw(struct smmu_tlb *t, u64 pa, u64 in, unsigned level, const u64 *desc);
void smmu_tlb_command(struct smmu_tlb *t, u64 low, u64 high);
void smmu_tlb_check_leave(const struct smmu_tlb *t, struct at at);

void its_reset(void);
void its_found(u64 base);
void its_written(struct at at, u64 base, u64 offset, struct told t);
void lpi_reset(void);
void lpi_written(struct at at, u64 frame, u64 offset, struct told t);
void lpi_read_config(const struct doorbell *d);
void smmu_reset(void);
void smmu_found(u64 base);
void smmu_accessed(struct at at, u64 base, u64 offset, struct told t);
void smmu_loaded(struct at at, u64 pa);
void smmu_dc(struct at at, u64 pa);
void smmu_check_leave(struct at at);

#endif
