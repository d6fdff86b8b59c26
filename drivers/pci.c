/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/pci.h"

#include "drivers/io.h"
#include "lib/errno.h"

#define BAR_IO			BIT(0)
#define BAR_64			BIT(2)
#define BAR_FLAGS		GENMASK(3, 0)

u64 pci_size_of(u32 low, u32 high)
{
	u64 mask = ((u64)high << 32 | low) & ~BAR_FLAGS;

	return mask & -mask;			/* the lowest bit that can be set */
}

static u32 low_half(const struct pci_function *f, unsigned bar)
{
	return read32(f->ecam + PCI_BAR(bar));
}

bool pci_bar_is_64(const struct pci_function *f, unsigned bar)
{
	return (low_half(f, bar) & (BAR_IO | BAR_64)) == BAR_64;
}

u64 pci_bar_get(const struct pci_function *f, unsigned bar)
{
	u64 high = pci_bar_is_64(f, bar) ? low_half(f, bar + 1) : 0;

	return high << 32 | (low_half(f, bar) & ~BAR_FLAGS);
}

void pci_bar_set(const struct pci_function *f, unsigned bar, u64 addr)
{
	bool wide = pci_bar_is_64(f, bar);

	write32(f->ecam + PCI_BAR(bar), (u32)addr);
	if (wide)
		write32(f->ecam + PCI_BAR(bar + 1), (u32)(addr >> 32));
}

int pci_bar_size(const struct pci_function *f, unsigned bar, u64 *size)
{
	u16 command = read16(f->ecam + PCI_COMMAND);
	unsigned at = 0;
	u64 addr;

	while (at < bar)
		at += pci_bar_is_64(f, at) ? 2 : 1;
	if (at != bar || bar >= (pci_is_bridge(f->ecam) ? 2 : 6))
		return -ENOENT;
	if (low_half(f, bar) & BAR_IO)
		return -EINVAL;

	addr = pci_bar_get(f, bar);
	write16(f->ecam + PCI_COMMAND, command & (u16)~PCI_COMMAND_MEMORY);
	pci_bar_set(f, bar, ~0ull);
	*size = pci_size_of(low_half(f, bar),
			    pci_bar_is_64(f, bar) ? low_half(f, bar + 1) : 0);
	pci_bar_set(f, bar, addr);
	write16(f->ecam + PCI_COMMAND, command);
	return *size ? 0 : -ENOENT;
}

u64 pci_page(const struct pci_space *space, unsigned bus, u8 devfn)
{
	return space->base + ((u64)(bus - space->first) * 256 + devfn) * PAGE_SIZE;
}

u8 pci_bus(const struct pci_space *space, u64 at)
{
	return (u8)(space->first + (at - space->base) / PCI_BUS_SIZE);
}

bool pci_answers(u64 at)
{
	return read16(at) != 0xffff;
}

/* No list is longer than what there is room for. */
u8 pci_capability(u64 at, u8 id)
{
	bool any = read16(at + PCI_STATUS) & PCI_STATUS_CAPABILITIES;
	u8 cap = any ? read8(at + PCI_CAPABILITIES) & 0xfc : 0;

	for (unsigned left = 48; cap >= 0x40 && left; left--) {
		if (read8(at + cap) == id)
			return cap;
		cap = read8(at + cap + 1) & 0xfc;
	}
	return 0;
}

bool pci_is_bridge_type(u8 type)
{
	type &= (u8)~PCI_HEADER_MULTI;
	return type == PCI_HEADER_BRIDGE || type == PCI_HEADER_CARDBUS;
}

bool pci_is_bridge(u64 at)
{
	return pci_is_bridge_type(read8(at + PCI_HEADER_TYPE));
}

struct range pci_echoes(const struct pci_space *space)
{
	u64 at = pci_page(space, space->first, 1 << 3);

	return (struct range){ at, space->echoes ? space->base + PCI_BUS_SIZE - at : 0 };
}

bool pci_is_echo(const struct pci_space *space, u64 at)
{
	return space->echoes &&
	       range_contains(pci_echoes(space), (struct range){ at, PAGE_SIZE });
}

bool pci_window_has(const struct pci_window *w, u64 addr, u64 size)
{
	return addr >= w->bus && size <= w->cpu.size && addr - w->bus <= w->cpu.size - size;
}

u64 pci_to_cpu(const struct pci_windows *windows, int bridge, u64 addr, u64 size)
{
	for (const struct pci_window *w = windows->window; w < windows->window + windows->nr; w++)
		if (w->bridge == bridge && pci_window_has(w, addr, size))
			return w->cpu.base + (addr - w->bus);
	return 0;
}
