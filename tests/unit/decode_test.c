/* SPDX-License-Identifier: Apache-2.0 */
/* The decoder against what an assembler makes of the same words. */
#include "hyp/decode.h"
#include "tests/unit/test.h"

struct decode_case {
	const char *insn;
	struct decoded want;
};

#define UNPACK(...) __VA_ARGS__
#define CASE(expected, ...) { #__VA_ARGS__, { UNPACK expected } },
static const struct decode_case cases[] = {
#include "tests/unit/decode_cases.h"
};
#undef CASE

static u32 insns[sizeof(cases) / sizeof(cases[0])];

static int read_insns(void **state)
{
	FILE *f = fopen(MAVIS_BUILD "/host/decode_cases.bin", "rb");
	size_t nr = f ? fread(insns, sizeof(insns[0]), ARRAY_SIZE(insns), f) : 0;
	int more = f ? fgetc(f) : 0;

	(void)state;
	if (f)
		fclose(f);
	return nr == ARRAY_SIZE(insns) && more == EOF ? 0 : -1;
}

static void decodes_what_the_assembler_made(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct decoded *w = &cases[i].want;
		struct decoded d;

		decode(insns[i], &d);
		if (d.kind != w->kind)
			fail_msg("%s (%08x): is %s", cases[i].insn, insns[i],
				 decode_kind_name(d.kind));
		if (d.kind != DECODE_ACCESS && d.kind != DECODE_ZERO)
			continue;
		if (d.nr == 1)			/* means nothing, and is not said */
			d.rt2 = w->rt2;
		if (memcmp(&d, w, sizeof(d)))
			fail_msg("%s (%08x): write %d vector %d sext %d sf %d ordered %d, %u of %u by %u, t %u %u n %u m %u ext %u shift %u offset %d back %d %d",
				 cases[i].insn, insns[i], d.write, d.vector, d.sext, d.sf,
				 d.ordered, d.nr, d.size, d.esize, d.rt, d.rt2, d.rn, d.rm,
				 d.extend, d.shift, d.offset, d.writes_back, d.after);
	}
}

/* Whatever the bits: what is carried out is within the bounds that its user has room for. */
static void says_nothing_out_of_bounds(void **state)
{
	u32 insn = 0;

	(void)state;
	for (unsigned i = 0; i < 4000000; i++) {
		struct decoded d;

		insn = insn * 1664525 + 1013904223;
		decode((insn & ~0x12000000u) | 0x08000000, &d);
		assert_true(d.kind < DECODE_NR_KINDS);
		assert_non_null(decode_kind_name(d.kind));
		if (d.kind != DECODE_ACCESS)
			continue;
		assert_true(d.nr && d.nr <= DECODE_NR_MAX && d.nr * d.size <= DECODE_BYTES_MAX);
		assert_true(d.size <= (d.vector ? 16 : 8) && d.esize <= d.size);
		assert_true(!(d.size & (d.size - 1)) && !(d.esize & (d.esize - 1)));
		assert_true(d.rt < 32 && d.rt2 < 32 && d.rn <= DECODE_PC);
		assert_true(d.rm < 32 || d.rm == DECODE_NO_INDEX);
		assert_true(!d.sext || !d.write);
	}
}

static void an_index_is_extended_and_shifted(void **state)
{
	const u64 val = 0x1ffffffff;

	(void)state;
	assert_int_equal(decoded_index(&(struct decoded){ .rm = DECODE_NO_INDEX }, val), 0);
	assert_int_equal(decoded_index(&(struct decoded){ .extend = 2, .shift = 2 }, val),
			 0x3fffffffc);
	assert_int_equal(decoded_index(&(struct decoded){ .extend = 6, .shift = 3 }, val), -8ull);
	assert_int_equal(decoded_index(&(struct decoded){ .extend = 3, .shift = 4 }, val),
			 val << 4);
	assert_int_equal(decoded_index(&(struct decoded){ .extend = 7 }, val), val);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_what_the_assembler_made),
		cmocka_unit_test(says_nothing_out_of_bounds),
		cmocka_unit_test(an_index_is_extended_and_shifted),
	};

	return cmocka_run_group_tests(tests, read_insns, NULL);
}
