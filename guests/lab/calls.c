/* SPDX-License-Identifier: Apache-2.0 */
#include "guests/lab/lab.h"

static bool by_smc;

void calls_init(bool smc)
{
	by_smc = smc;
}

struct call_result call(u64 fid, u64 a0, u64 a1, u64 a2)
{
	register u64 x0 asm("x0") = fid;
	register u64 x1 asm("x1") = a0;
	register u64 x2 asm("x2") = a1;
	register u64 x3 asm("x3") = a2;
	register u64 x4 asm("x4");
	register u64 x5 asm("x5");
	register u64 x6 asm("x6");
	register u64 x7 asm("x7");
	register u64 x8 asm("x8");
	register u64 x9 asm("x9");
	register u64 x10 asm("x10");
	register u64 x11 asm("x11");
	register u64 x12 asm("x12");

	asm volatile("cbnz %w[smc], 1f; hvc #0; b 2f; 1: smc #0; 2:"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "=r"(x4), "=r"(x5), "=r"(x6),
		       "=r"(x7), "=r"(x8), "=r"(x9), "=r"(x10), "=r"(x11), "=r"(x12)
		     : [smc] "r"((u32)by_smc)
		     : "x13", "x14", "x15", "x16", "x17", "memory");
	return (struct call_result){
		(s64)x0, { x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12 }
	};
}

struct call_result control(unsigned command, u64 a0, u64 a1, u64 a2)
{
	return call(CONTROL_CALL(command), a0, a1, a2);
}
