/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The drivers. Offsets, bits and widths are those of the makers' manuals and of the kernel's
 * drivers; a register that a manual has as 8 or 16 bits is accessed so.
 */
#include "drivers/uart_steps.h"

#define OWN				UART_OWN
#define IS(width, reg, mask, value)	{ UART_IS, width, reg, mask, value }
#define ON(width, reg, mask, value)	{ UART_ON, width, reg, mask, value }
#define COMMAND(width, reg, value)	{ UART_COMMAND, width, reg, 0, value }
#define WAIT(width, reg, mask, value)	{ UART_WAIT, width, reg, mask, value }
#define IF(width, reg, mask, value)	{ UART_IF, width, reg, mask, value }
#define WRITE(width, reg, value)	{ UART_WRITE, width, reg, 0, value }
#define DATA(width, reg)		{ UART_DATA, width, reg, 0, 0 }
#define ABORT(width, reg, value)	{ UART_ABORT, width, reg, 0, value }
#define OUT(width, reg, mask, value)	{ UART_OUT, width, reg, mask, value }
#define END				{ UART_END, 0, 0, 0, 0 }
#define LIST(...)			((const struct uart_step[]){ __VA_ARGS__, END })

const struct uart_step *const uart_steps[UART_KINDS] = {
	[UART_NONE] = LIST(END),

	[UART_PL011] = LIST(
		/* CR.RXE, TXE, UARTEN */
		ON(4, 0x30, BIT(9) | BIT(8) | BIT(0), BIT(9) | BIT(8) | BIT(0)),
		WAIT(4, 0x18, BIT(5), 0),			/* FR.TXFF */
		DATA(4, 0x00),
		OUT(4, 0x18, BIT(3), 0)),			/* FR.BUSY */

	[UART_SBSA] = LIST(
		WAIT(4, 0x18, BIT(5), 0),
		DATA(4, 0x00),
		OUT(4, 0x18, BIT(3), 0)),

	[UART_8250] = LIST(
		WAIT(OWN, 5, BIT(5), BIT(5)),			/* LSR.THRE */
		DATA(OWN, 0),
		OUT(OWN, 5, BIT(6), BIT(6))),			/* LSR.TEMT */

	[UART_CADENCE] = LIST(
		ON(4, 0x00, BIT(5) | BIT(4), BIT(4)),		/* CR.TXDIS, TXEN */
		WAIT(4, 0x2c, BIT(4), 0),			/* SR.TXFULL */
		DATA(4, 0x30),
		OUT(4, 0x2c, BIT(11) | BIT(3), BIT(3))),	/* SR.TACTIVE, TXEMPTY */

	[UART_IMX] = LIST(
		ON(4, 0x80, BIT(0), BIT(0)),			/* UCR1.UARTEN */
		ON(4, 0x84, BIT(2), BIT(2)),			/* UCR2.TXEN */
		WAIT(4, 0xb4, BIT(4), 0),			/* UTS.TXFULL */
		DATA(4, 0x40),
		OUT(4, 0x98, BIT(3), BIT(3))),			/* USR2.TXDC */

	[UART_MESON] = LIST(
		ON(4, 0x08, BIT(12), BIT(12)),			/* CONTROL.TX_EN */
		WAIT(4, 0x0c, BIT(21), 0),			/* STATUS.TX_FIFO_FULL */
		DATA(4, 0x00),
		/* STATUS.XMIT_BUSY, TX_FIFO_EMPTY */
		OUT(4, 0x0c, BIT(25) | BIT(22), BIT(22))),

	/*
	 * A serial engine, here one that runs the UART's firmware: a command sends as many
	 * characters as its length says, and only one command runs at a time. One that does not end
	 * is the guest's, which waits for it to fill the FIFO; it is ended. Interrupt status is
	 * left alone: it is the guest's too.
	 */
	[UART_GENI] = LIST(
		IS(4, 0x68, 0xff00, 2 << 8),			/* FW_REVISION.PROTOCOL: UART */
		WAIT(4, 0x40, BIT(0), 0),			/* STATUS.M_GENI_CMD_ACTIVE */
		WRITE(4, 0x270, 1),				/* TX_TRANS_LEN */
		WRITE(4, 0x600, 1 << 27),			/* M_CMD0: UART_START_TX */
		DATA(4, 0x700),
		OUT(4, 0x40, BIT(0), 0),
		ABORT(4, 0x604, BIT(1))),			/* M_CMD_CTRL: ABORT */

	/* The count may be written when the FIFO is empty; the read makes sure that it is there. */
	[UART_MSM_DM] = LIST(
		ON(4, 0x3c, BIT(2) | BIT(0), 0),		/* DMEN: no DMA of the sender's */
		COMMAND(4, 0x10, BIT(2)),			/* CR.TX_ENABLE */
		WAIT(4, 0x08, BIT(3), BIT(3)),			/* SR.TX_EMPTY */
		WRITE(4, 0x10, 3 << 8),				/* CR: reset TX_READY's event */
		WRITE(4, 0x40, 1),				/* NCF_TX: one character */
		WAIT(4, 0x40, 0, 0),
		WAIT(4, 0x08, BIT(2), BIT(2)),			/* SR.TX_READY */
		DATA(4, 0x70),
		OUT(4, 0x08, BIT(3), BIT(3))),

	/* Of 32 bits in either byte order. */
	[UART_LPUART] = LIST(
		ON(OWN, 0x08, BIT(19), BIT(19)),		/* CTRL.TE */
		WAIT(OWN, 0x04, BIT(23), BIT(23)),		/* STAT.TDRE */
		DATA(OWN, 0x0c),
		OUT(OWN, 0x04, BIT(22), BIT(22))),		/* STAT.TC */

	/*
	 * SCIF and HSCIF. The flags of SR stay until a 0 is written to them; a 1 changes none, so
	 * those of the receiver are left to the guest.
	 */
	[UART_SCIF] = LIST(
		ON(2, 0x08, BIT(5), BIT(5)),			/* SCR.TE */
		WAIT(2, 0x10, BIT(5), BIT(5)),			/* SR.TDFE */
		DATA(1, 0x0c),
		WRITE(2, 0x10, 0xffff & ~(BIT(6) | BIT(5))),	/* SR.TEND, TDFE */
		OUT(2, 0x10, BIT(6), BIT(6))),

	/* The same in the RZ series, closer together. */
	[UART_RZ_SCIFA] = LIST(
		ON(2, 0x04, BIT(5), BIT(5)),
		WAIT(2, 0x08, BIT(5), BIT(5)),
		DATA(1, 0x06),
		WRITE(2, 0x08, 0xffff & ~(BIT(6) | BIT(5))),
		OUT(2, 0x08, BIT(6), BIT(6))),

	/* An 8250 with a register of its own between the others. */
	[UART_EM] = LIST(
		WAIT(4, 0x18, BIT(5), BIT(5)),			/* LSR.THRE */
		DATA(1, 0x00),
		OUT(4, 0x18, BIT(6), BIT(6))),			/* LSR.TEMT */

	[UART_MVEBU] = LIST(
		WAIT(4, 0x0c, BIT(11), 0),			/* STAT.TX_FIFO_FULL */
		DATA(4, 0x04),
		OUT(4, 0x0c, BIT(6), BIT(6))),			/* STAT.TX_EMPTY */

	[UART_MVEBU_EXT] = LIST(
		WAIT(4, 0x0c, BIT(11), 0),
		DATA(4, 0x1c),
		OUT(4, 0x0c, BIT(6), BIT(6))),

	[UART_S5PV210] = LIST(
		IF(4, 0x08, BIT(0), BIT(0)),			/* UFCON.FIFO_ENABLE */
		WAIT(4, 0x18, BIT(24), 0),			/* UFSTAT.TX_FIFO_FULL */
		IF(4, 0x08, BIT(0), 0),
		WAIT(4, 0x10, BIT(1), BIT(1)),			/* UTRSTAT.TX_BUFFER_EMPTY */
		DATA(OWN, 0x20),
		OUT(4, 0x10, BIT(2), BIT(2))),			/* UTRSTAT.TRANSMITTER_EMPTY */

	[UART_SPRD] = LIST(
		WAIT(4, 0x08, BIT(15), BIT(15)),		/* LSR.TX_OVER */
		DATA(1, 0x00),
		OUT(4, 0x0c, 0xff00, 0)),			/* STS1.TX_FIFO_CNT */

	[UART_OWL] = LIST(
		WAIT(4, 0x0c, BIT(6), 0),			/* STAT.TFFU */
		DATA(4, 0x08),
		OUT(4, 0x0c, BIT(10), BIT(10))),		/* STAT.TFES */

	/*
	 * DTFTFF says "full" with the FIFO and "done" without, where it stays until a 1 is written.
	 */
	[UART_LINFLEX] = LIST(
		IF(4, 0x10, BIT(8), BIT(8)),			/* UARTCR.TFBM: FIFO */
		WAIT(4, 0x14, BIT(1), 0),			/* UARTSR.DTFTFF */
		DATA(1, 0x38),
		IF(4, 0x10, BIT(8), 0),
		WAIT(4, 0x14, BIT(1), BIT(1)),
		IF(4, 0x10, BIT(8), 0),
		WRITE(4, 0x14, BIT(1))),

	[UART_STM32] = LIST(
		ON(4, 0x00, BIT(3) | BIT(0), BIT(3) | BIT(0)),	/* CR1.TE, UE */
		WAIT(4, 0x1c, BIT(7), BIT(7)),			/* ISR.TXE */
		DATA(4, 0x28),
		OUT(4, 0x1c, BIT(6), BIT(6))),			/* ISR.TC */
};
