/* SPDX-License-Identifier: Apache-2.0 */
#include "guests/lab/card.h"

#include "boot/machine/fdt.h"
#include "drivers/pci.h"
#include "guests/lab/lab.h"
#include "lib/errno.h"

#define PCI_COMMAND_MASTER	BIT(2)
#define PCI_DEVICES		32
#define ADDRESS_MASK		(~0xful)	/* of a memory BAR of 32 bits */

/* access_fns, as a host bridge may answer with an exception where no function is */
static u64 read_config(u64 addr, u64 n, u64 val)
{
	(void)n, (void)val;
	return *(volatile u32 *)addr;
}

static u64 write_config(u64 addr, u64 n, u64 val)
{
	(void)n;
	*(volatile u32 *)addr = (u32)val;
	return 0;
}

static bool config(access_fn *fn, u64 addr, u64 val, u64 *out)
{
	struct attempt a;

	attempt(&a, fn, addr, 1, val);
	if (out)
		*out = a.value;
	return !a.faulted;
}

/* The page of its configuration space, mapped; 0: it is not on this bridge's first bus. */
static u64 find(const struct host_mmio *ecam, u32 id)
{
	for (u64 dev = 0; dev < PCI_DEVICES; dev++) {
		u64 at = ecam->range.base + (dev << 15), found;
		int err;

		if (at + PAGE_SIZE > ecam->range.base + ecam->range.size)
			return 0;
		err = mmu_map(at, at, PAGE_SIZE, MAP_DEVICE);
		if (err == -EEXIST)	/* a card that was opened before */
			continue;
		if (err)
			return 0;
		if (config(read_config, at, 0, &found) && found == id)
			return at;
		mmu_unmap(at, PAGE_SIZE);
	}
	return 0;
}

/* The window that takes accesses to addresses of 32 bits on that bridge's bus. */
static const struct host_mmio *window_of(const struct host *host, int bridge)
{
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (host->mmio[i].kind == HOST_PCI_MEM32 && host->mmio[i].node == bridge &&
		    !host->mmio[i].prefetchable)
			return &host->mmio[i];
	return NULL;
}

/* Where BAR 0 is: as the firmware has it, or else after what came before. 0: nowhere. */
static u64 place(u64 at, const struct host_mmio *window, u64 size)
{
	static u64 used;
	u64 bus, command;

	if (!config(read_config, at + PCI_BAR(0), 0, &bus) ||
	    !config(read_config, at + PCI_COMMAND, 0, &command))
		return 0;
	bus &= ADDRESS_MASK;
	if (!bus) {
		bus = ALIGN_UP(window->bus + used, size);
		used = bus + size - window->bus;
	}
	if (bus < window->bus || bus - window->bus + size > window->range.size)
		return 0;
	if (!config(write_config, at + PCI_BAR(0), bus, NULL) ||
	    !config(write_config, at + PCI_COMMAND,
		    (command & 0xffff) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, NULL))
		return 0;
	return window->range.base + (bus - window->bus);
}

bool card_open(const struct host *host, u32 id, u64 size, struct card *out)
{
	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *ecam = &host->mmio[i], *window;

		if (ecam->kind != HOST_PCI_ECAM)
			continue;
		out->config = find(ecam, id);
		window = out->config ? window_of(host, ecam->node) : NULL;
		out->registers = window ? place(out->config, window, size) : 0;
		if (!out->registers ||
		    mmu_map(out->registers, out->registers, PAGE_SIZE, MAP_DEVICE))
			continue;
		out->coherent = fdt_getprop(host->fdt, ecam->node, "dma-coherent", NULL);
		return true;
	}
	return false;
}
