/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions behind bridges. Configuration space is memory of 8 buses that is made to follow the
 * bridges: route() puts each function where its bridges lead, and all else reads as ones.
 */
#ifndef TESTS_UNIT_PCI_MODEL_H
#define TESTS_UNIT_PCI_MODEL_H

#include <string.h>

#include "drivers/pci.h"

#define BUSES		8
#define MODEL_DEVICES	8u
#define MODEL_NUMBERS	0x18		/* primary, secondary, subordinate bus */
#define MODEL_HEADER	64

static u8 space[MIB(BUSES)] __attribute__((aligned(MIB(2))));
static const struct pci_space whole = { .base = (u64)space, .last = BUSES - 1 };

/* What is in the machine: registers of a function, and which it is behind. */
static struct device {
	int above;			/* -1: on the host bridge's own bus */
	u8 devfn;
	bool bridge;
	bool asleep;			/* in D3hot a bridge passes nothing on */
	u32 numbers;			/* of MODEL_NUMBERS */
	u64 at;				/* its page; 0: no bridge leads to it */
	u8 header[MODEL_HEADER];	/* what is there besides */
} device[MODEL_DEVICES];
static unsigned nr_devices;

static u8 *config_of(unsigned bus, unsigned devfn)
{
	return (u8 *)pci_page(&whole, bus, (u8)devfn);
}

static unsigned bus_of(const struct device *dev)
{
	return (unsigned)((dev->at - (u64)space) >> 20);
}

static u8 number(const struct device *dev, unsigned byte)
{
	return (u8)(dev->numbers >> byte * 8);
}

/* As the bridges have it, by the specification's words and not by the code's. */
static bool answers_on(const struct device *dev, unsigned bus)
{
	const struct device *up;

	if (dev->above < 0)
		return bus == 0;
	up = &device[dev->above];
	if (number(up, 1) != bus || !bus || up->asleep)
		return false;
	while (up->above >= 0) {
		up = &device[up->above];
		if (number(up, 1) >= bus || number(up, 2) < bus || up->asleep)
			return false;
	}
	return true;
}

static void route(void)
{
	for (struct device *dev = device; dev < device + nr_devices; dev++)
		if (dev->at) {
			memcpy(dev->header, (void *)dev->at, MODEL_HEADER);
			memset((void *)dev->at, 0xff, PAGE_SIZE);
			dev->at = 0;
		}
	for (struct device *dev = device; dev < device + nr_devices; dev++)
		for (unsigned bus = 0; bus < BUSES; bus++) {
			u8 *regs = config_of(bus, dev->devfn);

			if (!answers_on(dev, bus) || regs[0] != 0xff)
				continue;
			dev->at = (u64)regs;
			memset(regs, 0, PAGE_SIZE);
			memcpy(regs, dev->header, MODEL_HEADER);
			regs[PCI_HEADER_TYPE] = dev->bridge ? PCI_HEADER_BRIDGE : 0;
			if (dev->bridge)
				memcpy(regs + MODEL_NUMBERS, &dev->numbers, sizeof(dev->numbers));
		}
}

/* A bridge has taken what was written to its numbers; where no function is, nothing has. */
static void obey_numbers(u64 addr)
{
	for (struct device *dev = device; dev < device + nr_devices; dev++) {
		if (!dev->at || addr - dev->at >= PAGE_SIZE)
			continue;
		if (dev->bridge && (addr & PAGE_MASK & ~7ull) == MODEL_NUMBERS) {
			memcpy(&dev->numbers, (void *)(dev->at + MODEL_NUMBERS),
			       sizeof(dev->numbers));
			route();
		}
		return;
	}
	if (addr - (u64)space < sizeof(space))
		memset((void *)ALIGN_DOWN(addr, PAGE_SIZE), 0xff, PAGE_SIZE);
}

/* Of @nr functions; each is 0x1110 and so on of vendor 0x1af4, and no bridge leads anywhere. */
static void model_make(unsigned nr)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (device[i].at)
			memset((void *)device[i].at, 0xff, PAGE_SIZE);
	if (!nr_devices)
		memset(space, 0xff, sizeof(space));
	nr_devices = nr;
	for (unsigned i = 0; i < nr; i++) {
		u32 id = 0x11101af4 + (i << 16);

		device[i] = (struct device){ .above = -1 };
		memcpy(device[i].header, &id, sizeof(id));
	}
}

#endif
