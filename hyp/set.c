/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/set.h"

#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/work.h"
#include "lib/errno.h"
#include "mm/resolve.h"

/* How much of the memory inner and outer caches may hold, whatever stage 1 says. */
#define HOLDS(inner, outer)	((inner) * 8u + (outer))
#define HOLDS_NOTHING		HOLDS(CACHE_NC, CACHE_NC)
#define HOLDS_ALL		HOLDS(7, 7)		/* Write-Back by force */

static unsigned cacheability(u8 memattr)
{
	const struct s2_mem *m = guest_decode(memattr);

	if (m->rule == S2_FORCE_WB)
		return HOLDS_ALL;
	return m->attr.type == MEM_NORMAL ? HOLDS(m->attr.inner.policy, m->attr.outer.policy) :
					    HOLDS_NOTHING;
}

static bool needs_clean(const struct s2_attr *old, const struct s2_attr *new)
{
	unsigned before = cacheability(old->memattr);
	unsigned after = cacheability(new->memattr);

	return before != after || (before != HOLDS_NOTHING && old->sh != new->sh);
}

static bool takes_tags_that_are_not_there(const struct region *r, const struct s2_attr *attr)
{
	return guest.mte && !region_has_tags(r) && r->opts.untagged != UNTAGGED_TRUSTED &&
	       s2_reaches_tags(attr, &guest.caps);
}

/*
 * The change that is under way, or whose result nobody has fetched yet: the instruction that asks
 * for it is started again until all is clean, perhaps on another CPU.
 */
static struct change {
	struct control_target target;
	struct s2_attr old, new;
	bool finished;
} change;

static void settle(void)
{
	change.target.region->attr = change.new;
	*change.target.check = (struct selfcheck){ 0 };	/* said nothing of this */
	this_cpu()->count[COUNT_CHANGE]++;
}

/* All of it is clean, and nothing could bring anything back. */
static void finish(void)
{
	struct region *r = change.target.region;

	if (region_traps(r))
		stage2_break(&guest.s2, r->ipa, r->size, &change.new);
	else
		stage2_make(&guest.s2, r->ipa, r->size, &change.new);
	settle();
	change.finished = true;
}

/* With nothing to clean. A BAR that nobody has touched, and what is watched, stay broken. */
static int change_now(const struct control_target *t, const struct s2_attr *attr)
{
	struct region *r = t->region;

	if ((t->bar && !t->bar->touched) || region_traps(r))
		return stage2_break(&guest.s2, r->ipa, r->size, attr);
	return stage2_change(&guest.s2, r->ipa, r->size, *attr);
}

/*
 * While no translation leads to the region (stage2_break()): what caches hold of it goes to memory
 * and is dropped, and nothing, speculation included, can bring it back before the new attributes
 * are there (Arm ARM B2, "Mismatched memory attributes"). With weaker ones, accesses would pass by
 * what is cached; with stronger ones, they would find what is stale, and a line that was left dirty
 * would be evicted over what passed by it. Allocation tags may stay in caches: only Tagged memory,
 * which is Write-Back, ever looks at them.
 */
static int change_clean(struct region *r)
{
	int err = stage2_break(&guest.s2, r->ipa, r->size, NULL);

	if (err)
		return err;
	err = work_add(region_pa(r));
	if (err) {
		if (!region_traps(r))
			stage2_make(&guest.s2, r->ipa, r->size, NULL);
		return err;
	}
	work_then(finish);
	return 0;
}

/* The same command again, with nothing in between: it has been carried out. */
static bool fetch_result(const struct control_target *t, const struct s2_attr *attr, u64 *r)
{
	bool same = change.finished && change.target.region == t->region &&
		    change.new.memattr == attr->memattr && change.new.sh == attr->sh;

	if (same) {
		r[0] = control_pack(&change.old) & GENMASK(15, 0);
		r[1] = true;
	}
	change.finished = false;
	return same;
}

s64 control_set(const u64 *a, u64 *r)
{
	struct control_target t;
	struct s2_attr attr;
	int err;

	if (!control_find(a[0], &t))
		return -ENOENT;
	if (!t.region->opts.adjustable)
		return -EPERM;
	attr = t.region->attr;
	r[0] = control_pack(&attr) & GENMASK(15, 0);
	attr.memattr = (u8)a[1];
	if (a[2] != CONTROL_KEEP_SH)
		attr.sh = (u8)a[2];
	if (a[1] > 15 || !guest_decode(attr.memattr) ||
	    (a[2] != CONTROL_KEEP_SH && a[2] != SH_NONE && a[2] != SH_OUTER && a[2] != SH_INNER))
		return -EINVAL;
	if (takes_tags_that_are_not_there(t.region, &attr))
		return -EACCES;
	if (t.bar && !t.region->ipa.v)
		return -EBUSY;
	if (fetch_result(&t, &attr, r))
		return 0;

	change = (struct change){ t, t.region->attr, attr, false };
	if (!needs_clean(&t.region->attr, &attr) || (t.bar && !t.bar->touched)) {
		err = change_now(&t, &attr);
		if (!err)
			settle();
		return err;
	}
	err = change_clean(t.region);
	if (err)
		return err;
	this_cpu()->again = true;
	return 0;
}
