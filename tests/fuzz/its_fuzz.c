/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands for an ITS, any bytes: what goes on to the hardware is right by what it has mapped, in
 * memory of Mavis's that nobody else has (tests/unit/its_model.h).
 */
#include <stdlib.h>

#define CHECK(x) do { if (!(x)) abort(); } while (0)

#include "tests/unit/its_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

bool gic_has_number(u64 number)
{
	return number < MODEL_CPUS;
}

bool gic_has_redistributor(u64 pa)
{
	(void)pa;
	return false;
}

unsigned gic_id_bits(void)
{
	return MODEL_LPI_BITS;
}

void its_publish(const struct its *its, const void *start, u64 size)
{
	CHECK(its == &model.its && size);
	CHECK(model_in_heap((struct range){ (u64)start, size }) ||
	      ((const u64 *)start >= model.l1 &&
	       (const u64 *)start < model.l1 + ARRAY_SIZE(model.l1)));
}

/* From 8 bytes: mostly small numbers, so that they meet; now and then as they are. */
static void make_command(const uint8_t *p, u64 cmd[4])
{
	static const u8 ops[] = { 0x08, 0x0a, 0x0a, 0x09, 0x0f, 0x01, 0x08, 0x03,
				  0x0c, 0x04, 0x0d, 0x0e, 0x05, 0x0b, 0x29, 0x21 };
	u64 wild;

	memcpy(&wild, p, sizeof(wild));
	cmd[0] = ops[p[0] % 16] | (u64)(p[1] % 80) << 32;
	cmd[1] = p[2] % 40 | (u64)(8180 + p[3] * 40) << 32;
	cmd[2] = p[4] % 80 | (u64)(p[5] % 4) << 16 | (p[5] & 0x40 ? GITS_VALID : 0);
	cmd[3] = (u64)(p[6] % 4) << 16;
	if (p[7] < 0x10)
		cmd[p[7] % 4] ^= wild * 0x9e3779b97f4a7c15ull;
	if (p[7] < 0x20)
		cmd[0] ^= wild & 0xff;
	if ((u8)cmd[0] == 0x08)
		cmd[1] = p[2] % 12;
}

static void drop(struct its_batch *b, u8 what)
{
	struct its *its = &model.its;

	its->drop_devices = what & 1;
	its->drop_collections = what & 2;
	do {
		while (b->cost < ITS_BATCH && its_drop(its, b))
			;
		model_batch(b);
	} while (its->drop_devices || its->drop_collections);
	CHECK(!(what & 1) || !its->nr_devices);
	model_compare();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u8 page_shifts[] = { 0, 12, 14, 16 };
	static struct its_batch b;
	u64 cmd[4];

	if (!size)
		return 0;
	model_reset(page_shifts[data[0] % 4]);
	b.nr = b.cost = 0;
	for (size_t at = 1; at + 8 <= size; at += 8) {
		bool again;

		if (data[at + 7] == 0xff) {
			model_batch(&b);
			drop(&b, data[at]);
			continue;
		}
		make_command(data + at, cmd);
		if (b.cost >= ITS_BATCH)
			model_batch(&b);
		its_command(&model.its, &b, cmd, &again);
		if (again) {
			model_batch(&b);
			its_command(&model.its, &b, cmd, &again);
			CHECK(!again);
		}
	}
	model_batch(&b);
	model_compare();
	return 0;
}
