/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The region table: what the guest sees where, what that memory is, and the stage 2 attributes that
 * follow.
 *
 * Regions come from the config (its `regions` node) and from the host device tree. The config's are
 * exact: an overlap among them is refused. The host tree's give way: they are trimmed by the
 * config's regions and by what Mavis keeps.
 */
#ifndef MM_REGION_H
#define MM_REGION_H

#include "lib/format.h"
#include "lib/types.h"
#include "mm/attr.h"
#include "mm/region_types.h"

enum region_type {
#define TYPE(id, name) REGION_##id,
	REGION_TYPES(TYPE)
#undef TYPE
	REGION_NR_TYPES,
};

enum region_origin { REGION_FROM_HOST, REGION_FROM_CONFIG };

/* Is there tag storage behind it? */
enum region_tags { TAGS_BY_TYPE, TAGS_YES, TAGS_NO };

/* What may become of a region without tags that a guest with MTE could map Tagged. */
enum region_untagged {
	UNTAGGED_HIDE_MTE,	/* MTE is hidden from the whole guest */
	UNTAGGED_WRITE_THROUGH,
	UNTAGGED_NON_CACHEABLE,
	UNTAGGED_TRUSTED,	/* the guest is known not to map it Tagged */
};

/* How the guest's device tree names a region. */
enum region_expose {
	EXPOSE_BY_TYPE,		/* ram: as memory; other types: not at all */
	EXPOSE_MEMORY,
	EXPOSE_RESERVED,	/* /reserved-memory */
	EXPOSE_PMEM,		/* pmem-region */
	EXPOSE_NONE,
};

/* As which hypervisor would have it; AS_MAVIS: none of them. */
enum region_as {
	AS_MAVIS,
#define AS(id, name) AS_##id,
	REGION_AS(AS)
#undef AS
	AS_NR,
};

/* What becomes of an access that is unaligned for stage 2's Device memory alone. */
enum region_unaligned {
	UNALIGNED_FAULTS,	/* an alignment fault in the guest */
	UNALIGNED_BAD_SIZE,	/* an address size fault, level 0, in the guest */
	UNALIGNED_ENDS,		/* the end of the guest */
	UNALIGNED_EMULATED,	/* EL2 does it in pieces (hyp/carry.h) */
};

/* What a descriptor says beside its type. All zero: what the type implies. */
struct region_opts {
	u8 tags;			/* enum region_tags */
	u8 untagged;			/* enum region_untagged */
	u8 device_type;			/* mmio: enum device_type, ... */
	bool has_device_type;		/* ... if this is set; else nGnRE */
	u8 memattr, sh;			/* MemAttr[3:0], enum shareability, as written: raw, ... */
	bool written;			/* ... and any other type if this is set */
	u8 as;				/* enum region_as */
	u8 vma;				/* enum region_vma (boot/config/as.h): what it is to that */
	u8 as_refused;			/* enum as_refusal: it would not map it, ... */
	bool as_far;			/* ... and this is no reason to stop */
	u8 unaligned;			/* enum region_unaligned */
	bool read_only;
	bool exec;			/* also where the type is not executable */
	bool allow_alias;		/* other mappings of the same memory are meant */
	u8 expose;			/* enum region_expose */
	bool adjustable;		/* the guest may change its memory type while it runs */
	bool no_dma;			/* devices behind an SMMU do not reach it */
	bool watch;			/* every access is recorded from the start (hyp/watch.h) */
	bool probe_tags; /* see before the guest starts whether tags are stored there */
};

struct region {
	char name[40];			/* node name in the config, or in the host tree */
	ipa_t ipa;
	pa_t pa;
	u64 size;			/* whole pages, not 0 */
	enum region_type type;
	enum region_origin origin;
	struct region_opts opts;
	struct s2_attr attr;		/* resolved, ... */
	const char *reason;		/* ... and what decided */
	bool watched;			/* hyp/watch.h; while the guest runs, with guest.s2_lock */
	u16 opened;			/* CPUs for which the watch is open now */
};

static inline struct range region_ipa(const struct region *r)
{
	return (struct range){ r->ipa.v, r->size };
}

static inline struct range region_pa(const struct region *r)
{
	return (struct range){ r->pa.v, r->size };
}

/* True if the guest's kernel uses it as general-purpose memory. */
static inline bool region_is_memory(const struct region *r)
{
	u8 expose = r->opts.expose;

	return expose == EXPOSE_MEMORY || (expose == EXPOSE_BY_TYPE && r->type == REGION_RAM);
}

/* True if code of the guest's kernel can be there. Of a resolved region. */
static inline bool region_runs_code(const struct region *r)
{
	return region_is_memory(r) && r->attr.exec;
}

/* True if stage 2 has the region's leaves broken, so that every access traps. */
static inline bool region_traps(const struct region *r)
{
	return r->watched && !r->opened;
}

/* bench/scale.c has longer tables. */
#ifndef REGION_MAX
#define REGION_MAX 1280
#endif

struct region_table {
	unsigned nr;
	/* sorted by ipa, disjoint, once region_table_finish() has passed */
	struct region region[REGION_MAX];
	u16 order[REGION_MAX];			/* scratch of the sorts */
	struct range taken[2 * REGION_MAX]; /* scratch: what config regions take from the host's */
	bool mte;				/* once finished: the guest may have MTE */
	char mte_hidden_by[40];			/* the region that took it away, or "" */
};

const char *region_type_name(enum region_type type);

/*
 * Appends @r. -EINVAL: not whole pages, empty, or it wraps; -ENOSPC: the table is full. The text
 * says which.
 */
int region_add(struct region_table *t, const struct region *r, struct diag *d);

/*
 * Takes @pa, whole pages, out of every REGION_FROM_HOST region, splitting where it must: for what
 * Mavis keeps, which
 * @owner names. A config region in the way is refused (-EBUSY), by name.
 */
int region_carve(struct region_table *t, struct range pa, const char *owner, struct diag *d);

/*
 * Sorts by ipa, lets config regions displace host regions (at their ipa and at their pa), cuts host
 * regions that overlap, refuses overlaps among config regions (-EEXIST, both names) and config
 * regions beyond caps->pa_bits (-ERANGE; of the host's, what is beyond is dropped), and resolves
 * every region's attributes for a guest that has MTE if @mte and if no region stands against it.
 * Aliases that differ (alias.h) are refused. O(n log n).
 */
int region_table_finish(struct region_table *t, const struct mm_caps *caps, bool mte,
			struct diag *d);

/* The region that holds @ipa, or NULL. Binary search; only on a finished table. */
const struct region *region_find(const struct region_table *t, ipa_t ipa);

#endif
