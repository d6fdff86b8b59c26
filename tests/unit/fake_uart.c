/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_uart.h"

#include "tests/unit/test.h"

struct fake_state fake;

static bool has_room(void)
{
	return fake.level < fake.depth;
}

static bool is_out(void)
{
	return !fake.level;
}

static void tick(void)
{
	if (fake.hangs || !fake.level || ++fake.slow < FAKE_SLOW)
		return;
	fake.slow = 0;
	fake.level--;
	fake.done = !fake.level;
}

static void take(u32 val)
{
	if (!has_room())
		fail_msg("%s: no room for '%c'", fake.d->name, (char)val);
	for (unsigned i = 0; i < ARRAY_SIZE(fake.d->on); i++)
		if ((fake.regs[fake.d->on[i].reg] & fake.d->on[i].mask) != fake.d->on[i].value)
			fail_msg("%s: a character, but %#x is %#x", fake.d->name,
				 fake.d->on[i].reg, fake.regs[fake.d->on[i].reg]);
	assert_true(fake.nr_sent < sizeof(fake.sent) - 1);
	assert_true(val <= 0xff);
	fake.sent[fake.nr_sent++] = (char)val;
	fake.level++;
}

static void want_size(u64 reg, unsigned size, unsigned want)
{
	if (size != want)
		fail_msg("%s: %u bytes at %#lx, which has %u", fake.d->name, size, reg, want);
}

/* True, and @val has the flag, if it is one of @reg's. */
static bool show(const struct fake_flag *f, bool so, u64 reg, unsigned size, u32 *val)
{
	if (!f->size || f->reg != reg)
		return false;
	want_size(reg, size, f->size);
	*val |= so == f->when ? f->bit : 0;
	return true;
}

static bool aborts(void)
{
	fake.dead = fake.dead || (fake.answers && !--fake.answers);
	return fake.dead;
}

bool io_is_dead(u64 addr)
{
	assert_true(addr - FAKE_BASE < UART_SIZE);
	return fake.dead;
}

static u32 fake_read(u64 addr, unsigned size)
{
	const struct fake_device *d = fake.d;
	u64 reg = addr - FAKE_BASE;
	bool known = false;
	u32 val = 0;

	fake.reads++;
	if (aborts())
		return ~0u;
	if (fake.receives)
		return d->uart.big_endian ? __builtin_bswap32(fake.regs[reg]) : fake.regs[reg];
	if (d->read && d->read(reg, size, &val)) {
		tick();
		return val;
	}
	known |= show(&d->room, has_room(), reg, size, &val);
	known |= show(&d->out, is_out(), reg, size, &val);
	if (known)
		tick();
	for (unsigned i = 0; i < ARRAY_SIZE(d->on); i++)
		if (d->on[i].mask && d->on[i].reg == reg) {
			want_size(reg, size, d->on[i].size);
			val |= fake.regs[reg];
			known = true;
		}
	if (!known)
		fail_msg("%s: a read of %#lx", d->name, reg);
	return d->uart.big_endian ? __builtin_bswap32(val) : val;
}

static void fake_write(u64 addr, unsigned size, u32 val)
{
	const struct fake_device *d = fake.d;
	u64 reg = addr - FAKE_BASE;

	fake.writes++;
	if (aborts())
		return;
	if (d->uart.big_endian)
		val = __builtin_bswap32(val);
	if (fake.receives) {
		fake.regs[reg] = val;
		return;
	}
	if (d->write && d->write(reg, size, val))
		return;
	if (reg == d->data.reg) {
		want_size(reg, size, d->data.size);
		take(val);
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(d->on); i++)
		if (d->on[i].mask && d->on[i].reg == reg) {
			want_size(reg, size, d->on[i].size);
			fake.regs[reg] = val;
			return;
		}
	fail_msg("%s: a write of %#x to %#lx", d->name, val, reg);
}

u8 read8(u64 addr)
{
	return (u8)fake_read(addr, 1);
}

u16 read16(u64 addr)
{
	return (u16)fake_read(addr, 2);
}

u32 read32(u64 addr)
{
	return fake_read(addr, 4);
}

void write8(u64 addr, u8 val)
{
	fake_write(addr, 1, val);
}

void write16(u64 addr, u16 val)
{
	fake_write(addr, 2, val);
}

void write32(u64 addr, u32 val)
{
	fake_write(addr, 4, val);
}

/* One command at a time, which is over when its character is out. */
static bool geni_read(u64 reg, unsigned size, u32 *val)
{
	want_size(reg, size, 4);
	if (reg == 0x68)
		*val = fake.regs[reg];
	else if (reg == 0x40)
		*val = 0xa0 | (fake.command || fake.level ? 1 : 0);
	else
		fail_msg("geni: a read of %#lx", reg);
	return true;
}

static bool geni_write(u64 reg, unsigned size, u32 val)
{
	want_size(reg, size, 4);
	if (reg == 0x270) {
		assert_false(fake.command || fake.level);
		fake.regs[reg] = val;
	} else if (reg == 0x600) {
		assert_int_equal(val, 0x08000000);
		assert_int_equal(fake.regs[0x270], 1);
		assert_false(fake.command || fake.level);
		fake.command = true;
	} else if (reg == 0x604) {
		assert_int_equal(val, 2);
		fake.aborts++;
		fake.command = false;
		fake.level = 0;
	} else if (reg == 0x700) {
		assert_true(fake.command);
		fake.command = false;
		take(val);
	} else {
		fail_msg("geni: a write of %#x to %#lx", val, reg);
	}
	return true;
}

/*
 * Event reset, number of characters written and read back, and ready: in this order, and from an
 * empty FIFO.
 */
static bool uartdm_read(u64 reg, unsigned size, u32 *val)
{
	want_size(reg, size, 4);
	if (reg == 0x08) {
		fake.stage += fake.stage == 3 && ++fake.slow > 2;
		*val = (is_out() ? BIT(3) : 0) | (fake.stage == 4 ? BIT(2) : 0);
	} else if (reg == 0x40) {
		fake.stage += fake.stage == 2;
		*val = 1;
	} else {
		return false;
	}
	return true;
}

static bool uartdm_write(u64 reg, unsigned size, u32 val)
{
	want_size(reg, size, 4);
	if (reg == 0x10 && val == BIT(2)) {
		fake.regs[reg] = val;
	} else if (reg == 0x10) {
		assert_int_equal(val, 0x300);
		fake.stage = 1;
	} else if (reg == 0x40) {
		assert_int_equal(val, 1);
		assert_true(is_out() && fake.stage == 1);
		fake.stage = 2;
	} else if (reg == 0x70) {
		assert_int_equal(fake.regs[0x10], BIT(2));
		assert_int_equal(fake.stage, 4);
		fake.stage = 0;
		take(val);
	} else {
		return false;
	}
	return true;
}

/* TDFE and TEND are set by the hardware, and cleared by a 0 alone. */
static bool scif_read(u64 reg, unsigned size, u32 *val)
{
	if (reg != fake.d->room.reg)
		return false;
	want_size(reg, size, 2);
	fake.tdfe |= has_room();
	fake.tend |= is_out();
	*val = (fake.tdfe ? BIT(5) : 0) | (fake.tend ? BIT(6) : 0) | BIT(1);
	return true;
}

static bool scif_write(u64 reg, unsigned size, u32 val)
{
	if (reg == fake.d->room.reg) {
		want_size(reg, size, 2);
		assert_int_equal(val | BIT(5) | BIT(6), 0xffff);	/* the receiver's stay */
		fake.tdfe &= !!(val & BIT(5));
		fake.tend &= !!(val & BIT(6));
		fake.to_clear = false;
		return true;
	}
	if (reg == fake.d->data.reg) {
		assert_false(fake.to_clear);
		fake.to_clear = true;
	}
	return false;
}

/* UFCON is the loader's: with the FIFO there is another flag than without. */
static bool s5pv210_read(u64 reg, unsigned size, u32 *val)
{
	bool fifo = fake.regs[0x08] & 1;

	want_size(reg, size, 4);
	fake.depth = fifo ? FAKE_DEPTH : 1;
	if (reg == 0x08)
		*val = fake.regs[reg];
	else if (reg == 0x18)
		*val = fifo && has_room() ? 0 : BIT(24);
	else if (reg == 0x10)
		*val = (!fifo && has_room() ? BIT(1) : 0) | (is_out() ? BIT(2) : 0);
	else
		fail_msg("s5pv210: a read of %#lx", reg);
	return true;
}

/* The same bit says "full" with the FIFO, and "done" without, until it is cleared by a 1. */
static bool linflex_read(u64 reg, unsigned size, u32 *val)
{
	bool fifo = fake.regs[0x10] & BIT(8);

	want_size(reg, size, 4);
	fake.depth = fifo ? FAKE_DEPTH : 1;
	if (reg == 0x10)
		*val = fake.regs[reg];
	else if (reg == 0x14)
		*val = (fifo ? !has_room() : fake.done) ? BIT(1) : 0;
	else
		fail_msg("linflex: a read of %#lx", reg);
	return true;
}

static bool linflex_write(u64 reg, unsigned size, u32 val)
{
	bool fifo = fake.regs[0x10] & BIT(8);

	if (reg == 0x14) {
		want_size(reg, size, 4);
		assert_int_equal(val, BIT(1));
		assert_false(fifo);
		fake.done = false;
		return true;
	}
	if (reg == 0x38 && !fifo) {
		fake.overwritten += fake.level;
		fake.level = 0;
	}
	return false;
}

#define DEVICE(kind_, ...) \
	{ .name = #kind_, .uart = { .kind = UART_##kind_, .base = FAKE_BASE, __VA_ARGS__ }
#define OF_8250(shift_, width_) \
	DEVICE(8250, .shift = shift_, .width = width_), \
	.room = { 5 << (shift_), width_, BIT(5), true }, \
	.out = { 5 << (shift_), width_, BIT(6), true }, .data = { 0, width_ } }
#define OF_LPUART(swap) \
	DEVICE(LPUART, .width = 4, .big_endian = swap), \
	.room = { 0x04, 4, BIT(23), true }, .out = { 0x04, 4, BIT(22), true }, \
	.data = { 0x0c, 4 }, .on = { { 0x08, 4, BIT(19), BIT(19) } } }

const struct fake_device fake_devices[] = {
	DEVICE(PL011), .room = { 0x18, 4, BIT(5), false }, .out = { 0x18, 4, BIT(3), false },
	.data = { 0, 4 }, .on = { { 0x30, 4, 0x301, 0x301 } } },
	DEVICE(SBSA), .room = { 0x18, 4, BIT(5), false }, .out = { 0x18, 4, BIT(3), false },
	.data = { 0, 4 } },
	OF_8250(0, 1),
	OF_8250(1, 2),
	OF_8250(2, 1),
	OF_8250(2, 4),
	DEVICE(CADENCE), .room = { 0x2c, 4, BIT(4), false }, .out = { 0x2c, 4, BIT(3), true },
	.data = { 0x30, 4 }, .on = { { 0x00, 4, 0x30, 0x10 } } },
	DEVICE(IMX), .room = { 0xb4, 4, BIT(4), false }, .out = { 0x98, 4, BIT(3), true },
	.data = { 0x40, 4 }, .on = { { 0x80, 4, 1, 1 }, { 0x84, 4, 4, 4 } } },
	DEVICE(MESON), .room = { 0x0c, 4, BIT(21), false }, .out = { 0x0c, 4, BIT(22), true },
	.data = { 0, 4 }, .on = { { 0x08, 4, BIT(12), BIT(12) } } },
	DEVICE(GENI), .read = geni_read, .write = geni_write },
	DEVICE(MSM_DM), .read = uartdm_read, .write = uartdm_write,
	.on = { { 0x3c, 4, 5, 0 } } },
	OF_LPUART(false),
	OF_LPUART(true),
	DEVICE(SCIF), .room = { 0x10, 2, BIT(5), true }, .data = { 0x0c, 1 },
	.on = { { 0x08, 2, BIT(5), BIT(5) } }, .read = scif_read, .write = scif_write },
	DEVICE(RZ_SCIFA), .room = { 0x08, 2, BIT(5), true }, .data = { 0x06, 1 },
	.on = { { 0x04, 2, BIT(5), BIT(5) } }, .read = scif_read, .write = scif_write },
	DEVICE(EM), .room = { 0x18, 4, BIT(5), true }, .out = { 0x18, 4, BIT(6), true },
	.data = { 0, 1 } },
	DEVICE(MVEBU), .room = { 0x0c, 4, BIT(11), false }, .out = { 0x0c, 4, BIT(6), true },
	.data = { 0x04, 4 } },
	DEVICE(MVEBU_EXT), .room = { 0x0c, 4, BIT(11), false },
	.out = { 0x0c, 4, BIT(6), true }, .data = { 0x1c, 4 } },
	DEVICE(S5PV210, .width = 1), .data = { 0x20, 1 }, .read = s5pv210_read },
	DEVICE(S5PV210, .width = 4), .data = { 0x20, 4 }, .read = s5pv210_read },
	DEVICE(SPRD), .room = { 0x08, 4, BIT(15), true }, .out = { 0x0c, 4, 0x300, false },
	.data = { 0, 1 } },
	DEVICE(OWL), .room = { 0x0c, 4, BIT(6), false }, .out = { 0x0c, 4, BIT(10), true },
	.data = { 0x08, 4 } },
	DEVICE(LINFLEX), .data = { 0x38, 1 }, .read = linflex_read, .write = linflex_write },
	DEVICE(STM32), .room = { 0x1c, 4, BIT(7), true }, .out = { 0x1c, 4, BIT(6), true },
	.data = { 0x28, 4 }, .on = { { 0x00, 4, 9, 9 } } },
};

const unsigned nr_fake_devices = ARRAY_SIZE(fake_devices);

void fake_plug(const struct fake_device *d, bool on)
{
	memset(&fake, 0, sizeof(fake));
	fake.d = d;
	fake.depth = FAKE_DEPTH;
	fake.tdfe = fake.tend = true;
	fake.regs[0x68] = 0x00010200;		/* GENI: the UART's firmware */
	for (unsigned i = 0; i < ARRAY_SIZE(d->on); i++) {
		u32 others = 0x8080 & ~d->on[i].mask;

		if (d->on[i].mask)
			fake.regs[d->on[i].reg] =
				others | (on ? d->on[i].value : d->on[i].mask & ~d->on[i].value);
	}
}
