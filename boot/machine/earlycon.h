/* SPDX-License-Identifier: Apache-2.0 */
/* The console that a command line names, in Linux's words. */
#ifndef BOOT_MACHINE_EARLYCON_H
#define BOOT_MACHINE_EARLYCON_H

#include "drivers/uart.h"
#include "lib/format.h"

/*
 * The last `earlycon=name,[keyword,]0xaddress[,options]` in @bootargs. The options are the baud
 * rate and such, and are left alone: the UART stays as the loader set it. 1: @uart is what it
 * names, whether or not there is such a thing. 0: there is none, or one without a value, which
 * means stdout-path. -EINVAL with a text: it cannot be understood.
 */
int earlycon_parse(const char *bootargs, struct uart *uart, struct diag *d);

#endif
