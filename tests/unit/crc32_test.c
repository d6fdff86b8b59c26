/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checksums bit by bit, and by the way that is taken for long data, with steps in C in place of the
 * CPU's own.
 */
#define BOOT_GUEST_CRC32_STEP_H
#include "lib/types.h"

/* @nr more bits, the lowest first. */
static u32 bits(u32 crc, u64 data, unsigned nr)
{
	for (; nr--; data >>= 1)
		crc = crc >> 1 ^ ((crc ^ data) & 1 ? 0xedb88320 : 0);
	return crc;
}

static u32 step8(u32 crc, u8 data)
{
	return bits(crc, data, 8);
}

static u32 step64(u32 crc, u64 data)
{
	return bits(crc, data, 64);
}

static void take_two(const u64 **p, u64 *a, u64 *b)
{
	*a = (*p)[0];
	*b = (*p)[1];
	*p += 2;
}

#include "boot/guest/crc32.c"
#include "tests/unit/test.h"

#define ROUND	(3 * PIECE)

static _Alignas(8) u8 data[2 * ROUND + 64];

static u32 slow(const u8 *p, u64 size)
{
	u32 crc = ~0u;

	for (; size--; p++)
		crc = bits(crc, *p, 8);
	return ~crc;
}

static int fill(void **state)
{
	u64 seed = 1;

	(void)state;
	for (u64 i = 0; i < sizeof(data); i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		data[i] = (u8)(seed >> 56);
	}
	return 0;
}

static void known_ones(void **state)
{
	static const u8 zeros[32], ones[32] = { [0 ... 31] = 0xff };

	(void)state;
	assert_int_equal(crc32("", 0), 0);
	assert_int_equal(crc32("a", 1), 0xe8b7be43);
	assert_int_equal(crc32("123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(zeros, 32), 0x190a55ad);
	assert_int_equal(crc32(ones, 32), 0xff6cab0b);
}

static void short_ones_of_any_length_and_alignment(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 8; at++)
		for (u64 size = 0; size <= 200; size++)
			assert_int_equal(crc32(data + at, size), slow(data + at, size));
}

static void long_ones_around_the_size_of_three_pieces(void **state)
{
	(void)state;
	for (unsigned at = 0; at < 8; at++)
		for (u64 round = ROUND; round <= 2 * ROUND; round += ROUND)
			for (u64 size = round - 9; size <= round + 17; size++)
				assert_int_equal(crc32(data + at, size), slow(data + at, size));
}

/* Each bit counts, wherever it is. */
static void one_bit_changes_it(void **state)
{
	u32 crc = crc32(data, ROUND);

	(void)state;
	for (u64 i = 0; i < ROUND; i += PIECE / 2 - 1) {
		data[i] ^= 0x10;
		assert_int_not_equal(crc32(data, ROUND), crc);
		data[i] ^= 0x10;
	}
}

static void the_constant_is_that_of_so_many_zeros(void **state)
{
	u32 crc = BIT(31);			/* 1 */

	(void)state;
	for (u64 i = 0; i < PIECE; i++)
		crc = bits(crc, 0, 8);
	assert_int_equal(crc, PIECE_OF_ZEROS);
	assert_int_equal(times(BIT(31), crc), crc);
	assert_int_equal(times(crc, BIT(31)), crc);
	assert_int_equal(times(crc, BIT(30)), bits(crc, 0, 1));	/* by x */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_ones),
		cmocka_unit_test(short_ones_of_any_length_and_alignment),
		cmocka_unit_test(long_ones_around_the_size_of_three_pieces),
		cmocka_unit_test(one_bit_changes_it),
		cmocka_unit_test(the_constant_is_that_of_so_many_zeros),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
