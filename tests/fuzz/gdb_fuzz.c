/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes for gdb's stub, any: memory is asked for in ranges that do not wrap and fit the buffers,
 * registers by numbers that there are, and what is answered is packets, whole and rightly summed.
 */
#include <stdlib.h>
#include <string.h>

#include "hyp/gdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static u64 regs[GDB_CORE + 1];
static enum { OUT, IN, HIGH, LOW } state;
static u8 sum;
static char high;
static unsigned len;

static void put(char c)
{
	static const char hex[] = "0123456789abcdef";

	switch (state) {
	case OUT:
		CHECK(c == '+' || c == '-' || c == '$');
		state = c == '$' ? IN : OUT;
		sum = 0;
		len = 0;
		return;
	case IN:
		CHECK(c != '$' && c != '}' && c != '*' && c >= ' ' && c <= '~');
		if (c == '#')
			state = HIGH;
		else
			sum += (u8)c;
		CHECK(++len <= GDB_PACKET + 1);
		return;
	case HIGH:
		high = c;
		state = LOW;
		return;
	case LOW:
		CHECK(high == hex[sum >> 4] && c == hex[sum & 15]);
		state = OUT;
	}
}

static unsigned target_read(u64 addr, u8 *buf, unsigned n)
{
	CHECK(addr + n >= addr && n <= GDB_PACKET / 2);
	memset(buf, (int)addr, n);
	return addr & 1 ? n / 2 : n;
}

static bool target_write(u64 addr, const u8 *buf, unsigned n)
{
	CHECK(addr + n >= addr && n <= GDB_PACKET / 2);
	for (unsigned i = 0; i < n; i++)
		sum += buf[i];			/* all of it is there */
	return addr & 1;
}

static u64 reg(unsigned n)
{
	return regs[n];
}

static bool set_reg(unsigned n, u64 val)
{
	CHECK(n < ARRAY_SIZE(regs));
	regs[n] = val;
	return val & 1;
}

static const char names[][GDB_NAME] = { "ESR_EL2" };

static const struct gdb_target target = {
	.read = target_read, .write = target_write, .reg = reg, .set_reg = set_reg, .put = put,
	.names = names, .nr_names = 1,
};

/* A byte as it is; but 0x80 and more ends a packet so that it is taken. */
static enum gdb_wish feed(struct gdb *g, u8 c)
{
	static const char hex[] = "0123456789abcdef";
	enum gdb_wish wish;
	u8 want;

	if (c < 0x80)
		return gdb_take(g, c);
	if (g->state != GDB_DATA)
		return gdb_take(g, '$');
	want = g->sum;
	gdb_take(g, '#');
	gdb_take(g, (u8)hex[want >> 4]);
	wish = gdb_take(g, (u8)hex[want & 15]);
	CHECK(g->state == GDB_IDLE && state == OUT);
	return wish;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gdb g;

	state = OUT;
	gdb_init(&g, &target);
	for (size_t i = 0; i < size; i++)
		if (feed(&g, data[i]) != GDB_MORE)
			gdb_stopped(&g);
	return 0;
}
