/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, whose registers are this guest's, made to do what they should not. */
#include <string.h>

#include "drivers/console.h"
#include "lib/range.h"
#include "tests/guests/hostile/hostile.h"

#define UARTCR		0x30		/* of a PL011 */
#define ECAM_FUNCTION	4096ul

static void map(u64 page)
{
	if (mmu_map(TEST_VA, page, PAGE_SIZE, MAP_DEVICE))
		give_up("stage 1 cannot map a device");
}

static void unmap(void)
{
	mmu_unmap(TEST_VA, PAGE_SIZE);
}

static u64 write_word(u64 addr, u64 n, u64 val)
{
	(void)n;
	*(volatile u32 *)addr = (u32)val;
	return *(volatile u32 *)addr;
}

/* An access ends, with a value or an exception: it is enough that all goes on. */
static void storm(struct tally *t, struct range r, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		u64 at = r.base + any() % r.size;
		struct attempt a;

		map(ALIGN_DOWN(at, PAGE_SIZE));
		attempt(&a, write_word, TEST_VA + (at & (PAGE_SIZE - 4)), 1,
			any() & 1 ? any() : ~0ul);
		count(t, true, "device", at);
		unmap();
	}
}

void attack_gic(struct tally *t)
{
	unsigned times = thorough ? 20000 : 1000;
	struct range first = { host.gic.gicd.base, PAGE_SIZE };

	if (!host.gic.version)
		return;
	storm(t, first, times);
	storm(t, host.gic.gicd, times);
	if (host.gic.version == 2)
		storm(t, host.gic.gicc, times);
	for (unsigned i = 0; i < host.gic.nr_gicr; i++) {
		/* Two redistributors, and the registers at the start of their frames. */
		for (u64 at = 0; at < 0x40000; at += 0x10000)
			storm(t, (struct range){ host.gic.gicr[i].base + at, PAGE_SIZE }, times);
	}
}

/* Read, it is flash; a write faults. */
void attack_flash(struct tally *t)
{
	for (unsigned i = 0; i < host.nr_mmio; i++) {
		const struct host_mmio *m = &host.mmio[i];
		struct attempt a;

		if (strncmp(m->name, "flash@", 6))
			continue;
		for (unsigned n = 0; n < 16; n++) {
			u64 at = m->range.base + any() % m->range.size;

			map(ALIGN_DOWN(at, PAGE_SIZE));
			attempt(&a, access_store, TEST_VA + (at & 0xff8), 1, 0x0040004000400040);
			count(t, a.faulted, "flash", at);
			attempt(&a, access_load, TEST_VA + (at & 0xff8), 1, 0);
			count(t, !a.faulted, "read of flash", at);
			unmap();
		}
	}
}

static void ask_of_regions(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 2000; i++)
		control(CONTROL_REGION, any() & 31, 0, 0);
}

/* Sizes, moves, and turns off and on, what there is on the first bus, while the other CPU looks. */
void attack_pci(struct tally *t)
{
	for (unsigned i = 0; i < host.nr_mmio; i++) {
		const struct host_mmio *m = &host.mmio[i];

		if (m->kind != HOST_PCI_ECAM)
			continue;
		other_call(ask_of_regions, NULL);
		for (unsigned n = 0; n < (thorough ? 20000u : 2000u); n++) {
			u64 function = m->range.base + (any() & 31) * 8 * ECAM_FUNCTION;
			u64 offset = any() & 3 ? 0x10 + (any() & 0x14) : any() & 0x3c;
			struct attempt a;

			if (offset < 4)
				offset = 4;
			map(function);
			attempt(&a, write_word, TEST_VA + offset, 1,
				any() & 1 ? ~0ul : offset == 4 ? any() & 3 : any() << 12);
			count(t, true, "PCI", function + offset);
			unmap();
		}
		other_finish();
	}
}

/* The UART that Mavis prints on is turned off while it prints. */
void attack_console(struct tally *t)
{
	u64 uart = host.uart.uart.base, was;
	struct attempt a;

	if (!host.uart.found || strcmp(host.uart.compatible, "arm,pl011"))
		return;
	console_drain();
	map(ALIGN_DOWN(uart, PAGE_SIZE));
	was = *(volatile u32 *)(TEST_VA + (uart & 0xfff) + UARTCR);
	*(volatile u32 *)(TEST_VA + (uart & 0xfff) + UARTCR) = 0;
	unmap();
	for (unsigned i = 0; i < 32; i++) {
		if (mmu_map(TEST_VA, BIT(40) + i * PAGE_SIZE, PAGE_SIZE, MAP_TEST))
			give_up("stage 1 cannot map a page");
		attempt(&a, access_load, TEST_VA, 1, 0);
		count(t, a.faulted, "load without a console", i);
		unmap();
	}
	map(ALIGN_DOWN(uart, PAGE_SIZE));
	*(volatile u32 *)(TEST_VA + (uart & 0xfff) + UARTCR) = (u32)was;
	unmap();
}
