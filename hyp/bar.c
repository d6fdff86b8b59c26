/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/bar.h"

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/cpu.h"
#include "hyp/dma.h"
#include "hyp/guest.h"
#include "hyp/trap.h"
#include "mm/el2.h"

struct bars bars;

static u64 bar_address(const struct bar *b)
{
	return pci_bar_get(&b->f, b->bar);
}

u64 bar_place_of(const struct bar *b, u64 addr)
{
	struct range r = {
		pci_to_cpu(&bars.windows, b->f.bridge, addr, b->region.size),
		b->region.size,
	};
	const struct region *window = region_find(guest.regions, IPA(r.base));

	if (!IS_ALIGNED(r.base, PAGE_SIZE) || !window || window->origin != REGION_FROM_HOST ||
	    r.base + r.size > window->ipa.v + window->size)
		return 0;
	for (const struct bar *o = bars.bar; o < bars.bar + bars.nr; o++)
		if (o != b && o->region.ipa.v && ranges_overlap(r, region_ipa(&o->region)))
			return 0;
	return r.base;
}

static void say(const struct bar *b, u64 at, const char *what)
{
	unsigned shift = b->region.size < MIB(1) ? 10 : 20;

	if (trap_may_print())
		print("mavis: %s: BAR %u of %04x:%02x:%02x.%u at %#lx, %lu %s, %s\n",
		      b->region.name, b->bar, b->f.segment, b->f.bus, b->f.dev, b->f.fn, at,
		      b->region.size >> shift, shift == 10 ? "KiB" : "MiB", what);
}

int bar_place(struct bar *b, u64 at)
{
	struct region *r = &b->region;
	int err = stage2_change(&guest.s2, IPA(at), r->size, r->attr);

	if (err)
		return err;
	r->ipa = IPA(at);
	r->pa = PA(at);
	err = dma_place(r);
	if (err)
		bar_unplace(b);
	return err;
}

/* What was split for it stays so: this takes no page, and cannot fail. */
void bar_unplace(struct bar *b)
{
	struct region *r = &b->region;

	dma_unplace(r);
	stage2_change(&guest.s2, r->ipa, r->size, region_find(guest.regions, r->ipa)->attr);
	r->ipa = IPA(0);
	r->pa = PA(0);
}

/*
 * The BAR is about to go from where it is. Where stage 2 made it Write-Back, caches hold some of it
 * whatever the guest's stage 1 says, so it is not the guest that cleans them.
 */
static void leave(struct bar *b)
{
	struct region *r = &b->region;
	u64 from = r->ipa.v;

	bar_unplace(b);
	if (guest_decode(r->attr.memattr)->rule == S2_FORCE_WB &&
	    el2_clean(PA(from), r->size))
		say(b, from, "left with data in caches: the page pool is used up");
}

/* Follows the BAR; @on says whether the function answers to it. With guest.s2_lock. */
static void follow(struct bar *b, bool on)
{
	struct region *r = &b->region;
	u64 to = on ? bar_place_of(b, bar_address(b)) : 0;

	if (r->ipa.v && r->ipa.v != to)
		leave(b);
	if (on && !to) {
		say(b, bar_address(b), "on the bus: no place for a region; not followed");
	} else if (to && !r->ipa.v) {
		bool placed = !bar_place(b, to);

		this_cpu()->count[COUNT_REMAP] += placed;
		say(b, to,
		    placed ? guest_decode(r->attr.memattr)->name
			   : "not followed: the page pool is used up");
	}
}

static void follow_all(u64 ecam, bool on)
{
	for (unsigned i = 0; i < bars.nr; i++)
		if (bars.bar[i].f.ecam == ecam)
			follow(&bars.bar[i], on);
}

static bool decodes(u64 ecam)
{
	return read16(ecam + PCI_COMMAND) & PCI_COMMAND_MEMORY;
}

static void forward(u64 reg, unsigned size, u64 val)
{
	if (size == 1)
		write8(reg, (u8)val);
	else if (size == 2)
		write16(reg, (u16)val);
	else
		write32(reg, (u32)val);
}

/* A write to @offset moves the BAR. */
static bool moves(const struct bar *b, u64 ecam, u64 offset)
{
	u64 size = pci_bar_is_64(&b->f, b->bar) ? 8 : 4;

	return b->f.ecam == ecam && b->region.ipa.v && offset - PCI_BAR(b->bar) < size;
}

/*
 * A write: stage 2 is right before the function answers at a place, and is put back, with nothing
 * left in caches, while it still does. Other writes may reset the function.
 */
static void write_config(u64 ecam, u64 offset, unsigned size, u64 val)
{
	lock(&guest.s2_lock);
	if (offset == PCI_COMMAND)
		follow_all(ecam, val & PCI_COMMAND_MEMORY);
	for (unsigned i = 0; i < bars.nr; i++)
		if (moves(&bars.bar[i], ecam, offset))
			leave(&bars.bar[i]);
	forward(ecam + offset, size, val);
	if (offset != PCI_COMMAND)
		follow_all(ecam, decodes(ecam));
	unlock(&guest.s2_lock);
}

/* Reads are the guest's own, but for one that falls between a break and a make. */
u64 bar_access_config(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	u64 ecam = (u64)arg;

	if (!write && size == 8)
		return read32(ecam + offset) | (u64)read32(ecam + offset + 4) << 32;
	if (!write)
		return (u64)read32(ecam + ALIGN_DOWN(offset, 4)) >> (offset & 3) * 8;
	if (size == 8) {
		write_config(ecam, offset, 4, (u32)val);
		offset += 4;
		val >>= 32;
		size = 4;
	}
	write_config(ecam, offset, size, val);
	return 0;
}

/* As where no function is. */
u64 bar_access_hidden(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	(void)arg, (void)offset, (void)size, (void)write, (void)val;
	return ~0ull;
}

void bar_follow(struct bar *b)
{
	if (decodes(b->f.ecam))
		follow(b, true);
}
