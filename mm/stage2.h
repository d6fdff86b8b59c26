/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's stage 2: IPA to PA, with the attributes that the region table asks for. */
#ifndef MM_STAGE2_H
#define MM_STAGE2_H

#include "mm/attr.h"
#include "mm/pgtable.h"

struct stage2 {
	struct pgtable pt;
	u64 vtcr;		/* VTCR_EL2 that goes with the table */
	u64 vttbr;		/* VTTBR_EL2, VMID included */
};

struct s2_leaf {
	ipa_t ipa;
	pa_t pa;
	u64 size;		/* of one descriptor */
	unsigned nr;		/* so many descriptors like this, IPA and PA without a gap */
	struct s2_attr attr;
	u8 level;
	bool contiguous;
	bool broken;		/* no access gets there: stage2_break() */
};

/*
 * Makes an empty stage 2 for @bits of IPA, start level and concatenation included. -EINVAL: that or
 * caps->pa_bits is no address size that the architecture has up to 48 bits, or @bits is the larger;
 * -ENOMEM.
 */
int stage2_init(struct stage2 *s2, const struct mm_caps *caps, unsigned bits, struct pool *pool);

/* Errors are those of pt_map() and so on; and -EINVAL for attributes that are no encoding. */
int stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, u64 size, struct s2_attr attr);
int stage2_unmap(struct stage2 *s2, ipa_t ipa, u64 size);
int stage2_change(struct stage2 *s2, ipa_t ipa, u64 size, struct s2_attr attr);

/* pt_break(), pt_make() and pt_join(); @attr NULL: the attributes that are there. */
int stage2_break(struct stage2 *s2, ipa_t ipa, u64 size, const struct s2_attr *attr);
int stage2_make(struct stage2 *s2, ipa_t ipa, u64 size, const struct s2_attr *attr);
int stage2_join(struct stage2 *s2, ipa_t ipa, u64 size);

/* pt_lookup() and pt_for_each_leaf() in stage 2's terms. */
int stage2_lookup(const struct stage2 *s2, ipa_t ipa, struct s2_leaf *leaf);
int stage2_for_each_leaf(const struct stage2 *s2, ipa_t ipa, u64 size,
			 int (*fn)(const struct s2_leaf *leaf, void *arg), void *arg);

#endif
