/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of host_read(): each reads the node that the walk stands on. Only these files
 * include this.
 */
#ifndef BOOT_MACHINE_PARTS_H
#define BOOT_MACHINE_PARTS_H

#include "boot/machine/fdt.h"
#include "boot/machine/host.h"
#include "lib/range.h"

/* Bytes from an ITS's first frame of registers to the one that devices write to. */
#define ITS_FRAME	KIB(64)

int host_read_memory(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_reserved(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_sram_part(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_cpu(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_gic(struct host *host, const struct dt_walk *w, unsigned version, struct diag *d);
int host_read_its(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_mmio(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_smmu(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_doorbell(struct host *host, const struct dt_walk *w, u64 offset, struct diag *d);
int host_read_its_doorbell(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_master(struct host *host, const struct dt_walk *w, struct diag *d);
int host_read_caller(struct host *host, const struct dt_walk *w, struct diag *d);

/* The same for a node that is not the guest's, to host->kept. */
int host_keep(struct host *host, const struct dt_walk *w, const char *why, struct diag *d);

/* What there is of @m: range, bus, kind and prefetchable, the range as the node says it. */
typedef int host_range_fn(struct host *host, const struct dt_walk *w, const struct host_mmio *m,
			  const char *why, struct diag *d);

/* Calls @fn for each range of the node's that the CPU reaches, until it fails. */
int host_each_range(struct host *host, const struct dt_walk *w, host_range_fn *fn, const char *why,
		    struct diag *d);

/* When all nodes are read. */
int host_finish_memory(struct host *host, struct diag *d);
int host_finish_smmu(struct host *host, struct diag *d);
int host_finish_callers(struct host *host, struct diag *d);
int host_finish_mmio(struct host *host, struct diag *d);

/* host->caller anew, without what is at @withheld or below it. */
int host_withhold_callers(struct host *host, struct dt_prop withheld, struct diag *d);

/* Adds @r, registers of the current node, to host->mmio. */
int host_add_mmio(struct host *host, const struct dt_walk *w, struct range r, struct diag *d);

/* From this interrupt-parent to the one that has none but itself; 0: the GIC that was found. */
int host_finish_gic(const struct host *host, u64 wanted, struct diag *d);

#endif
