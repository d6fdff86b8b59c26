/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/idreg.h"

#include "lib/arch.h"

enum how {
	UNSIGNED,	/* grows from 0 */
	SIGNED,		/* two's complement: a negative value, 0xf as a rule, is "not there" */
	ALL,		/* the register as it is */
	NONE,		/* 0 */
	WITH_MTE,	/* UNSIGNED, hidden with MTE */
	WITH_SPE,	/* UNSIGNED, hidden where it is EL3's */
	PMU_VERSION,	/* UNSIGNED, but 0xf is a PMU that is not Arm's */
	PA_RANGE,	/* UNSIGNED, and no more than stage 2 translates */
	TRACE_UNIT,	/* UNSIGNED, hidden where EL2 cannot keep it out of EL2 */
	TRACE_BUFFER,	/* likewise, and beside FEAT_TRBE_EXT */
};

/* What is hidden for a reason is simply not among them. */
#define SHOW(reg, field, shift, how, max, why)	{ reg, shift, how, max, false },
#define LIMIT(reg, field, shift, how, max, why)	{ reg, shift, how, max, true },
#define WHOLE(reg, why)				{ reg, 0, ALL, 0, false },
#define OWN(reg, field, shift, why)		{ reg, shift, NONE, 0, true },
#define HIDE(reg, field, shift, why)

static const struct field {
	u8 reg;
	u8 shift;
	u8 how;
	u8 max : 7;
	u8 harmless : 1;	/* if the guest saw more */
} fields[] = {
#include "hyp/idreg_fields.h"
};

/* The guest must never build an address that stage 2 cannot take. */
static u64 pa_range(unsigned bits)
{
	unsigned range = 0;

	while (range < PA_SIZE_MAX && pa_sizes[range + 1] <= bits)
		range++;
	return range;
}

static u64 clamp(const struct field *f, u64 reg, const struct idreg_policy *policy)
{
	u64 val = reg >> f->shift & 15, max = f->max;

	switch (f->how) {
	case NONE:
		return 0;
	case SIGNED:
		return val >= 8 ? val : MIN(val, max);
	case WITH_MTE:
		return policy->mte ? MIN(val, max) : 0;
	case WITH_SPE:
		return policy->spe ? MIN(val, max) : 0;
	case PMU_VERSION:
		return val == 15 ? val : MIN(val, max);
	case PA_RANGE:
		return MIN(val, MIN(max, pa_range(policy->ipa_bits)));
	case TRACE_UNIT:
		return policy->trace ? MIN(val, max) : 0;
	case TRACE_BUFFER:
		return policy->trace && !FIELD(reg, 59, 56) ? MIN(val, max) : 0;
	default:
		return MIN(val, max);
	}
}

bool idregs_show(struct idregs *shown, const struct idregs *raw, const struct idreg_policy *policy)
{
	u64 harmless[NR_IDREGS] = { 0 };
	bool hides = false;

	*shown = (struct idregs){ 0 };
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		unsigned n = f->reg - IDREG_FIRST;

		if (f->how == ALL)
			shown->at[n] = raw->at[n];
		else
			shown->at[n] |= clamp(f, raw->at[n], policy) << f->shift;
		if (f->harmless)
			harmless[n] |= 15ull << f->shift;
	}
	for (unsigned n = 0; n < NR_IDREGS; n++)
		hides |= ((raw->at[n] ^ shown->at[n]) & ~harmless[n]) != 0;
	return hides;
}
