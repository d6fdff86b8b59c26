/* SPDX-License-Identifier: Apache-2.0 */
/* Which litmus tests there are. Whether an outcome is allowed is not the lab's to say. */
#include "guests/lab/litmus.h"

thread_fn thread_w, thread_r;

#define DECLARE(body)						\
	thread_fn thread_##body##_none, thread_##body##_dmb_sy,	\
		thread_##body##_dmb_ld, thread_##body##_dmb_st,	\
		thread_##body##_dsb_sy, thread_##body##_dsb_ld,	\
		thread_##body##_dsb_st, thread_##body##_isb

DECLARE(ww);
thread_fn thread_ww_stlr_2nd, thread_ww_stlr_both;
DECLARE(rr);
thread_fn thread_rr_ldar, thread_rr_ldapr, thread_rr_addr, thread_rr_ctrl, thread_rr_ctrl_isb;
DECLARE(wr);
thread_fn thread_wr_stlr_ldar, thread_wr_stlr_ldapr, thread_wr_str_ldar;
DECLARE(rw);
thread_fn thread_rw_ldar, thread_rw_ldapr, thread_rw_addr, thread_rw_data, thread_rw_ctrl,
	thread_rw_stlr_2nd;

/* The first is no edge at all, the second the strongest: litmus.c tries the others against it. */
#define BARRIERS(body)						\
	{ "none", thread_##body##_none, false },		\
	{ "dmb sy", thread_##body##_dmb_sy, false },		\
	{ "dmb ld", thread_##body##_dmb_ld, false },		\
	{ "dmb st", thread_##body##_dmb_st, false },		\
	{ "dsb sy", thread_##body##_dsb_sy, false },		\
	{ "dsb ld", thread_##body##_dsb_ld, false },		\
	{ "dsb st", thread_##body##_dsb_st, false },		\
	{ "isb", thread_##body##_isb, false }

static const struct edge w_edges[] = { { "none", thread_w, false } };
static const struct edge r_edges[] = { { "none", thread_r, false } };

static const struct edge ww_edges[] = {
	BARRIERS(ww),
	{ "stlr on 2nd", thread_ww_stlr_2nd, false },
	{ "stlr both", thread_ww_stlr_both, false },
};

static const struct edge rr_edges[] = {
	BARRIERS(rr),
	{ "ldar on 1st", thread_rr_ldar, false },
	{ "ldapr on 1st", thread_rr_ldapr, true },
	{ "addr dep", thread_rr_addr, false },
	{ "ctrl dep", thread_rr_ctrl, false },
	{ "ctrl+isb", thread_rr_ctrl_isb, false },
};

static const struct edge wr_edges[] = {
	BARRIERS(wr),
	{ "stlr..ldar", thread_wr_stlr_ldar, false },
	{ "stlr..ldapr", thread_wr_stlr_ldapr, true },
	{ "str..ldar", thread_wr_str_ldar, false },
};

static const struct edge rw_edges[] = {
	BARRIERS(rw),
	{ "ldar on 1st", thread_rw_ldar, false },
	{ "ldapr on 1st", thread_rw_ldapr, true },
	{ "addr dep", thread_rw_addr, false },
	{ "data dep", thread_rw_data, false },
	{ "ctrl dep", thread_rw_ctrl, false },
	{ "stlr on 2nd", thread_rw_stlr_2nd, false },
};

const struct edges edges_of[NR_BODIES] = {
	[BODY_W] = { w_edges, ARRAY_SIZE(w_edges) },
	[BODY_R] = { r_edges, ARRAY_SIZE(r_edges) },
	[BODY_WW] = { ww_edges, ARRAY_SIZE(ww_edges) },
	[BODY_RR] = { rr_edges, ARRAY_SIZE(rr_edges) },
	[BODY_WR] = { wr_edges, ARRAY_SIZE(wr_edges) },
	[BODY_RW] = { rw_edges, ARRAY_SIZE(rw_edges) },
};

#define ROW(a)	(0xf << ((a) << 2))	/* the first is @a, whatever the second */

/* Those between two locations, and those that one location's coherence decides. */
const struct litmus litmus_tests[] = {
	{ "MP", { BODY_WW, BODY_RR }, { { 1, 1 }, { 0, 0 } }, { SEEN_P1_FIRST, SEEN_P1_SECOND },
	  false, false, BIT(OUTCOME(1, 0)) },
	{ "SB", { BODY_WR, BODY_WR }, { { 1, 0 }, { 1, 0 } }, { SEEN_P0_SECOND, SEEN_P1_SECOND },
	  false, true, BIT(OUTCOME(0, 0)) },
	{ "LB", { BODY_RW, BODY_RW }, { { 0, 1 }, { 0, 1 } }, { SEEN_P0_FIRST, SEEN_P1_FIRST },
	  false, true, BIT(OUTCOME(1, 1)) },
	{ "S", { BODY_WW, BODY_RW }, { { 2, 1 }, { 0, 1 } }, { SEEN_P1_FIRST, SEEN_X },
	  false, false, BIT(OUTCOME(1, 2)) },
	{ "R", { BODY_WW, BODY_WR }, { { 1, 1 }, { 2, 0 } }, { SEEN_Y, SEEN_P1_SECOND },
	  false, false, BIT(OUTCOME(2, 0)) },
	{ "2+2W", { BODY_WW, BODY_WW }, { { 1, 2 }, { 1, 2 } }, { SEEN_X, SEEN_Y },
	  false, true, BIT(OUTCOME(1, 1)) },
	{ "CoRR", { BODY_W, BODY_RR }, { { 1, 0 }, { 0, 0 } }, { SEEN_P1_FIRST, SEEN_P1_SECOND },
	  true, false, BIT(OUTCOME(1, 0)) },
	{ "CoWW", { BODY_WW, BODY_R }, { { 1, 2 }, { 0, 0 } }, { SEEN_X, SEEN_NOTHING },
	  true, false, BIT(OUTCOME(1, 0)) },
	{ "CoWR", { BODY_WR, BODY_W }, { { 1, 0 }, { 2, 0 } }, { SEEN_P0_SECOND, SEEN_X },
	  true, false, ROW(0) | BIT(OUTCOME(2, 1)) },
	{ "CoRW", { BODY_RW, BODY_W }, { { 0, 1 }, { 2, 0 } }, { SEEN_P0_FIRST, SEEN_X },
	  true, false, ROW(1) | BIT(OUTCOME(2, 2)) },
};

const unsigned nr_litmus_tests = ARRAY_SIZE(litmus_tests);
