/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the guest's memory its kernel, ramdisk and device tree go. */
#ifndef BOOT_GUEST_PLACE_H
#define BOOT_GUEST_PLACE_H

#include "boot/config/bundle.h"
#include "lib/format.h"
#include "mm/region.h"

#define PLACE_MAX_AVOID	144

struct place_request {
	const struct region_table *regions;	/* finished */
	struct range bundle;			/* PA of the whole archive */
	struct range kernel, ramdisk; /* PA where the loader left them; ramdisk may be empty */
	bool bare; /* to `load` and nowhere else; `image` does not count */
	ipa_t load;
	struct image image;
	u64 memory; /* what the kernel uses from its beginning on; 0: not known */
	bool has_fdt_at;	/* its tree lies at `fdt_at` and nowhere else */
	ipa_t fdt_at;
	u64 fdt_size;
	struct range host_fdt; /* PA; read while the guest's tree is written, then free */
	struct range avoid[PLACE_MAX_AVOID];	/* PA of reserved memory */
	unsigned nr_avoid;
	/* The last of them are of the guest's own tree: what it asks to be there may be. */
	unsigned nr_own;
};

struct place {
	ipa_t ipa;
	pa_t pa;
	u64 size;
};

struct placement {
	struct place kernel;			/* size with bss */
	struct place ramdisk;
	struct place fdt;
	pa_t fdt_made;			/* where it is written: in `fdt`, or else moves there */
};

/*
 * Leaves kernel and ramdisk where they are if the guest can use them there, and the ramdisk is not
 * too far from the kernel, else finds the lowest room. If it is known what the kernel uses, tree
 * and ramdisk come behind that, if there is room: a program may move them down to its end, in this
 * order. Nothing is placed over another part or over what is to be avoided. The ramdisk comes over
 * no other's source, so it moves first; then the kernel, then the tree from `fdt_made`. -ENOSPC,
 * with the size or address that was asked for.
 */
int place_guest(const struct place_request *r, struct placement *p, struct diag *d);

#endif
