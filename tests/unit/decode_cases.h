/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CASE((what decode() is to say), an instruction as the assembler takes it): the words are for
 * tests/unit/decode_cases.S, which makes the numbers, and for the test. Each stands for a form of
 * its class.
 */

/* One register of @s bytes in memory; R_: registers, V_: vectors. */
#define R_(s, to64, t, n) .nr = 1, .size = s, .esize = s, .sf = to64, .rt = t, .rn = n
#define V_(s, t, n) .vector = true, .nr = 1, .size = s, .esize = s, .rt = t, .rn = n
#define R2_(s, to64, t, u, n) .nr = 2, .size = s, .esize = s, .sf = to64, .rt = t, .rt2 = u, .rn = n
#define V2_(s, t, u, n) .vector = true, .nr = 2, .size = s, .esize = s, .rt = t, .rt2 = u, .rn = n
#define L_(count, s, e, t, n) .vector = true, .nr = count, .size = s, .esize = e, .rt = t, \
	.rt2 = ((t) + 1) & 31, .rn = n
#define NOX .rm = DECODE_NO_INDEX
#define W .write = true
#define PRE(by) .offset = by, .writes_back = true, .after = by
#define POST(by) .writes_back = true, .after = by
#define ONLY(what) .kind = DECODE_##what

/* Immediate offsets. */
CASE((R_(8, true, 1, 0), NOX), ldr x1, [x0])
CASE((R_(4, false, 1, 0), NOX), ldr w1, [x0])
CASE((R_(1, false, 1, 0), NOX), ldrb w1, [x0])
CASE((R_(2, false, 1, 0), NOX), ldrh w1, [x0])
CASE((R_(1, false, 1, 0), NOX, .sext = true), ldrsb w1, [x0])
CASE((R_(1, true, 1, 0), NOX, .sext = true), ldrsb x1, [x0])
CASE((R_(2, false, 1, 0), NOX, .sext = true), ldrsh w1, [x0])
CASE((R_(2, true, 1, 0), NOX, .sext = true), ldrsh x1, [x0])
CASE((R_(4, true, 1, 0), NOX, .sext = true), ldrsw x1, [x0])
CASE((R_(8, true, 31, 31), NOX, .offset = 32760), ldr xzr, [sp, #32760])
CASE((R_(8, true, 30, 29), NOX, W, .offset = 16), str x30, [x29, #16])
CASE((R_(4, false, 1, 0), NOX, W, .offset = 8), str w1, [x0, #8])
CASE((R_(1, false, 1, 0), NOX, W, .offset = 4095), strb w1, [x0, #4095])
CASE((R_(2, false, 1, 0), NOX, W, .offset = 2), strh w1, [x0, #2])
CASE((R_(8, true, 31, 0), NOX, W), str xzr, [x0])
CASE((R_(8, true, 1, 0), NOX, .offset = 7), ldur x1, [x0, #7])
CASE((R_(4, false, 1, 0), NOX, W, .offset = -4), stur w1, [x0, #-4])
CASE((R_(1, true, 1, 0), NOX, .sext = true, .offset = -256), ldursb x1, [x0, #-256])
CASE((R_(2, false, 1, 0), NOX, .sext = true, .offset = 255), ldursh w1, [x0, #255])
CASE((R_(4, true, 1, 0), NOX, .sext = true, .offset = 1), ldursw x1, [x0, #1])

/* Written back. */
CASE((R_(8, true, 1, 0), NOX, POST(8)), ldr x1, [x0], #8)
CASE((R_(8, true, 1, 31), NOX, POST(-16)), ldr x1, [sp], #-16)
CASE((R_(8, true, 1, 0), NOX, PRE(8)), ldr x1, [x0, #8]!)
CASE((R_(8, true, 1, 0), NOX, W, POST(8)), str x1, [x0], #8)
CASE((R_(4, false, 1, 0), NOX, W, PRE(-8)), str w1, [x0, #-8]!)
CASE((R_(4, true, 1, 0), NOX, .sext = true, POST(4)), ldrsw x1, [x0], #4)
CASE((R_(1, false, 2, 1), NOX, POST(1)), ldrb w2, [x1], #1)
CASE((V_(4, 1, 0), NOX, W, POST(4)), str s1, [x0], #4)
CASE((V_(16, 7, 9), NOX, PRE(-256)), ldr q7, [x9, #-256]!)

/* A register added. */
CASE((R_(8, true, 1, 0), .rm = 2, .extend = 3), ldr x1, [x0, x2])
CASE((R_(8, true, 1, 0), .rm = 31, .extend = 3, .shift = 3), ldr x1, [x0, xzr, lsl #3])
CASE((R_(4, false, 1, 0), W, .rm = 2, .extend = 2, .shift = 2), str w1, [x0, w2, uxtw #2])
CASE((R_(1, false, 1, 0), .rm = 2, .extend = 6), ldrb w1, [x0, w2, sxtw])
CASE((R_(2, true, 1, 0), .sext = true, .rm = 2, .extend = 7, .shift = 1),
     ldrsh x1, [x0, x2, sxtx #1])
CASE((V_(16, 1, 0), .rm = 2, .extend = 3, .shift = 4), ldr q1, [x0, x2, lsl #4])
CASE((V_(8, 1, 31), W, .rm = 2, .extend = 6, .shift = 3), str d1, [sp, w2, sxtw #3])

/* With the rights of EL0; acquire and release. */
CASE((R_(8, true, 1, 0), NOX, .unprivileged = true), ldtr x1, [x0])
CASE((R_(4, false, 1, 0), NOX, W, .unprivileged = true, .offset = 4), sttr w1, [x0, #4])
CASE((R_(1, true, 1, 0), NOX, .unprivileged = true, .sext = true), ldtrsb x1, [x0])
CASE((R_(8, true, 1, 0), NOX, .ordered = true), ldar x1, [x0])
CASE((R_(1, false, 1, 0), NOX, .ordered = true), ldarb w1, [x0])
CASE((R_(8, true, 1, 0), NOX, W, .ordered = true), stlr x1, [x0])
CASE((R_(2, false, 1, 0), NOX, W, .ordered = true), stlrh w1, [x0])
CASE((R_(8, true, 1, 31), NOX, .ordered = true), ldlar x1, [sp])
CASE((R_(4, false, 1, 0), NOX, W, .ordered = true), stllr w1, [x0])
CASE((R_(8, true, 1, 0), NOX, .ordered = true), ldapr x1, [x0])
CASE((R_(1, false, 1, 0), NOX, .ordered = true), ldaprb w1, [x0])
CASE((R_(8, true, 1, 0), NOX, .ordered = true, .offset = 8), ldapur x1, [x0, #8])
CASE((R_(4, false, 1, 0), NOX, W, .ordered = true, .offset = -8), stlur w1, [x0, #-8])
CASE((R_(4, true, 1, 0), NOX, .ordered = true, .sext = true), ldapursw x1, [x0])
CASE((R_(1, false, 1, 0), NOX, .ordered = true, .sext = true), ldapursb w1, [x0])

/* Pairs. */
CASE((R2_(8, true, 1, 3, 0), NOX), ldp x1, x3, [x0])
CASE((R2_(4, false, 1, 3, 0), NOX, .offset = 252), ldp w1, w3, [x0, #252])
CASE((R2_(4, true, 1, 3, 0), NOX, .sext = true, .offset = -256), ldpsw x1, x3, [x0, #-256])
CASE((R2_(8, true, 1, 31, 0), NOX, W, .offset = -512), stp x1, xzr, [x0, #-512])
CASE((R2_(4, false, 31, 31, 0), NOX, W), stp wzr, wzr, [x0])
CASE((R2_(8, true, 1, 3, 0), NOX, POST(16)), ldp x1, x3, [x0], #16)
CASE((R2_(8, true, 29, 30, 31), NOX, W, PRE(-16)), stp x29, x30, [sp, #-16]!)
CASE((R2_(4, true, 1, 3, 0), NOX, .sext = true, PRE(8)), ldpsw x1, x3, [x0, #8]!)
CASE((R2_(8, true, 1, 3, 0), NOX), ldnp x1, x3, [x0])
CASE((R2_(4, false, 1, 3, 0), NOX, W, .offset = 8), stnp w1, w3, [x0, #8])
CASE((V2_(16, 1, 2, 0), NOX, .offset = -1024), ldp q1, q2, [x0, #-1024])
CASE((V2_(8, 1, 31, 0), NOX, W), stp d1, d31, [x0])
CASE((V2_(4, 1, 2, 0), NOX, W, POST(8)), stp s1, s2, [x0], #8)
CASE((V2_(16, 1, 2, 0), NOX, W, PRE(32)), stp q1, q2, [x0, #32]!)
CASE((V2_(16, 1, 2, 31), NOX), ldnp q1, q2, [sp])

/* Vector registers. */
CASE((V_(1, 1, 0), NOX), ldr b1, [x0])
CASE((V_(2, 1, 0), NOX), ldr h1, [x0])
CASE((V_(4, 1, 0), NOX), ldr s1, [x0])
CASE((V_(8, 1, 0), NOX), ldr d1, [x0])
CASE((V_(16, 31, 0), NOX, .offset = 65520), ldr q31, [x0, #65520])
CASE((V_(16, 1, 0), NOX, W), str q1, [x0])
CASE((V_(1, 1, 0), NOX, W, .offset = 3), str b1, [x0, #3])
CASE((V_(16, 1, 0), NOX, .offset = 8), ldur q1, [x0, #8])
CASE((V_(2, 1, 0), NOX, W, .offset = -1), stur h1, [x0, #-1])
CASE((L_(1, 16, 1, 1, 0), NOX), ld1 {v1.16b}, [x0])
CASE((L_(2, 8, 4, 31, 0), NOX, W), st1 {v31.2s, v0.2s}, [x0])
CASE((L_(3, 16, 8, 4, 0), NOX), ld1 {v4.2d, v5.2d, v6.2d}, [x0])
CASE((L_(4, 16, 2, 30, 31), NOX, W, POST(64)), st1 {v30.8h, v31.8h, v0.8h, v1.8h}, [sp], #64)
CASE((L_(2, 16, 1, 1, 0), .rm = 5, .extend = 3, POST(0)), ld1 {v1.16b, v2.16b}, [x0], x5)
CASE((L_(1, 8, 8, 1, 0), NOX, POST(8)), ld1 {v1.1d}, [x0], #8)

/* By the instruction's own address. */
CASE((R_(8, true, 1, DECODE_PC), NOX, .offset = -4), ldr x1, . - 4)
CASE((R_(4, false, 1, DECODE_PC), NOX, .offset = 1048572), ldr w1, . + 1048572)
CASE((R_(4, true, 1, DECODE_PC), NOX, .sext = true, .offset = -1048576), ldrsw x1, . - 1048576)
CASE((V_(16, 1, DECODE_PC), NOX, .offset = 16), ldr q1, . + 16)

/* That do nothing, or write zeroes. */
CASE((ONLY(PREFETCH)), prfm pldl1keep, [x0])
CASE((ONLY(PREFETCH)), prfm pstl1strm, [x0, x1, lsl #3])
CASE((ONLY(PREFETCH)), prfum pldl2keep, [x0, #-1])
CASE((ONLY(PREFETCH)), prfm pldl1keep, . + 64)
CASE((ONLY(ZERO), W, .nr = 1, .size = 1, .esize = 1, .rt = 3, .rn = 3, NOX), dc zva, x3)

/* That are only told from the others. */
CASE((ONLY(EXCLUSIVE)), ldxr x1, [x0])
CASE((ONLY(EXCLUSIVE)), ldaxrb w1, [x0])
CASE((ONLY(EXCLUSIVE)), stxr w5, x1, [x0])
CASE((ONLY(EXCLUSIVE)), stlxrh w5, w1, [x0])
CASE((ONLY(EXCLUSIVE)), ldxp x1, x3, [x0])
CASE((ONLY(EXCLUSIVE)), stlxp w5, w1, w3, [x0])
CASE((ONLY(ATOMIC)), cas x1, x3, [x0])
CASE((ONLY(ATOMIC)), casalb w1, w3, [x0])
CASE((ONLY(ATOMIC)), casp x2, x3, x4, x5, [x0])
CASE((ONLY(ATOMIC)), ldadd x1, x3, [x0])
CASE((ONLY(ATOMIC)), stadd w1, [x0])
CASE((ONLY(ATOMIC)), swpal x1, x3, [x0])
CASE((ONLY(ATOMIC)), ldclrab w1, w3, [x0])
CASE((ONLY(ATOMIC)), ldsminh w1, w3, [x0])
CASE((ONLY(ATOMIC)), ld64b x0, [x10])
CASE((ONLY(ATOMIC)), st64b x0, [x10])
CASE((ONLY(STRUCTURE)), ld2 {v1.4s, v2.4s}, [x0])
CASE((ONLY(STRUCTURE)), st4 {v1.16b, v2.16b, v3.16b, v4.16b}, [x0], #64)
CASE((ONLY(STRUCTURE)), ld1 {v1.b}[3], [x0])
CASE((ONLY(STRUCTURE)), st1 {v1.d}[1], [x0], #8)
CASE((ONLY(STRUCTURE)), ld1r {v1.4s}, [x0])
CASE((ONLY(TAGS)), stg x0, [x0])
CASE((ONLY(TAGS)), ldg x1, [x0])
CASE((ONLY(TAGS)), stz2g x0, [x0], #16)
CASE((ONLY(TAGS)), stgp x1, x3, [x0])
CASE((ONLY(TAGS)), dc gva, x0)
CASE((ONLY(TAGS)), dc gzva, x0)
CASE((ONLY(SIGNED)), ldraa x1, [x0])
CASE((ONLY(SIGNED)), ldrab x1, [x0, #8]!)
CASE((ONLY(SVE)), ldr z1, [x0])
CASE((ONLY(SVE)), str z1, [x0])
CASE((ONLY(SVE)), ldr p1, [x0])
CASE((ONLY(SVE)), ld1b {z1.b}, p0/z, [x0])
CASE((ONLY(SVE)), st1b {z1.b}, p0, [x0, x2])
CASE((ONLY(SVE)), ldff1b {z1.b}, p0/z, [x0, x2])
CASE((ONLY(SVE)), ldnf1b {z1.b}, p0/z, [x0])
CASE((ONLY(SVE)), ld1rqb {z1.b}, p0/z, [x0])
CASE((ONLY(COPY)), .inst 0x19010440)			/* cpyfp [x0]!, [x1]!, x2! */
CASE((ONLY(COPY)), .inst 0x1d010440)			/* cpyp */
CASE((ONLY(COPY)), .inst 0x19c20420)			/* setp [x0]!, x1!, x2 */

/* Assemblers warn of these, or do not know them. */
CASE((ONLY(OPEN)), .inst 0xf8408400)			/* ldr x0, [x0], #8 */
CASE((ONLY(OPEN)), .inst 0xb8004c00)			/* str w0, [x0, #4]! */
CASE((ONLY(OPEN)), .inst 0xa9400000)			/* ldp x0, x0, [x0] */
CASE((ONLY(OPEN)), .inst 0xa8c10020)			/* ldp x0, x0, [x1], #16 */
CASE((ONLY(OPEN)), .inst 0xa9810400)			/* stp x0, x1, [x0, #16]! */
CASE((ONLY(UNKNOWN)), .inst 0xb8000800 | 0xc00000)	/* ldtrsw to 32 bits */
CASE((ONLY(UNKNOWN)), .inst 0xf8800400)			/* a prefetch, post-indexed */
CASE((ONLY(UNKNOWN)), .inst 0xe9400000)			/* pairs with opc 3 */
CASE((ONLY(UNKNOWN)), .inst 0xf8600000 | 1 << 11)	/* option 0 */
CASE((ONLY(UNKNOWN)), add x0, x1, x2)
CASE((ONLY(UNKNOWN)), nop)
CASE((ONLY(UNKNOWN)), dc civac, x0)
CASE((ONLY(UNKNOWN)), b .)
CASE((ONLY(UNKNOWN)), fadd v0.4s, v0.4s, v0.4s)
