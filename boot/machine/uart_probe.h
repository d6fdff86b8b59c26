/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOOT_MACHINE_UART_PROBE_H
#define BOOT_MACHINE_UART_PROBE_H

#include "drivers/uart.h"

/*
 * For a machine that comes without a device tree: looks for a UART at the few addresses where
 * emulators have one, by its ID registers alone (reads, no writes). False: none.
 */
bool uart_probe(struct uart *uart);

#endif
