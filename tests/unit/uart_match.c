/* SPDX-License-Identifier: Apache-2.0 */
/* The driver table, without drivers: boot/machine/uart.c asks only whether there is one. */
#include "drivers/uart.h"
#include <string.h>

const struct uart_driver *uart_match(const char *compatible)
{
	static const char *const known[] = { "arm,pl011", "brcm,bcm2835-aux-uart",
					     "cdns,uart-r1p12" };

	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i], compatible))
			return (const struct uart_driver *)known[i];	/* only not NULL */
	return NULL;
}
