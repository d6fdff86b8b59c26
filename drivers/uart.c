/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To send a character all UARTs need the same: wait until a status bit says so, then write it to a
 * register. So a driver is a row of a table.
 */
#include "drivers/uart.h"

#include <string.h>

#include "drivers/io.h"

/* True of the hardware when (register & mask) == value. */
struct condition {
	u16 reg;
	u32 mask, value;
};

struct uart_driver {
	/* strings, each with its NUL, and an empty one: a list as in a device tree */
	const char *compatible;
	u16 tx;
	struct condition ready;		/* room for a character */
	struct condition idle;		/* the last one is out */
	struct condition
		on[2]; /* made true at the start, where a loader that never printed left it off */
	bool is_8250; /* registers are numbers, spread and accessed as the tree says */
	u8 reg_shift, io_width;		/* of an 8250 whose tree does not say */
};

static const struct uart_driver drivers[] = {
	{
		/* PL011 */
		.compatible = "arm,pl011\0",
		.tx = 0x00,
		.ready = { 0x18, BIT(5), 0 }, /* FR.TXFF */
		.idle = { 0x18, BIT(3), 0 }, /* FR.BUSY */
		.on = { { 0x30, BIT(9) | BIT(8) | BIT(0),
			  BIT(9) | BIT(8) | BIT(0) } }, /* CR.RXE, TXE, UARTEN */
	},
	{
		/* SBSA UART */
		.compatible = "arm,sbsa-uart\0",
		.tx = 0x00,
		.ready = { 0x18, BIT(5), 0 },
		.idle = { 0x18, BIT(3), 0 },
	},
	{
		/* 8250 */
		.compatible = "ns16550a\0ns16550\0ns8250\0snps,dw-apb-uart\0nuvoton,npcm845-uart\0nuvoton,npcm750-uart\0nvidia,tegra20-uart\0",
		.tx = 0,
		.ready = { 5, BIT(5), BIT(5) }, /* LSR.THRE */
		.idle = { 5, BIT(6), BIT(6) }, /* LSR.TEMT */
		.is_8250 = true,
		.io_width = 1,
	},
	{
		/* BCM2835 mini-UART, TI's: the tree says nothing of their registers */
		.compatible = "brcm,bcm2835-aux-uart\0ti,am654-uart\0",
		.tx = 0,
		.ready = { 5, BIT(5), BIT(5) },
		.idle = { 5, BIT(6), BIT(6) },
		.is_8250 = true,
		.reg_shift = 2,
		.io_width = 4,
	},
	{
		/* Cadence UART */
		.compatible = "cdns,uart-r1p12\0cdns,uart-r1p8\0xlnx,xuartps\0",
		.tx = 0x30,
		.ready = { 0x2c, BIT(4), 0 }, /* SR.TXFULL */
		.idle = { 0x2c, BIT(11) | BIT(3), BIT(3) }, /* SR.TACTIVE, TXEMPTY */
		.on = { { 0x00, BIT(5) | BIT(4), BIT(4) } }, /* CR.TXDIS, TXEN */
	},
	{
		/* i.MX UART */
		.compatible = "fsl,imx6q-uart\0fsl,imx21-uart\0fsl,imx8mp-uart\0fsl,imx8mm-uart\0fsl,imx8mq-uart\0fsl,imx8mn-uart\0",
		.tx = 0x40,
		.ready = { 0xb4, BIT(4), 0 }, /* UTS.TXFULL */
		.idle = { 0x98, BIT(3), BIT(3) }, /* USR2.TXDC */
		.on = { { 0x80, BIT(0), BIT(0) },
			{ 0x84, BIT(2), BIT(2) } }, /* UCR1.UARTEN, UCR2.TXEN */
	},
	{
		/* Meson UART */
		.compatible = "amlogic,meson-gx-uart\0amlogic,meson-uart\0amlogic,meson-ao-uart\0amlogic,meson-g12a-uart\0amlogic,meson-s4-uart\0",
		.tx = 0x00,
		.ready = { 0x0c, BIT(21), 0 }, /* STATUS.TX_FIFO_FULL */
		.idle = { 0x0c, BIT(25) | BIT(22), BIT(22) }, /* STATUS.XMIT_BUSY, TX_FIFO_EMPTY */
		.on = { { 0x08, BIT(12), BIT(12) } }, /* CONTROL.TX_EN */
	},
};

const struct uart_driver *uart_match(const char *compatible)
{
	for (unsigned i = 0; i < ARRAY_SIZE(drivers); i++)
		for (const char *c = drivers[i].compatible; *c; c += strlen(c) + 1)
			if (!strcmp(c, compatible))
				return &drivers[i];
	return NULL;
}

static u64 address(const struct uart *u, u16 reg)
{
	return u->base + ((u64)reg << u->reg_shift);
}

static inline u32 reg_read(const struct uart *u, u64 addr)
{
	return u->io_width == 4 ? read32(addr) : u->io_width == 2 ? read16(addr) : read8(addr);
}

static inline void reg_write(const struct uart *u, u64 addr, u32 val)
{
	if (u->io_width == 4)
		write32(addr, val);
	else if (u->io_width == 2)
		write16(addr, (u16)val);
	else
		write8(addr, (u8)val);
}

struct uart uart_open(const struct uart_driver *driver, u64 base, u8 reg_shift, u8 io_width)
{
	struct uart u = { .driver = driver, .base = base, .io_width = 4 };

	if (driver->is_8250) {
		u.reg_shift = reg_shift ? reg_shift : driver->reg_shift;
		u.io_width = io_width ? io_width : driver->io_width;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(driver->on) && driver->on[i].mask; i++) {
		const struct condition *c = &driver->on[i];
		u64 reg = address(&u, c->reg);
		u32 val = reg_read(&u, reg);

		if ((val & c->mask) != c->value)
			reg_write(&u, reg, (val & ~c->mask) | c->value);
	}
	u.ready = address(&u, driver->ready.reg);
	u.tx = address(&u, driver->tx);
	return u;
}

/*
 * A UART that never gets ready (no clock, flow control, turned off by the guest) must not hold up
 * the machine, and not once for each character: the text is in the log ring.
 */
static bool wait_until(const struct uart *u, u64 reg, const struct condition *c)
{
	static bool stuck;

	for (unsigned i = 0; i < (stuck ? 1 : 1u << 20); i++) {
		if ((reg_read(u, reg) & c->mask) == c->value) {
			stuck = false;
			return true;
		}
	}
	stuck = true;
	return false;
}

/* The first look is here: as a rule there is room, and what EL2 prints is much of what it does. */
static inline void put(const struct uart *u, char c)
{
	const struct condition *ready = &u->driver->ready;

	if ((reg_read(u, u->ready) & ready->mask) == ready->value || wait_until(u, u->ready, ready))
		reg_write(u, u->tx, (u8)c);
}

void uart_write(const struct uart *u, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			put(u, '\r');
		put(u, *text);
	}
}

void uart_drain(const struct uart *u)
{
	wait_until(u, address(u, u->driver->idle.reg), &u->driver->idle);
}
