/* SPDX-License-Identifier: Apache-2.0 */
#include "mm/resolve.h"

#include "lib/arch.h"
#include "lib/errno.h"
#include "mm/combine.h"

/*
 * RAM follows stage 1 with FWB too, so that a guest with non-coherent devices behaves as on the
 * bare machine. `tags` is whether there is tag storage unless the region says otherwise.
 */
static const struct {
	u8 memattr[2];		/* by FWB */
	bool exec;
	bool tags;
} types[REGION_NR_TYPES] = {
	[REGION_RAM] = { { S2_NORMAL_WB, S2_FWB_STAGE1 }, true, true },
	[REGION_DEVICE_MEMORY] = { { S2_NORMAL_WB, S2_FWB_FORCE_WB }, false, false },
	[REGION_PREFETCHABLE] = { { S2_NORMAL_NC, S2_NORMAL_NC }, false, false },
	[REGION_MMIO] = { { S2_DEVICE_nGnRE, S2_DEVICE_nGnRE }, false, false },
	[REGION_RAW] = { { 0, 0 }, false, true },
};

const char *region_type_name(enum region_type type)
{
#define TYPE(id, name) name,
	static const char *const names[REGION_NR_TYPES] = { REGION_TYPES(TYPE) };
#undef TYPE

	return names[type];
}

static bool is_written(const struct region *r)
{
	return r->type == REGION_RAW || r->opts.written;
}

/* What the type says, before tags are thought of. */
static int by_type(struct region *r, const struct mm_caps *caps, struct diag *d)
{
	const struct region_opts *o = &r->opts;

	r->attr = (struct s2_attr){
		.memattr = types[r->type].memattr[caps->fwb],
		.sh = SH_INNER,
		.read = true,
		.write = !o->read_only,
		.exec = o->exec || (!o->written && types[r->type].exec),
	};
	r->reason = "by type";
	if (r->type == REGION_MMIO && o->has_device_type) {
		r->attr.memattr = o->device_type;
		r->reason = "device-type";
	}
	if (is_written(r)) {
		r->attr.memattr = o->memattr;
		r->attr.sh = o->sh;
	}
	if (r->type == REGION_RAW)
		r->reason = "as written";
	if (!s2_decode(r->attr.memattr, caps->fwb, caps->mte_perm))
		return fail(d, -EINVAL,
			    "region %s: memattr: %#x is reserved on this CPU, which has FWB = %d and %s FEAT_MTE_PERM: see docs/memory-attributes.md",
			    r->name, r->attr.memattr, caps->fwb,
			    caps->mte_perm ? "has" : "has no");
	return 0;
}

bool s2_reaches_tags(const struct s2_attr *attr, const struct mm_caps *caps)
{
	struct mem_attr a;

	return !combine(MAIR_NORMAL_TAGGED, attr->memattr, caps->fwb, caps->mte_perm, &a) &&
	       a.tagged && !a.no_tag_access;
}

bool region_has_tags(const struct region *r)
{
	return r->opts.tags == TAGS_BY_TYPE ? types[r->type].tags : r->opts.tags == TAGS_YES;
}

/* The encoding of the same memory with tag accesses that fault; -EINVAL without FEAT_MTE_PERM. */
static int no_tag_access(const struct s2_attr *attr, const struct mm_caps *caps)
{
	struct s2_mem mem = *s2_decode(attr->memattr, caps->fwb, caps->mte_perm);

	mem.no_tag_access = true;
	return s2_encode(&mem, caps->fwb, caps->mte_perm);
}

/*
 * Keeps a guest with MTE from tags that are not there, by the first of these that applies. Memory
 * that the guest's kernel hands out itself would be handed out for PROT_MTE: there MTE goes. An
 * encoding that is given stays as written. Returns whether MTE is to be hidden.
 */
static bool keep_from_tags(struct region *r, const struct mm_caps *caps)
{
	bool memory = region_is_memory(r);
	bool may_change = !memory && !is_written(r);
	int memattr = no_tag_access(&r->attr, caps);

	if (may_change && memattr >= 0) {
		r->attr.memattr = (u8)memattr;
		r->reason = "no tags: NoTagAccess";
	} else if (may_change && r->opts.untagged == UNTAGGED_WRITE_THROUGH && !caps->fwb) {
		r->attr.memattr = S2_NORMAL_WT;
		r->reason = "no tags: untagged = write-through";
	} else if (may_change && r->opts.untagged == UNTAGGED_NON_CACHEABLE) {
		r->attr.memattr = S2_NORMAL_NC;
		r->reason = "no tags: untagged = non-cacheable";
	} else if (!memory && r->opts.untagged == UNTAGGED_TRUSTED) {
		r->reason = "no tags: the guest is trusted not to map it Tagged";
	} else {
		r->reason = may_change && r->opts.untagged == UNTAGGED_WRITE_THROUGH
				    ? "no tags: MTE is hidden, as with FWB there is no Write-Through"
				    : "no tags: MTE is hidden from the guest";
		return true;
	}
	return false;
}

int region_resolve(struct region *r, const struct mm_caps *caps, bool mte, bool *hides_mte,
		   struct diag *d)
{
	int err = by_type(r, caps, d);

	*hides_mte = !err && mte && !region_has_tags(r) && s2_reaches_tags(&r->attr, caps) &&
		     keep_from_tags(r, caps);
	return err;
}
