/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the steps of uart_steps.c. */
#include "drivers/uart.h"

#include "drivers/io.h"
#include "drivers/uart_steps.h"

/* Looks until a wait is given up: long enough for one character at 300 baud. */
#define PATIENCE	(1u << 20)

/*
 * A UART that never gets ready (no clock, flow control, turned off by the guest) must not hold up
 * the machine, and not once for each character: the text is in the log ring. Each wait in vain
 * leaves a quarter for the next, until it is one look. That one does nothing to the UART: so, if it
 * finds it ready, the UART got so by itself and has all patience again.
 */
static unsigned patience;

/* One that answers with an abort is left alone from then on. */
static bool dead;

static u64 address(const struct uart *u, const struct uart_step *s)
{
	return u->base + (s->width == UART_OWN ? (u64)s->reg << u->shift : s->reg);
}

static unsigned width(const struct uart *u, const struct uart_step *s)
{
	return s->width == UART_OWN ? u->width : s->width;
}

static bool swapped(const struct uart *u, const struct uart_step *s)
{
	return s->width == UART_OWN && u->big_endian;
}

static u32 reg_read(const struct uart *u, const struct uart_step *s)
{
	u64 addr = address(u, s);

	switch (width(u, s)) {
	case 1:
		return read8(addr);
	case 2:
		return read16(addr);
	default:
		return swapped(u, s) ? __builtin_bswap32(read32(addr)) : read32(addr);
	}
}

/* Asked where all ones were read, as from what aborts. */
static bool has_died(const struct uart *u, const struct uart_step *s)
{
	dead |= io_is_dead(address(u, s));
	return dead;
}

u32 uart_reg_read(const struct uart *u, const struct uart_step *s)
{
	u32 val = reg_read(u, s);

	if ((u8)val == 0xff)
		has_died(u, s);
	return val;
}

static void reg_write(const struct uart *u, const struct uart_step *s, u32 val)
{
	u64 addr = address(u, s);

	switch (width(u, s)) {
	case 1:
		write8(addr, (u8)val);
		break;
	case 2:
		write16(addr, (u16)val);
		break;
	default:
		write32(addr, swapped(u, s) ? __builtin_bswap32(val) : val);
	}
}

/* Inlined, as each character that is said goes through it. */
static inline __attribute__((always_inline))
bool is_true(const struct uart *u, const struct uart_step *s)
{
	u32 val = reg_read(u, s);

	if ((u8)val == 0xff && has_died(u, s))
		return false;
	return (val & s->mask) == s->value;
}

void uart_make_true(const struct uart *u, const struct uart_step *s)
{
	u32 val = uart_reg_read(u, s);

	if ((val & s->mask) != s->value)
		reg_write(u, s, (val & ~s->mask) | s->value);
}

bool uart_is_dead(void)
{
	return dead;
}

bool uart_open(const struct uart *u)
{
	dead = false;
	for (const struct uart_step *s = uart_steps[u->kind]; s->op != UART_END; s++) {
		if (s->op == UART_IS && !is_true(u, s))
			return false;
		if (s->op == UART_ON)
			uart_make_true(u, s);
		if (s->op == UART_COMMAND)
			reg_write(u, s, s->value);
		if (s->op == UART_WAIT)
			uart_reg_read(u, s);			/* is it there? */
	}
	patience = PATIENCE;
	return !dead;
}

static void give_up(const struct uart *u, const struct uart_step *s)
{
	patience /= 4;
	for (; patience && !dead && s->op != UART_END; s++)
		if (s->op == UART_ABORT)
			reg_write(u, s, s->value);
}

static bool wait_until(const struct uart *u, const struct uart_step *s)
{
	unsigned looks = patience;

	while (!dead && looks && --looks)
		if (is_true(u, s))
			return true;
	return false;
}

/* Takes the steps from @s on, which send @c. */
static void put(const struct uart *u, const struct uart_step *s, char c)
{
	for (; s->op < UART_OUT; s++) {
		if (s->op >= UART_WRITE)
			reg_write(u, s, s->op == UART_DATA ? (u8)c : s->value);
		else if (is_true(u, s))
			continue;
		else if (s->op == UART_IF)
			s++;
		else if (!wait_until(u, s))
			return give_up(u, s);
	}
	if (!patience)
		patience = PATIENCE;
}

void uart_write(const struct uart *u, const char *text, size_t len)
{
	const struct uart_step *first = uart_steps[u->kind];
	bool cr = false;

	while (first->op < UART_WAIT)
		first++;
	while (len && !dead) {
		cr = *text == '\n' && !cr;
		put(u, first, cr ? '\r' : *text);
		if (!cr) {
			text++;
			len--;
		}
	}
}

void uart_drain(const struct uart *u)
{
	for (const struct uart_step *s = uart_steps[u->kind]; s->op != UART_END; s++)
		if (s->op == UART_OUT && !is_true(u, s))
			wait_until(u, s);
}
