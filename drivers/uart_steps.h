/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done to a UART's registers, as data: a driver is a list of steps. Only drivers/uart*.c
 * include this.
 */
#ifndef DRIVERS_UART_STEPS_H
#define DRIVERS_UART_STEPS_H

#include "drivers/uart.h"

/* In the order in which a list has them. A step is "true" if (register & mask) == value. */
enum uart_op {
	/* When the UART is opened */
	UART_IS,		/* unless true, it is no such UART */
	UART_ON,		/* made true, the other bits as they are */
	UART_COMMAND,		/* value is written */
	/* For each character */
	UART_WAIT,		/* until true; if that takes too long, the character is lost */
	UART_IF,		/* unless true, the next step is left out */
	UART_WRITE,		/* value is written */
	UART_DATA,		/* the character is written */
	/* When all is said */
	UART_OUT,		/* true when the last character has left */
	/* When a wait was in vain */
	UART_ABORT,		/* value is written */
	UART_END
};

#define UART_OWN	0	/* the width and the distance of registers are struct uart's */

struct uart_step {
	u8 op;
	u8 width;		/* of the register, in bytes: 1, 2, 4 or UART_OWN */
	u16 reg;		/* its offset; with UART_OWN, in units of 1 << uart->shift */
	u32 mask, value;
};

/* Each list ends with UART_END. */
extern const struct uart_step *const uart_steps[UART_KINDS];

/* The register of a step; the step made true; one of these has been answered with an abort. */
u32 uart_reg_read(const struct uart *u, const struct uart_step *s);
void uart_make_true(const struct uart *u, const struct uart_step *s);
bool uart_is_dead(void);

#endif
