/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/control.h"

#include <string.h>

#include "hyp/at.h"
#include "hyp/bar.h"
#include "hyp/calls.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/fixup.h"
#include "hyp/guest.h"
#include "hyp/later.h"
#include "hyp/mmio.h"
#include "hyp/set.h"
#include "hyp/trap.h"
#include "hyp/watch.h"
#include "hyp/work.h"
#include "lib/errno.h"
#include "mm/resolve.h"

static struct control_setup setup;
static unsigned nr_regions;

_Static_assert(CONTROL_EPERM == -EPERM && CONTROL_ENOENT == -ENOENT &&
	       CONTROL_EAGAIN == -EAGAIN && CONTROL_ENOMEM == -ENOMEM &&
	       CONTROL_EACCES == -EACCES &&
	       CONTROL_EFAULT == -EFAULT && CONTROL_EBUSY == -EBUSY && CONTROL_EINVAL == -EINVAL,
	       "the numbers of control_abi.h are errno's");
#define TYPE(id, name) _Static_assert(CONTROL_TYPE_##id == (int)REGION_##id, name);
REGION_TYPES(TYPE)
#undef TYPE
_Static_assert(CALLS_NAME == CONTROL_REGION_NAME, "CALLS has it as REGION does");
_Static_assert(CONTROL_EXPOSE_NONE == (int)EXPOSE_NONE &&
	       CONTROL_ORIGIN_CONFIG == (int)REGION_FROM_CONFIG, "and those of regions mm/'s");

bool control_find(u64 index, struct control_target *t)
{
	u64 follows = index - guest_regions.nr;

	if (index < guest_regions.nr)
		*t = (struct control_target){ &guest_regions.region[index], &guest_checks[index],
					      NULL };
	else if (follows < bars.nr)
		*t = (struct control_target){ &bars.bar[follows].region, &guest_checks[index],
					      &bars.bar[follows] };
	else
		return false;
	return true;
}

unsigned control_region_number(const struct region *r)
{
	for (unsigned i = 0; i < bars.nr; i++)
		if (r == &bars.bar[i].region)
			return guest_regions.nr + i;
	return (unsigned)(r - guest_regions.region);
}

unsigned control_region_at(u64 ipa)
{
	const struct region *r = guest_region(ipa);

	return r ? control_region_number(r) : nr_regions;
}

struct region *control_region(u64 ipa)
{
	struct control_target t;

	return control_find(control_region_at(ipa), &t) ? t.region : NULL;
}

u64 control_pack(const struct s2_attr *a)
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
	struct control_target t;

	if (!control_find(a[0], &t))
		return -ENOENT;

	const struct region_opts *o = &t.region->opts;
	u64 flags = (o->read_only ? CONTROL_FLAG_READ_ONLY : 0) |
		    (o->exec ? CONTROL_FLAG_EXEC : 0) |
		    (region_has_tags(t.region) ? 0 : CONTROL_FLAG_NO_TAGS) |
		    (o->adjustable ? CONTROL_FLAG_ADJUSTABLE : 0) |
		    (t.bar ? CONTROL_FLAG_BAR : 0) |
		    (t.region->watched ? CONTROL_FLAG_WATCHED : 0);

	r[0] = t.region->ipa.v;
	r[1] = t.region->pa.v;
	r[2] = t.region->size;
	r[3] = t.region->type | (u64)t.region->origin << 8 | (u64)o->expose << 16 | flags << 32;
	r[4] = control_pack(&t.region->attr);
	memcpy(&r[5], t.region->name, sizeof(t.region->name));
	return 0;
}

static s64 check_result(const u64 *a, u64 *r)
{
	struct control_target t;

	if (!control_find(a[0], &t))
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
	r[4] = control_pack(&leaf.attr);
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
		[COUNT_CLEANED] = "KiB cleaned",
		[COUNT_ITS_REFUSED] = "ITS refused",
		[COUNT_WATCHED] = "accesses watched",
		[COUNT_LET_THROUGH] = "let through",
		[COUNT_FIXED_UP] = "unaligned emulated",
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
	r[2] = guest_mair();
	r[0] = at_guest(a[0], write ? AT_S1E1W : AT_S1E1R);
	r[1] = r[0];
	if (r[0] & PAR_F)
		return 0;
	bar_touch(r[0] & PAR_PA);
	if (stage2_lookup(&guest.s2, IPA(r[0] & PAR_PA), &leaf) || leaf.broken ||
	    !(write ? leaf.attr.write : leaf.attr.read)) {
		r[1] = 0;
		return -EFAULT;
	}
	r[1] = at_guest(a[0], write ? AT_S12E1W : AT_S12E1R);
	return 0;
}

static s64 watch(const u64 *a, u64 *r)
{
	struct control_target t;

	if (!control_find(a[0], &t))
		return -ENOENT;
	if (a[1] > 1)
		return -EINVAL;
	r[0] = t.region->watched;
	if (a[1])
		return watch_start(t.region);
	watch_stop(t.region);
	return 0;
}

static s64 trace(const u64 *a, u64 *r)
{
	struct watch_record rec;

	r[0] = a[0];
	if (watch_get(&r[0], &rec))
		return -ENOENT;
	r[1] = rec.time;
	r[2] = rec.pc;
	r[3] = rec.ipa;
	r[4] = rec.val;
	r[5] = rec.cpu | (u64)rec.region << 16 | (u64)rec.size << 32 |
	       (rec.write ? CONTROL_TRACE_WRITE : 0);
	return 0;
}

static s64 fixups(const u64 *a, u64 *r)
{
	const struct fixup *fixup = fixup_get(a[0]);

	if (!fixup)
		return -ENOENT;
	r[0] = fixup->pc;
	r[1] = fixup->count;
	r[2] = fixup->region;
	return 0;
}

static s64 later(const u64 *a, u64 *r)
{
	(void)r;
	return later_ask(a[0], a[1], a[2]);
}

static s64 (*const commands[])(const u64 *args, u64 *results) = {
	[CONTROL_INFO] = info,	       [CONTROL_REGION] = region,
	[CONTROL_CHECK] = check_result, [CONTROL_WALK] = walk,
	[CONTROL_SET] = control_set,   [CONTROL_COUNTER] = counter,
	[CONTROL_ABORTS] = aborts,     [CONTROL_AT] = translate,
	[CONTROL_CALLS] = calls,       [CONTROL_AT_LATER] = later,
	[CONTROL_WATCH] = watch,       [CONTROL_TRACE] = trace,
	[CONTROL_FIXUPS] = fixups,
	[CONTROL_DEBUG] = debug_command, [CONTROL_PEEK] = debug_peek,
	[CONTROL_POKE] = debug_poke,
};

/* The last ones are not there where nobody has asked for them. */
static unsigned nr_commands(void)
{
	return debug_asked ? ARRAY_SIZE(commands) : CONTROL_DEBUG;
}

/*
 * The lock keeps regions where they are, and nothing is between break and make once the work is
 * done (work.h). INFO is of what never changes.
 */
s64 control_run(u64 command, const u64 *args, u64 *results)
{
	s64 status = 0;

	memset(results, 0, CONTROL_NR_RESULTS * sizeof(*results));
	if (command >= nr_commands() || !commands[command])
		return CONTROL_NOT_SUPPORTED;
	lock(&guest.s2_lock);
	if (command == CONTROL_INFO || work_step())
		status = commands[command](args, results);
	else
		this_cpu()->again = true;
	unlock(&guest.s2_lock);
	return status;
}

void control_call(struct frame *f)
{
	static const u32 uid[] = { CONTROL_UID_0, CONTROL_UID_1, CONTROL_UID_2, CONTROL_UID_3 };
	u32 fid = (u32)f->x[0];
	u64 args[CONTROL_NR_ARGS];
	s64 status;

	if (!setup.offered) {
		frame_result(f, CONTROL_NOT_SUPPORTED);
		return;
	}
	switch (fid) {
	case CONTROL_CALL_COUNT:
		frame_result(f, nr_commands() - 1 + 3);	/* 7 is none; and these */
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
	if (fid - CONTROL_CALL(0) >= nr_commands()) {
		frame_result(f, CONTROL_NOT_SUPPORTED);
		return;
	}
	memcpy(args, &f->x[1], sizeof(args));
	status = control_run(fid - CONTROL_CALL(0), args, &f->x[1]);
	if (!this_cpu()->again) {
		frame_result(f, status);
		return;
	}
	memcpy(&f->x[1], args, sizeof(args));	/* results will come where these are */
	trap_repeat_call();
}

void control_init(const struct control_setup *s)
{
	struct mmio_page *page;
	unsigned nr;

	setup = *s;
	nr_regions = guest_regions.nr + bars.nr;
	page = mmio_pages(&nr);
	for (; nr; nr--, page++)
		page->region = (u16)control_region_at(page->ipa);
}
