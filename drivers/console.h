/* SPDX-License-Identifier: Apache-2.0 */
/* Text for the person at the serial console. */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include "drivers/uart.h"

/*
 * Prints through format() (lib/format.h) to a log ring, and to the UART once there is one and it is
 * decided that it speaks. Lines from several CPUs do not mix.
 */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The UART to print on. */
void console_open(const struct uart *uart);

/* That UART; NULL: there is none. */
const struct uart *console_uart(void);

/*
 * Whether the UART speaks; until this is known, all waits in the log ring, and what is left of it
 * is said then. @quiet: to the log ring alone, but for Mavis's own end. The guest may turn off the
 * UART or its clock, and an access could then hang the bus.
 */
void console_decide(bool quiet);

/* Waits until the last character has left the UART: before the machine is powered off. */
void console_drain(void);

/*
 * From here on other CPUs may print as well. Not before the MMU is on: exclusives need Normal
 * memory.
 */
void console_share(void);

/*
 * Prints without the lock, and aloud, first what was not decided on yet: for a CPU that found an
 * error while it, or another CPU, was printing.
 */
void console_break_lock(void);

#endif
