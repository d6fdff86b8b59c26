// SPDX-License-Identifier: Apache-2.0
/* Stage 1 with stage 2. The encodings are attr.c's; here are only the rules. */
#include "mm/combine.h"

#include "lib/arch.h"
#include "lib/errno.h"

const struct s1_default s1_defaults[S1_NR_SETTINGS] = {
	[S1_MMU_OFF] = { "MMU off", MAIR_DEVICE_nGnRnE, SH_OUTER, false, false },
	[S1_DC] = { "DC", MAIR_NORMAL_WB, SH_NONE, true, false },
	[S1_DC_DCT] = { "DC+DCT", MAIR_NORMAL_TAGGED, SH_NONE, true, true },
};

static const struct cache_attr write_back_rwa = { CACHE_WB, true, true, false };

static bool write_back_both(const struct mem_attr *a)
{
	return a->inner.policy == CACHE_WB && a->outer.policy == CACHE_WB;
}

static bool non_cacheable(const struct mem_attr *a)
{
	return a->inner.policy == CACHE_NC && a->outer.policy == CACHE_NC;
}

/* The weaker policy; stage 2 has no hints, so what can have some keeps stage 1's. */
static struct cache_attr weaker_cache(struct cache_attr s1, u8 s2_policy)
{
	s1.policy = MIN(s1.policy, s2_policy);
	return s1.policy == CACHE_NC ? (struct cache_attr){ .policy = CACHE_NC } : s1;
}

static struct cache_attr force_cache(const struct mem_attr *s1, struct cache_attr level)
{
	if (s1->type == MEM_DEVICE || level.policy == CACHE_NC)
		return write_back_rwa;
	level.policy = CACHE_WB;
	return level;
}

static struct mem_attr weaker(const struct mem_attr *s1, const struct mem_attr *s2)
{
	if (s1->type == MEM_DEVICE && s2->type == MEM_DEVICE)
		return s1->device < s2->device ? *s1 : *s2;
	if (s1->type == MEM_DEVICE)
		return *s1;
	if (s2->type == MEM_DEVICE)
		return *s2;
	return (struct mem_attr){
		.type = MEM_NORMAL,
		.inner = weaker_cache(s1->inner, s2->inner.policy),
		.outer = weaker_cache(s1->outer, s2->outer.policy),
	};
}

/* Whether @a has an encoding of its own with XS = 0. */
static bool can_say_xs0(const struct mem_attr *a)
{
	return a->type == MEM_DEVICE ||
	       (a->inner.policy == a->outer.policy && a->inner.policy != CACHE_WB);
}

int combine(u8 mair, u8 memattr, bool fwb, bool mte_perm, struct mem_attr *out)
{
	const struct s2_mem *s2 = s2_decode(memattr, fwb, mte_perm);
	struct mem_attr s1, a;

	if (!s2 || mair_decode(mair, &s1))
		return -EINVAL;

	if (s2->rule == S2_FORCE_WB)
		a = (struct mem_attr){
			.type = MEM_NORMAL,
			.inner = force_cache(&s1, s1.inner),
			.outer = force_cache(&s1, s1.outer),
		};
	else
		a = weaker(&s1, &s2->attr);

	/* Tagged also needs the hints that stage 1 Tagged has; the result keeps them. */
	a.tagged = s1.tagged && write_back_both(&a);
	a.no_tag_access = a.tagged && s2->no_tag_access;
	a.xs0 = s1.xs0 && can_say_xs0(&a);
	*out = a;
	return 0;
}

enum shareability combine_sh(const struct mem_attr *combined, u8 s1, u8 s2)
{
	if (combined->type == MEM_DEVICE || non_cacheable(combined) || s1 == SH_OUTER ||
	    s2 == SH_OUTER)
		return SH_OUTER;
	return s1 == SH_INNER || s2 == SH_INNER ? SH_INNER : SH_NONE;
}

static bool same_memory(const struct mem_attr *a, const struct mem_attr *b)
{
	return a->type == b->type && a->device == b->device &&
	       a->inner.policy == b->inner.policy && a->outer.policy == b->outer.policy;
}

bool s2_mismatch(const struct s2_attr *a, const struct s2_attr *b, bool fwb, bool mte_perm)
{
	struct mem_attr x, y;

	if (!s2_decode(a->memattr, fwb, mte_perm) || !s2_decode(b->memattr, fwb, mte_perm))
		return a->memattr != b->memattr;

	for (unsigned mair = 0; mair < 256; mair++) {
		if (combine(mair, a->memattr, fwb, mte_perm, &x) ||
		    combine(mair, b->memattr, fwb, mte_perm, &y))
			continue;	/* reserved at stage 1 */
		if (!same_memory(&x, &y) ||
		    combine_sh(&x, SH_NONE, a->sh) != combine_sh(&y, SH_NONE, b->sh))
			return true;
	}
	return false;
}
