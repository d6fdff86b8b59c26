/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/control.h"

#include <string.h>

#include "hyp/at.h"
#include "hyp/bar.h"
#include "hyp/calls.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "lib/errno.h"
#include "mm/el2.h"
#include "mm/resolve.h"

static struct control_setup setup;
static unsigned nr_regions;

_Static_assert(CONTROL_EPERM == -EPERM && CONTROL_ENOENT == -ENOENT &&
	       CONTROL_ENOMEM == -ENOMEM && CONTROL_EACCES == -EACCES &&
	       CONTROL_EFAULT == -EFAULT && CONTROL_EBUSY == -EBUSY && CONTROL_EINVAL == -EINVAL,
	       "the numbers of control_abi.h are errno's");
#define TYPE(id, name) _Static_assert(CONTROL_TYPE_##id == (int)REGION_##id, name);
REGION_TYPES(TYPE)
#undef TYPE
_Static_assert(CALLS_NAME == CONTROL_REGION_NAME, "CALLS has it as REGION does");
_Static_assert(CONTROL_EXPOSE_NONE == (int)EXPOSE_NONE &&
	       CONTROL_ORIGIN_CONFIG == (int)REGION_FROM_CONFIG, "and those of regions mm/'s");

/* A region by its number: the table's, then those that follow a BAR. */
struct target {
	struct region *region;
	struct selfcheck *check;
	bool follows;
};

static bool find(u64 index, struct target *t)
{
	u64 follows = index - guest_regions.nr;

	if (index < guest_regions.nr)
		*t = (struct target){ &guest_regions.region[index], &guest_checks[index], false };
	else if (follows < bars.nr)
		*t = (struct target){ &bars.bar[follows].region, &guest_checks[index], true };
	else
		return false;
	return true;
}

/* The number of the region that holds @ipa; nr_regions if none does. */
static unsigned region_at(u64 ipa)
{
	const struct region *r = guest_region(ipa);

	if (!r)
		return nr_regions;
	for (unsigned i = 0; i < bars.nr; i++)
		if (r == &bars.bar[i].region)
			return guest_regions.nr + i;
	return (unsigned)(r - guest_regions.region);
}

static u64 pack_attr(const struct s2_attr *a)
{
	u64 access = (a->read ? CONTROL_READ : 0) | (a->write ? CONTROL_WRITE : 0) |
		     (a->exec ? CONTROL_EXEC : 0);

	return a->memattr | (u64)a->sh << CONTROL_SH_SHIFT | access << CONTROL_ACCESS_SHIFT;
}

static s64 info(const u64 *a, u64 *r)
{
	(void)a;
	r[0] = nr_regions;
	r[1] = (guest.caps.fwb ? CONTROL_INFO_FWB : 0) | (guest.mte ? CONTROL_INFO_MTE : 0) |
	       (guest.caps.mte_perm ? CONTROL_INFO_MTE_PERM : 0) |
	       (guest.gicv3 ? CONTROL_INFO_GICV3 : 0);
	r[2] = nr_cpus;
	r[3] = setup.page.v;
	r[4] = NR_CPU_COUNTERS;
	r[5] = setup.cntfrq;
	return 0;
}

static s64 region(const u64 *a, u64 *r)
{
	struct target t;

	if (!find(a[0], &t))
		return -ENOENT;

	const struct region_opts *o = &t.region->opts;
	u64 flags = (o->read_only ? CONTROL_FLAG_READ_ONLY : 0) |
		    (o->exec ? CONTROL_FLAG_EXEC : 0) |
		    (region_has_tags(t.region) ? 0 : CONTROL_FLAG_NO_TAGS) |
		    (o->adjustable ? CONTROL_FLAG_ADJUSTABLE : 0) |
		    (t.follows ? CONTROL_FLAG_BAR : 0);

	r[0] = t.region->ipa.v;
	r[1] = t.region->pa.v;
	r[2] = t.region->size;
	r[3] = t.region->type | (u64)t.region->origin << 8 | (u64)o->expose << 16 | flags << 32;
	r[4] = pack_attr(&t.region->attr);
	memcpy(&r[5], t.region->name, sizeof(t.region->name));
	return 0;
}

static s64 check_result(const u64 *a, u64 *r)
{
	struct target t;

	if (!find(a[0], &t))
		return -ENOENT;
	r[0] = t.check->checked;
	r[1] = t.check->differ;
	r[2] = t.check->ipa;
	r[3] = t.check->par;
	r[4] = t.check->want | (u64)t.check->want_sh << 8 | (u64)t.check->setting << 16 |
	       (t.check->faulted ? CONTROL_CHECK_FAULTED : 0);
	memcpy(&r[5], t.check->said, sizeof(t.check->said));
	return 0;
}

static s64 walk(const u64 *a, u64 *r)
{
	struct s2_leaf leaf;
	int err = stage2_lookup(&guest.s2, IPA(a[0]), &leaf);

	if (err == -EINVAL)
		return err;
	r[0] = leaf.ipa.v;
	r[2] = leaf.size;
	r[3] = leaf.level | (leaf.contiguous ? CONTROL_WALK_CONTIGUOUS : 0);
	if (err)
		return err;
	r[1] = leaf.pa.v + (a[0] - leaf.ipa.v);
	r[4] = pack_attr(&leaf.attr);
	return 0;
}

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

/*
 * While no translation leads to the region (stage2_change_between()): what caches hold of it goes
 * to memory and is dropped, and nothing, speculation included, can bring it back before the new
 * attributes are there (Arm ARM B2, "Mismatched memory attributes"). With weaker ones, accesses
 * would pass by what is cached; with stronger ones, they would find what is stale, and a line that
 * was left dirty would be evicted over what passed by it. Allocation tags may stay in caches: only
 * Tagged memory, which is Write-Back, ever looks at them.
 */
static int clean(void *arg)
{
	const struct region *r = arg;

	return el2_clean(r->pa, r->size);
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

static s64 set(const u64 *a, u64 *r)
{
	struct target t;
	struct s2_attr attr;
	bool dirty;
	int err;

	if (!find(a[0], &t))
		return -ENOENT;
	if (!t.region->opts.adjustable)
		return -EPERM;
	attr = t.region->attr;
	r[0] = pack_attr(&attr) & GENMASK(15, 0);
	attr.memattr = (u8)a[1];
	if (a[2] != CONTROL_KEEP_SH)
		attr.sh = (u8)a[2];
	if (a[1] > 15 || !guest_decode(attr.memattr) ||
	    (a[2] != CONTROL_KEEP_SH && a[2] != SH_NONE && a[2] != SH_OUTER && a[2] != SH_INNER))
		return -EINVAL;
	if (takes_tags_that_are_not_there(t.region, &attr))
		return -EACCES;
	if (t.follows && !t.region->ipa.v)
		return -EBUSY;

	dirty = needs_clean(&t.region->attr, &attr);
	err = stage2_change_between(&guest.s2, t.region->ipa, t.region->size, attr,
				    dirty ? clean : NULL, t.region);
	if (err)
		return err;
	t.region->attr = attr;
	*t.check = (struct selfcheck){ 0 };	/* said nothing of this */
	this_cpu()->count[COUNT_CHANGE]++;
	r[1] = dirty;
	return 0;
}

static s64 counter(const u64 *a, u64 *r)
{
	static const char names[NR_CPU_COUNTERS][20] = {
		[COUNT_HVC] = "exits: hvc",
		[COUNT_SMC] = "exits: smc",
		[COUNT_SYSREG] = "exits: sysreg",
		[COUNT_FETCH_ABORT] = "exits: fetch abort",
		[COUNT_DATA_ABORT] = "exits: data abort",
		[COUNT_OTHER_EXIT] = "exits: other",
		[COUNT_CONTROL] = "exits: control page",
		[COUNT_INJECTED] = "exceptions injected",
		[COUNT_REMAP] = "BARs followed",
		[COUNT_CHANGE] = "attribute changes",
	};

	if (a[0] >= NR_CPU_COUNTERS)
		return -ENOENT;
	for (unsigned i = 0; i < nr_cpus; i++)
		r[0] += cpus[i].count[a[0]];
	memcpy(&r[1], names[a[0]], sizeof(names[0]));
	return 0;
}

static s64 aborts(const u64 *a, u64 *r)
{
	if (a[0] >= nr_regions)
		return -ENOENT;
	for (unsigned i = 0; i < nr_cpus; i++)
		r[0] += cpus[i].aborts[a[0]];
	return 0;
}

static s64 calls(const u64 *a, u64 *r)
{
	struct call_seen c;

	if (!calls_seen(a[0], &c))
		return -ENOENT;
	r[0] = c.fid;
	r[1] = c.passed;
	r[2] = c.refused;
	if (c.node < call_rules.nr_names)
		memcpy(&r[3], call_rules.name[c.node], sizeof(call_rules.name[0]));
	return 0;
}

/*
 * Stage 1 alone first: what it comes to is looked up here, so that AT of both stages is asked only
 * where stage 2 allows the access (QEMU 10.0 dies of an assertion where it does not). Another of
 * the guest's CPUs may change stage 1 in between: it gets the answer that it asked for.
 */
static s64 translate(const u64 *a, u64 *r)
{
	bool write = a[1];
	struct s2_leaf leaf;

	if (a[1] > 1)
		return -EINVAL;
	r[0] = at_guest(a[0], write ? AT_S1E1W : AT_S1E1R);
	r[1] = r[0];
	if (r[0] & PAR_F)
		return 0;
	if (stage2_lookup(&guest.s2, IPA(r[0] & PAR_PA), &leaf) ||
	    !(write ? leaf.attr.write : leaf.attr.read)) {
		r[1] = 0;
		return -EFAULT;
	}
	r[1] = at_guest(a[0], write ? AT_S12E1W : AT_S12E1R);
	return 0;
}

static s64 (*const commands[])(const u64 *args, u64 *results) = {
	[CONTROL_INFO] = info,	       [CONTROL_REGION] = region,   [CONTROL_CHECK] = check_result,
	[CONTROL_WALK] = walk,	       [CONTROL_SET] = set,	    [CONTROL_COUNTER] = counter,
	[CONTROL_ABORTS] = aborts,     [CONTROL_AT] = translate,    [CONTROL_CALLS] = calls,
};

/* The lock keeps regions where they are, and stage 2 whole: nothing is between break and make. */
s64 control_run(u64 command, const u64 *args, u64 *results)
{
	s64 status;

	memset(results, 0, CONTROL_NR_RESULTS * sizeof(*results));
	if (command >= ARRAY_SIZE(commands) || !commands[command])
		return CONTROL_NOT_SUPPORTED;
	lock(&guest.s2_lock);
	status = commands[command](args, results);
	unlock(&guest.s2_lock);
	return status;
}

void control_call(struct frame *f)
{
	static const u32 uid[] = { CONTROL_UID_0, CONTROL_UID_1, CONTROL_UID_2, CONTROL_UID_3 };
	u32 fid = (u32)f->x[0];
	u64 args[CONTROL_NR_ARGS];

	if (!setup.offered) {
		frame_result(f, CONTROL_NOT_SUPPORTED);
		return;
	}
	switch (fid) {
	case CONTROL_CALL_COUNT:
		frame_result(f, ARRAY_SIZE(commands) - 1 + 3);	/* 7 is none; and these */
		return;
	case CONTROL_CALL_UID:
		for (unsigned i = 0; i < ARRAY_SIZE(uid); i++)
			f->x[i] = uid[i];
		return;
	case CONTROL_CALL_REVISION:
		f->x[0] = CONTROL_MAJOR;
		f->x[1] = CONTROL_MINOR;
		return;
	}
	if (fid - CONTROL_CALL(0) >= ARRAY_SIZE(commands)) {
		frame_result(f, CONTROL_NOT_SUPPORTED);
		return;
	}
	memcpy(args, &f->x[1], sizeof(args));
	frame_result(f, control_run(fid - CONTROL_CALL(0), args, &f->x[1]));
}

void control_count_abort(u64 ipa)
{
	if (this_cpu()->aborts)
		this_cpu()->aborts[region_at(ipa)]++;
}

void control_init(const struct control_setup *s)
{
	struct mmio_page *page;
	unsigned nr;

	setup = *s;
	nr_regions = guest_regions.nr + bars.nr;
	page = mmio_pages(&nr);
	for (; nr; nr--, page++)
		page->region = (u16)region_at(page->ipa);
}
