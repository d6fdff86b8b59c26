/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds between two mappings: the shareability that both stages make, and two mappings of one
 * page by different attributes.
 */
#include "drivers/console.h"
#include "guests/lab/lab.h"
#include "guests/lab/relate.h"
#include "lib/arch.h"
#include "mm/attr.h"

#define ROUNDS		100
#define AT_OTHER	0x600

static const u8 shareabilities[] = { SH_NONE, SH_OUTER, SH_INNER };
static const u8 shared_types[] = { 0x00, 0x44, 0xff };

unsigned shares_done, aliases_done;

static void share(u8 mair, u8 s1, u8 s2)
{
	struct attempt a;
	const char *other;

	if (target_set_shareable(s2))
		give_up("the target's shareability cannot be set");
	target_map_shareable(mair, s1);
	shares_done++;
	print("{\"t\":\"share\",\"s1\":\"%#04x\",\"s1_sh\":%u,\"s2_sh\":%u", mair, s1, s2);
	print(",\"par_s12\":\"%#lx\"", control(CONTROL_AT, TEST_VA, 0, 0).r[1]);
	if (!other_sees(TEST_VA + AT_OTHER, &a))
		other = "absent";
	else if (a.faulted)
		other = "fault";
	else
		other = a.value ? "seen" : "not-seen";
	print(",\"other\":\"%s\"}\n", other);
	target_unmap();
}

static void run_shares(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(shared_types); i++)
		for (unsigned s1 = 0; s1 < ARRAY_SIZE(shareabilities); s1++)
			for (unsigned s2 = 0; s2 < ARRAY_SIZE(shareabilities); s2++)
				share(shared_types[i], shareabilities[s1], shareabilities[s2]);
	target_follow_stage_1();
}

const char *const care_names[NR_CARE] = {
	[CARE_NONE] = "none",
	[CARE_DMB] = "dmb",
	[CARE_MAINTAIN] = "maintain",
};

/*
 * As the Arm ARM wants it of mappings that differ in cacheability: clean and invalidate before and
 * after each access, and a DMB (B2, "Mismatched memory attributes"). The DMB comes first: only that
 * orders maintenance with an access past the caches (D7, "Ordering and completion of data and
 * instruction cache instructions"). What follows is behind the DSB that cache_flush() ends with.
 */
void take_care(enum care care, u64 size)
{
	if (care != CARE_NONE)
		dmb(sy);
	if (care == CARE_MAINTAIN)
		cache_flush(TEST_VA, size);
}

/* An access_fn: stores by one mapping, loads by the other; gives how often that was not seen. */
static u64 alias_rounds(u64 unused, u64 rounds, u64 care)
{
	volatile u64 *x = (volatile u64 *)TEST_VA, *y = (volatile u64 *)TEST_VA_Y;
	u64 stale = 0;

	(void)unused;
	for (u64 i = 1; i <= rounds; i++) {
		(void)*y;			/* it may have it in its cache now */
		take_care((enum care)care, sizeof(u64));
		*x = i;
		take_care((enum care)care, sizeof(u64));
		stale += *y != i;
		cache_flush(TEST_VA, sizeof(u64));
		dmb(sy);
	}
	return stale;
}

struct side {
	u8 mair, sh;
};

static void alias(struct side x, struct side y, enum care care)
{
	struct attempt a;
	u64 x_par, y_par;

	target_map_alias(x.mair, x.sh, y.mair, y.sh);
	x_par = control(CONTROL_AT, TEST_VA, 0, 0).r[1];
	y_par = control(CONTROL_AT, TEST_VA_Y, 0, 0).r[1];
	attempt(&a, alias_rounds, 0, ROUNDS, care);
	target_unmap_alias();
	aliases_done++;
	print("{\"t\":\"alias\",\"x\":\"%#04x\",\"x_sh\":%u", x.mair, x.sh);
	print(",\"y\":\"%#04x\",\"y_sh\":%u", y.mair, y.sh);
	print(",\"x_par_s12\":\"%#lx\",\"y_par_s12\":\"%#lx\"", x_par, y_par);
	print(",\"care\":\"%s\",\"rounds\":%u,\"stale\":%lu", care_names[care], ROUNDS, a.value);
	print("%s}\n", a.faulted ? ",\"result\":\"fault\"" : "");
}

static const struct side sides[] = {
	{ 0x00, SH_INNER }, { 0x44, SH_INNER }, { 0xbb, SH_INNER }, { 0xff, SH_INNER },
	{ 0xff, SH_NONE }, { 0xf0, SH_INNER },
};

/* The wider of the two stages counts: with any but SH_NONE at stage 2 the sides would be alike. */
static void run_aliases(void)
{
	if (target_set_shareable(SH_NONE))
		give_up("the target's shareability cannot be set");
	for (unsigned i = 0; i < ARRAY_SIZE(sides); i++) {
		for (unsigned j = 0; j < ARRAY_SIZE(sides); j++) {
			if (i == j || (!features.mte && (sides[i].mair == 0xf0 ||
							 sides[j].mair == 0xf0)))
				continue;
			for (unsigned care = 0; care < NR_CARE; care++)
				alias(sides[i], sides[j], (enum care)care);
		}
	}
	target_follow_stage_1();
}

void relate_run(void)
{
	run_shares();
	run_aliases();
}
