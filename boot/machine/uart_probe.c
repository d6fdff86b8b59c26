/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/uart_probe.h"

#include "drivers/io.h"
#include "mm/el2.h"

/*
 * A PrimeCell says what it is in eight ID bytes at the end of its page: here "PL011, any revision".
 */
static bool is_pl011(u64 base)
{
	static const u8 want[8] = { 0x11, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	static const u8 mask[8] = { 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff };

	for (unsigned i = 0; i < ARRAY_SIZE(want); i++)
		if ((read32(base + 0xfe0 + i * 4) & mask[i]) != want[i])
			return false;
	return true;
}

bool uart_probe(struct uart *uart)
{
	static const u64 addresses[] = {
		0x09000000,			/* QEMU virt */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(addresses); i++) {
		if (el2_map(PA(addresses[i]), PAGE_SIZE, S1_DEVICE) || !is_pl011(addresses[i]))
			continue;
		*uart = (struct uart){ .kind = UART_PL011, .base = addresses[i] };
		return uart_open(uart);
	}
	return false;
}
