/* SPDX-License-Identifier: Apache-2.0 */
/* Text for the person at the serial console. */
#ifndef DRIVERS_CONSOLE_H
#define DRIVERS_CONSOLE_H

#include "drivers/uart.h"

/*
 * Prints through format() (lib/format.h). Until there is a UART the text waits in a log ring, of
 * which console_open() prints what is left. Lines from several CPUs do not mix.
 */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Starts printing on @uart, first what was said so far. */
void console_open(const struct uart *uart);

/* Waits until the last character has left the UART: before the machine is powered off. */
void console_drain(void);

/*
 * From here on other CPUs may print as well. Not before the MMU is on: exclusives need Normal
 * memory. @quiet: to the log ring alone, because the guest may turn off the UART or its clock, and
 * an access could then hang the bus.
 */
void console_share(bool quiet);

/*
 * Prints without the lock, and aloud: for a CPU that found an error while it, or another CPU, was
 * printing.
 */
void console_break_lock(void);

#endif
