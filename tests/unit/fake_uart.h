/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UART's registers as the hardware has them: drivers/io.h for tests/unit/uart_test.c.
 *
 * The model knows which registers there are, how wide each is and what a character needs before it
 * is taken. All else fails the test at once: another register or width, a character for which there
 * is no room, or that comes while the transmitter is off, a command out of order.
 */
#ifndef TESTS_UNIT_FAKE_UART_H
#define TESTS_UNIT_FAKE_UART_H

#define DRIVERS_IO_H			/* in its place */

#include "drivers/uart.h"

#define FAKE_BASE	0x900000ul
#define FAKE_DEPTH	3		/* characters in a FIFO */
#define FAKE_SLOW	5		/* reads of a status register until a character is out */

struct fake_flag {
	u16 reg;
	u8 size;
	u32 bit;
	bool when;			/* the bit's value if it is so */
};

struct fake_device {
	const char *name;
	struct uart uart;
	struct fake_flag room, out;	/* out.size 0: the device cannot say */
	struct { u16 reg; u8 size; } data;
	/* Registers that turn the transmitter on: (register & mask) == value */
	struct { u16 reg; u8 size; u32 mask, value; } on[2];
	/* What is special; true: that was all */
	bool (*read)(u64 reg, unsigned size, u32 *val);
	bool (*write)(u64 reg, unsigned size, u32 val);
};

struct fake_state {
	const struct fake_device *d;
	u32 regs[UART_SIZE];
	unsigned depth, level, slow;
	bool hangs;			/* nothing leaves any more */
	unsigned answers;		/* so many accesses until it aborts; 0: it never does */
	bool dead;			/* it has aborted */
	bool command;			/* GENI: one waits for its character */
	unsigned stage;			/* UARTDM: how far it is on the way to a character */
	bool tdfe, tend, to_clear;	/* SCIF: flags, which stay; that they have to be cleared */
	bool receives;			/* every register is as regs[] has it */
	bool done;			/* LINFlexD: a flag that stays */
	char sent[16384];
	unsigned nr_sent, aborts, overwritten;
	unsigned long reads, writes;
};

extern struct fake_state fake;
extern const struct fake_device fake_devices[];
extern const unsigned nr_fake_devices;

/* The device as a loader leaves it: at rest, and @on or off. */
void fake_plug(const struct fake_device *d, bool on);

u8 read8(u64 addr);
u16 read16(u64 addr);
u32 read32(u64 addr);
void write8(u64 addr, u8 val);
void write16(u64 addr, u16 val);
void write32(u64 addr, u32 val);
bool io_is_dead(u64 addr);

#endif
