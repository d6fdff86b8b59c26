/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UARTs that EL2 prints on: polled, at the speed that the loader set. The guest owns the device.
 * EL2 reads from one only for a debugger.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include "lib/types.h"

enum uart_kind {
	UART_NONE,
	UART_PL011,
	UART_SBSA,
	UART_8250,
	UART_CADENCE,
	UART_IMX,
	UART_MESON,
	UART_GENI,
	UART_MSM_DM,
	UART_LPUART,
	UART_SCIF,
	UART_RZ_SCIFA,
	UART_EM,
	UART_MVEBU,
	UART_MVEBU_EXT,
	UART_S5PV210,
	UART_SPRD,
	UART_OWL,
	UART_LINFLEX,
	UART_STM32,
	UART_KINDS
};

/* Where a UART is, and what its kind alone does not say of its registers. */
struct uart {
	enum uart_kind kind;
	u64 base;			/* mapped at EL2 as Device */
	u8 shift;			/* of an 8250: registers are 1 << shift bytes apart */
	u8 width;			/* of an access in bytes: 1, 2 or 4 */
	bool big_endian;		/* with a width of 4 */
};

/* Bytes from struct uart's @base on that hold all registers in use. */
#define UART_SIZE	0x800

/*
 * Turns the transmitter on where the loader left it off; nothing else is changed, and not the
 * speed. False: the hardware says that it is no such UART, or answers with an abort.
 */
bool uart_open(const struct uart *uart);

/*
 * Sends @len characters, each line with a carriage return, as there is room for them. Never waits
 * for long: on a UART that gets no more ready the text is lost. One that answers with an abort is
 * left alone from then on.
 */
void uart_write(const struct uart *uart, const char *text, size_t len);

/* Waits until the last character has left. */
void uart_drain(const struct uart *uart);

/* Only where the config asks for `debug`: drivers/uart_read.c. */

/* True if it is of a kind that can be read here, and has never answered with an abort. */
bool uart_can_read(const struct uart *uart);

/* Turns the receiver on where it is off. */
void uart_listen(const struct uart *uart);

/* The next character that has come; -1: none has. Never waits. */
int uart_read(const struct uart *uart);

#endif
