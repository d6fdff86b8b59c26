/* SPDX-License-Identifier: Apache-2.0 */
/* What device trees call the UARTs. */
#ifndef BOOT_MACHINE_UART_NAMES_H
#define BOOT_MACHINE_UART_NAMES_H

#include "drivers/uart.h"

/*
 * The UART that a device tree calls @compatible, its `reg` beginning at @base. @reg_shift and
 * @io_width (bytes) as the tree has them, 0 where it has none. False: no driver knows it.
 */
bool uart_match(const char *compatible, u64 base, u64 reg_shift, u64 io_width, struct uart *uart);

#endif
