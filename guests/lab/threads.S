/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a litmus test's threads are made of: two accesses, and what stands between them.
 * struct loaded thread_<body>_<edge>(u64 a, u64 b, u64 va, u64 vb): the first access is to a, the
 * second to b; va and vb are what is stored there; what was loaded comes back in x0 and x1.
 */
#include "lib/asm.h"

	.arch	armv8-a+rcpc

	.text

#define THREAD(name, ...)				\
	func thread_##name;				\
	mov x9, x0; mov x10, x1; mov x0, #0; mov x1, #0;\
	__VA_ARGS__;					\
	ret;						\
	endfunc thread_##name

/* The barriers, between any two accesses. */
#define BARRIERS(body, first, second)					\
	THREAD(body##_none, first; second);				\
	THREAD(body##_dmb_sy, first; dmb sy; second);			\
	THREAD(body##_dmb_ld, first; dmb ld; second);			\
	THREAD(body##_dmb_st, first; dmb st; second);			\
	THREAD(body##_dsb_sy, first; dsb sy; second);			\
	THREAD(body##_dsb_ld, first; dsb ld; second);			\
	THREAD(body##_dsb_st, first; dsb st; second);			\
	THREAD(body##_isb, first; isb; second)

#define COMMA		,
#define STORE_A		str x2 COMMA [x9]
#define STORE_B		str x3 COMMA [x10]
#define LOAD_A		ldr x0 COMMA [x9]
#define LOAD_B		ldr x1 COMMA [x10]
/* A register of 0 that depends on the first load; and a branch that does. */
#define DEPEND		eor x4 COMMA x0 COMMA x0
#define BRANCH		cbz x0 COMMA 1f; 1:

	/* One access alone. */
	THREAD(w, STORE_A)
	THREAD(r, LOAD_A)

	BARRIERS(ww, STORE_A, STORE_B)
	THREAD(ww_stlr_2nd, STORE_A; stlr x3, [x10])
	THREAD(ww_stlr_both, stlr x2, [x9]; stlr x3, [x10])

	BARRIERS(rr, LOAD_A, LOAD_B)
	THREAD(rr_ldar, ldar x0, [x9]; LOAD_B)
	THREAD(rr_ldapr, ldapr x0, [x9]; LOAD_B)
	THREAD(rr_addr, LOAD_A; DEPEND; ldr x1, [x10, x4])
	THREAD(rr_ctrl, LOAD_A; BRANCH LOAD_B)
	THREAD(rr_ctrl_isb, LOAD_A; BRANCH isb; LOAD_B)

	BARRIERS(wr, STORE_A, LOAD_B)
	THREAD(wr_stlr_ldar, stlr x2, [x9]; ldar x1, [x10])
	THREAD(wr_stlr_ldapr, stlr x2, [x9]; ldapr x1, [x10])
	THREAD(wr_str_ldar, STORE_A; ldar x1, [x10])

	BARRIERS(rw, LOAD_A, STORE_B)
	THREAD(rw_ldar, ldar x0, [x9]; STORE_B)
	THREAD(rw_ldapr, ldapr x0, [x9]; STORE_B)
	THREAD(rw_addr, LOAD_A; DEPEND; str x3, [x10, x4])
	THREAD(rw_data, LOAD_A; DEPEND; add x4, x4, x3; str x4, [x10])
	THREAD(rw_ctrl, LOAD_A; BRANCH STORE_B)
	THREAD(rw_stlr_2nd, LOAD_A; stlr x3, [x10])

	.section .note.GNU-stack, "", %progbits
