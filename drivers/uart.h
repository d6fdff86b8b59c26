/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UARTs that EL2 prints on: transmit only, polled, at the speed that the loader set. The guest owns
 * the device.
 */
#ifndef DRIVERS_UART_H
#define DRIVERS_UART_H

#include "lib/types.h"

struct uart_driver;

struct uart {
	const struct uart_driver *driver;
	u64 base;				/* mapped at EL2 as Device */
	u64 ready, tx;				/* addresses of the driver's registers */
	u8 reg_shift, io_width;			/* of an 8250 alone; io_width in bytes */
};

/* The driver for a `compatible` string, or NULL. */
const struct uart_driver *uart_match(const char *compatible);

/* The UART at @base. @reg_shift and @io_width as the device tree has them, 0 where it has none. */
struct uart uart_open(const struct uart_driver *driver, u64 base, u8 reg_shift, u8 io_width);

/* Sends a text, each line with a carriage return, as there is room for it. */
void uart_write(const struct uart *uart, const char *text);

/* Waits until the last character has left. */
void uart_drain(const struct uart *uart);

#endif
