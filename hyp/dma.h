/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What devices behind an SMMU may reach, while the guest runs.
 *
 * They have a stage 2 of their own, one for all SMMUs: a change of the CPUs' attributes does not
 * break a translation under a device in flight. boot/guest/smmu.h fills it; here it follows BARs.
 */
#ifndef HYP_DMA_H
#define HYP_DMA_H

#include "drivers/smmu.h"
#include "mm/region.h"
#include "mm/stage2.h"

#define DMA_MAX_SMMUS	16
#define DMA_MAX_STREAMS	128

/* Streams that a node of the machine's tree has: by its iommus, or an entry of its iommu-map. */
struct dma_streams {
	u64 nr;				/* 1 to 2^32 */
	u32 first;
	u32 requester;			/* what `first` is on the bus, if @pci */
	int node;			/* in the machine's tree */
	u8 smmu;
	bool pci;
	char name[38];			/* the node's */
};

struct dma {
	bool on;			/* the SMMUs translate */
	struct smmu smmu[DMA_MAX_SMMUS];
	unsigned nr;			/* that Mavis drives */
	struct stage2 s2;
	struct dma_streams streams[DMA_MAX_STREAMS];
	unsigned nr_streams;
};

extern struct dma dma;

/* dma.s2's, whose walkers are the SMMUs. */
extern const struct pt_walker dma_walker;

/* What stage 2 says of @r for devices; false: they do not reach it. */
bool dma_attr(const struct region *r, struct s2_attr *attr);

/* True if it lies within the addresses that the SMMUs can use. */
bool dma_in_range(struct range r);

/*
 * Lets devices reach the region at its place, or no more. With guest.s2_lock. Nothing before the
 * SMMUs are on. -ENOMEM: dma_place() alone.
 */
int dma_place(const struct region *r);
void dma_unplace(const struct region *r);

/* Says what the SMMUs have to say: a line for each kind of event, as many as trap_may_print(). */
void dma_poll(void);

/* The text of an event, without an end of line. Of any four numbers. */
void dma_event_text(char *buf, size_t size, unsigned smmu, const u64 event[4]);

#endif
