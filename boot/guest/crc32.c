/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/crc32.h"

#include "boot/guest/crc32_step.h"

/*
 * A step waits for the one before it, some cycles long. So what is long is taken as three pieces
 * beside each other, and their checksums are joined, which is worth it for some KiB.
 */
#define PIECE		KIB(8)
#define PIECE_WORDS	(PIECE / 8)

/* Of polynomials bit 31 has x^0, bit 0 x^31. The polynomial itself, without x^32: */
#define POLYNOMIAL	0xedb88320u
/* x to the power of PIECE's bits, modulo the polynomial: what so many zeros make of a checksum. */
#define PIECE_OF_ZEROS	0x83852d0fu

/* The product modulo the polynomial. */
static u32 times(u32 a, u32 b)
{
	u32 sum = 0;

	for (; a; a <<= 1) {
		if (a & BIT(31))
			sum ^= b;
		b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
	}
	return sum;
}

/* Two words of each piece, in an order in which no step waits for the one before it. */
static inline __attribute__((always_inline)) void step_beside(u32 crc[3], const u64 *p[3])
{
	u64 p0, p1, q0, q1, r0, r1;

	take_two(&p[0], &p0, &p1);
	take_two(&p[1], &q0, &q1);
	take_two(&p[2], &r0, &r1);
	crc[0] = step64(crc[0], p0);
	crc[1] = step64(crc[1], q0);
	crc[2] = step64(crc[2], r0);
	crc[0] = step64(crc[0], p1);
	crc[1] = step64(crc[1], q1);
	crc[2] = step64(crc[2], r1);
}

/* Goes on with three pieces, from @data on. */
static u32 three_pieces(u32 before, const u64 *data)
{
	const u64 *p[3] = { data, data + PIECE_WORDS, data + 2 * PIECE_WORDS };
	u32 crc[3] = { before, 0, 0 };

	while (p[0] < data + PIECE_WORDS) {
		step_beside(crc, p);
		step_beside(crc, p);
		step_beside(crc, p);
		step_beside(crc, p);
	}
	return times(times(crc[0], PIECE_OF_ZEROS) ^ crc[1], PIECE_OF_ZEROS) ^ crc[2];
}

u32 crc32(const void *data, u64 size)
{
	const u8 *p = data;
	u32 crc = ~0u;

	for (; size && !IS_ALIGNED((u64)p, 8); size--)
		crc = step8(crc, *p++);
	for (; size >= 3 * PIECE; size -= 3 * PIECE, p += 3 * PIECE)
		crc = three_pieces(crc, (const void *)p);
	for (; size >= 8; size -= 8, p += 8)
		crc = step64(crc, *(const u64 *)(const void *)p);
	for (; size; size--)
		crc = step8(crc, *p++);
	return ~crc;
}
