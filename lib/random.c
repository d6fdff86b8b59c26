/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random.h"

#include "lib/arch.h"

#define SYS_RNDR	"S3_3_C2_C4_0"
#define TRIES		10		/* it may have none ready */

static bool rndr(u64 *val)
{
	bool ok;

	/* Z is set if there was none. */
	asm volatile("mrs %0, " SYS_RNDR "\n\tcset %w1, ne" : "=r"(*val), "=r"(ok) : : "cc");
	return ok;
}

u64 random_word(void)
{
	static u64 seed;
	u64 val;

	if (FIELD(read_sysreg(id_aa64isar0_el1), 63, 60))
		for (unsigned i = 0; i < TRIES; i++)
			if (rndr(&val))
				return val;
	seed ^= read_sysreg(cntpct_el0);
	seed = (seed ^ (seed >> 31)) * 0x9e3779b97f4a7c15ull;
	seed ^= seed >> 29;
	return seed;
}
