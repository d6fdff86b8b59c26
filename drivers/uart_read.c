/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What UARTs receive. GENI and UARTDM take commands for it, and LINFlexD a buffer's worth: those
 * are not read.
 */
#include "drivers/uart.h"
#include "drivers/uart_steps.h"

struct uart_rx {
	struct uart_step on;		/* the receiver; mask 0: it has no such bit, or is on */
	struct uart_step came;		/* "true" or, of UART_IF, not so: a character has come */
	struct uart_step data;		/* it is in the lowest 8 bits; mask 0: it is not read */
};

#define OWN				UART_OWN
#define ON(width, reg, mask, value)	.on = { UART_ON, width, reg, mask, value }
#define IF(width, reg, mask, value)	.came = { UART_WAIT, width, reg, mask, value }
#define UNLESS(width, reg, mask, value)	.came = { UART_IF, width, reg, mask, value }
#define DATA(width, reg)		.data = { UART_DATA, width, reg, 0xff, 0 }

static const struct uart_rx rx[UART_KINDS] = {
	[UART_PL011] = { IF(4, 0x18, BIT(4), 0), DATA(4, 0x00) },	/* FR.RXFE; RXE is on */
	[UART_SBSA] = { IF(4, 0x18, BIT(4), 0), DATA(4, 0x00) },
	[UART_8250] = { IF(OWN, 5, BIT(0), BIT(0)), DATA(OWN, 0) },	/* LSR.DR */
	[UART_CADENCE] = {
		ON(4, 0x00, BIT(3) | BIT(2), BIT(2)),			/* CR.RXDIS, RXEN */
		IF(4, 0x2c, BIT(1), 0), DATA(4, 0x30),			/* SR.RXEMPTY */
	},
	[UART_IMX] = {
		ON(4, 0x84, BIT(1), BIT(1)),				/* UCR2.RXEN */
		IF(4, 0xb4, BIT(5), 0), DATA(4, 0x00),			/* UTS.RXEMPTY */
	},
	[UART_MESON] = {
		ON(4, 0x08, BIT(13), BIT(13)),				/* CONTROL.RX_EN */
		IF(4, 0x0c, BIT(20), 0), DATA(4, 0x04),			/* STATUS.RX_EMPTY */
	},
	[UART_LPUART] = {
		ON(OWN, 0x08, BIT(18), BIT(18)),			/* CTRL.RE */
		UNLESS(OWN, 0x1c, 0xff000000, 0), DATA(OWN, 0x0c),	/* WATER.RXCOUNT */
	},
	[UART_SCIF] = {
		ON(2, 0x08, BIT(4), BIT(4)),				/* SCR.RE */
		UNLESS(2, 0x1c, 0xff, 0), DATA(1, 0x14),		/* FDR.R */
	},
	[UART_RZ_SCIFA] = {
		ON(2, 0x04, BIT(4), BIT(4)),
		UNLESS(2, 0x0e, 0xff, 0), DATA(1, 0x0a),
	},
	[UART_EM] = { IF(4, 0x18, BIT(0), BIT(0)), DATA(1, 0x00) },	/* LSR.DR */
	[UART_MVEBU] = { IF(4, 0x0c, BIT(4), BIT(4)), DATA(4, 0x00) },	/* STAT.RX_RDY */
	[UART_MVEBU_EXT] = { IF(4, 0x0c, BIT(14), BIT(14)), DATA(4, 0x18) },
	/* UFSTAT.RX_FIFO_FULL, RX_FIFO_COUNT; without the FIFO nothing is read */
	[UART_S5PV210] = { UNLESS(4, 0x18, 0x1ff, 0), DATA(OWN, 0x24) },
	[UART_SPRD] = { UNLESS(4, 0x0c, 0xff, 0), DATA(4, 0x04) },	/* STS1.RX_FIFO_CNT */
	[UART_OWL] = { IF(4, 0x0c, BIT(5), 0), DATA(4, 0x04) },		/* STAT.RFEM */
	[UART_STM32] = {
		ON(4, 0x00, BIT(2), BIT(2)),				/* CR1.RE */
		IF(4, 0x1c, BIT(5), BIT(5)), DATA(4, 0x24),		/* ISR.RXNE */
	},
};

bool uart_can_read(const struct uart *u)
{
	return rx[u->kind].data.mask && !uart_is_dead();
}

void uart_listen(const struct uart *u)
{
	if (uart_can_read(u) && rx[u->kind].on.mask)
		uart_make_true(u, &rx[u->kind].on);
}

int uart_read(const struct uart *u)
{
	const struct uart_rx *r = &rx[u->kind];
	u32 val;

	if (!uart_can_read(u))
		return -1;
	val = uart_reg_read(u, &r->came);
	if (uart_is_dead() || ((val & r->came.mask) == r->came.value) == (r->came.op == UART_IF))
		return -1;
	val = uart_reg_read(u, &r->data);
	return uart_is_dead() ? -1 : (int)(val & r->data.mask);
}
