/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of the machine's that Mavis keeps beside its image. */
#ifndef BOOT_GUEST_KEEP_H
#define BOOT_GUEST_KEEP_H

#include "boot/config/config.h"
#include "boot/machine/host.h"

struct keep_taken {
	struct range range;		/* size 0: nothing */
	const char *name;
};

/* What the loader has put into @r and Mavis works with: itself, as it lies now, bundle, tree. */
struct keep_taken keep_loaded_in_the_way(const struct host *host, struct range r);

/*
 * -ERANGE: the bundle is beyond the @pa_bits of the CPU. -EBUSY: Mavis lies over some of it, which
 * is lost then: a loader that goes by the file's size, not by the Image's, may put it there.
 */
int keep_check_bundle(const struct host *host, unsigned pa_bits, struct diag *d);

/*
 * What somebody has of @r and must not become Mavis's: what was loaded, reservations, what is kept
 * from the guest, the config's regions, memory by which the firmware speaks with the guest.
 */
struct keep_taken keep_in_the_way(const struct host *host, const struct config *config,
				  struct range r);

/*
 * The highest @size bytes of the machine's memory at a multiple of @align that nobody has; 0: none.
 */
u64 keep_find(const struct host *host, const struct config *config, u64 size, u64 align);

/*
 * Keeps @size bytes for @what (as "the stacks of 128 CPUs"), whole pages, rounded up to @align and
 * at a multiple of it, a power of two from a page up: the highest that nobody has, each below the
 * one before where they fit. It is noted in host->reserved, so call this before the guest's memory
 * is made of what the host has. What the memory holds is not known, EL2 does not map it, and caches
 * may hold lines of it. -EINVAL: a wrong @size or @align; -ENOSPC, with @d naming @what.
 */
int keep_memory(struct host *host, const struct config *config, u64 size, u64 align,
		const char *what, pa_t *out, struct diag *d);

/* The same of memory that ends at @end at most: for what reaches no further. */
int keep_memory_below(u64 end, struct host *host, const struct config *config, u64 size, u64 align,
		      const char *what, pa_t *out, struct diag *d);

#endif
