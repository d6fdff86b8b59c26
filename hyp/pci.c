/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/pci.h"

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/config.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/mmio.h"
#include "hyp/trap.h"
#include "lib/errno.h"
#include "mm/resolve.h"

static struct pci_region *regions;
static unsigned nr_regions;
static const struct host *host;
static bool mte_perm;
static int (*clean_range)(pa_t pa, u64 size);

static u64 bar_address(const struct pci_region *p)
{
	return pci_bar_get(&p->f, p->bar.bar);
}

/*
 * Where the BAR is for the CPU with @addr in it, if a region can be there: pages of a PCI window as
 * the machine has it, which no other region follows to. 0 otherwise.
 */
static u64 place_of(const struct pci_region *p, u64 addr)
{
	struct range r = { pci_to_cpu(host, p->f.bridge, addr, p->region.size), p->region.size };
	const struct region *window = region_find(guest.regions, IPA(r.base));

	if (!IS_ALIGNED(r.base, PAGE_SIZE) || !window || window->origin != REGION_FROM_HOST ||
	    r.base + r.size > window->ipa.v + window->size)
		return 0;
	for (const struct pci_region *o = regions; o < regions + nr_regions; o++)
		if (o != p && !pci_region_is_fixed(o) && o->region.ipa.v &&
		    ranges_overlap(r, (struct range){ o->region.ipa.v, o->region.size }))
			return 0;
	return r.base;
}

static void say(const struct pci_region *p, u64 at, const char *what)
{
	unsigned shift = p->region.size < MIB(1) ? 10 : 20;

	if (trap_may_print())
		print("mavis: %s: BAR %u of %04x:%02x:%02x.%u at %#lx, %lu %s, %s\n",
		      p->region.name, p->bar.bar, p->f.segment, p->f.bus, p->f.dev, p->f.fn, at,
		      p->region.size >> shift, shift == 10 ? "KiB" : "MiB", what);
}

static int place(struct region *r, u64 at)
{
	int err = stage2_change(&guest.s2, IPA(at), r->size, r->attr);

	if (err)
		return err;
	r->ipa = IPA(at);
	r->pa = PA(at);
	return 0;
}

/* What was split for it stays so: this takes no page, and cannot fail. */
static void unplace(struct region *r)
{
	stage2_change(&guest.s2, r->ipa, r->size, region_find(guest.regions, r->ipa)->attr);
	r->ipa = IPA(0);
	r->pa = PA(0);
}

/*
 * The BAR is about to go from where it is. Where stage 2 made it Write-Back, caches hold some of it
 * whatever the guest's stage 1 says, so it is not the guest that cleans them.
 */
static void leave(struct pci_region *p)
{
	struct region *r = &p->region;
	u64 from = r->ipa.v;

	unplace(r);
	if (s2_decode(r->attr.memattr, guest.fwb, mte_perm)->rule == S2_FORCE_WB &&
	    clean_range(PA(from), r->size))
		say(p, from, "left with data in caches: the page pool is used up");
}

/* Follows the BAR; @on says whether the function answers to it. With guest.s2_lock. */
static void follow(struct pci_region *p, bool on)
{
	struct region *r = &p->region;
	u64 to = on ? place_of(p, bar_address(p)) : 0;

	if (r->ipa.v && r->ipa.v != to)
		leave(p);
	if (on && !to) {
		say(p, bar_address(p), "on the bus: no place for a region; not followed");
	} else if (to && !r->ipa.v) {
		bool placed = !place(r, to);

		this_cpu()->count[COUNT_REMAP] += placed;
		say(p, to,
		    placed ? s2_decode(r->attr.memattr, guest.fwb, mte_perm)->name
			   : "not followed: the page pool is used up");
	}
}

static void follow_all(u64 ecam, bool on)
{
	for (unsigned i = 0; i < nr_regions; i++)
		if (regions[i].f.ecam == ecam)
			follow(&regions[i], on);
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
static bool moves(const struct pci_region *p, u64 ecam, u64 offset)
{
	u64 size = pci_bar_is_64(&p->f, p->bar.bar) ? 8 : 4;

	return p->f.ecam == ecam && p->region.ipa.v && offset - PCI_BAR(p->bar.bar) < size;
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
	for (unsigned i = 0; i < nr_regions; i++)
		if (moves(&regions[i], ecam, offset))
			leave(&regions[i]);
	forward(ecam + offset, size, val);
	if (offset != PCI_COMMAND)
		follow_all(ecam, decodes(ecam));
	unlock(&guest.s2_lock);
}

/* Reads are the guest's own, but for one that falls between a break and a make. */
static u64 access_config(void *arg, u64 offset, unsigned size, bool write, u64 val)
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
static u64 access_hidden(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	(void)arg, (void)offset, (void)size, (void)write, (void)val;
	return ~0ull;
}

/* The highest place in the window that no region of the config has; 0: none. A PCI bus address. */
static u64 free_place(const struct host_mmio *w, u64 size, const struct region_table *t)
{
	u64 base = w->range.base, addr = ALIGN_DOWN(w->bus + w->range.size, size);
	const struct region *r;

	do {
		if (addr < w->bus + size)
			return 0;
		addr -= size;
		for (r = t->region; r < t->region + t->nr; r++)
			if (r->origin == REGION_FROM_CONFIG &&
			    ranges_overlap((struct range){ base + (addr - w->bus), size },
					   (struct range){ r->pa.v, r->size })) {
				u64 below = w->bus + MAX(r->pa.v, base) - base;

				addr = MIN(addr, ALIGN_DOWN(below, size));
				break;
			}
	} while (r < t->region + t->nr);
	return addr;
}

/* Where a guest that fills a window from its start comes last. */
static u64 choose_place(const struct pci_region *p, const struct host *machine,
			const struct region_table *t)
{
	bool wide = pci_bar_is_64(&p->f, p->bar.bar);
	u64 addr = 0;

	for (unsigned i = machine->nr_mmio; i-- > 0 && !addr;) {
		const struct host_mmio *w = &machine->mmio[i];

		if (w->node == p->f.bridge && w->kind >= HOST_PCI_MEM32 &&
		    (wide || w->bus + w->range.size <= GIB(4)))
			addr = free_place(w, p->region.size, t);
	}
	return addr;
}

/* selfcheck() at a place where the guest could put the BAR. Nothing accesses it there. */
static void check_in_window(struct pci_region *p, const struct mm_caps *caps,
			    struct selfcheck *result)
{
	u64 at = place_of(p, choose_place(p, host, guest.regions));

	if (at && !place(&p->region, at)) {
		selfcheck(&p->region, 1, caps, result);
		unplace(&p->region);
	}
}

/* True if another region has the page already, in the same way. */
static bool is_trapped(const struct pci_region *p)
{
	for (const struct pci_region *o = regions; o < p; o++)
		if (o->f.ecam == p->f.ecam && pci_region_is_fixed(o) == pci_region_is_fixed(p))
			return true;
	return false;
}

static int trap(struct pci_region *p, struct diag *d)
{
	bool fixed = pci_region_is_fixed(p);
	ipa_t page = IPA(p->f.ecam);
	struct s2_leaf leaf;
	int err = 0;

	if (!is_trapped(p)) {
		err = stage2_lookup(&guest.s2, page, &leaf);
		if (!err && leaf.pa.v - leaf.ipa.v)
			err = -ENOENT;
		leaf.attr.write = false;
		if (!err)
			err = fixed ? stage2_unmap(&guest.s2, page, PAGE_SIZE)
				    : stage2_change(&guest.s2, page, PAGE_SIZE, leaf.attr);
		if (!err)
			err = mmio_register(page, fixed ? access_hidden : access_config,
					    (void *)page.v);
	}
	if (err)
		return fail(d, err,
			    "region %s: pci: the configuration space at %#lx cannot be taken from "
			    "the guest: %s",
			    p->region.name, page.v,
			    err == -ENOMEM   ? "the page pool is used up"
			    : err == -EEXIST ? "one region hides the function, another follows it"
					     : "another region is there");
	if (!fixed && decodes(p->f.ecam))
		follow(p, true);
	return 0;
}

int pci_regions_trap(struct config *config, const struct host *machine, const struct mm_caps *caps,
		     int (*clean)(pa_t pa, u64 size), struct selfcheck *checks, struct diag *d)
{
	struct resolved out;
	int err = 0;

	regions = config->pci;
	nr_regions = config->nr_pci;
	host = machine;
	mte_perm = caps->mte_perm;
	clean_range = clean;
	for (struct pci_region *p = regions; p < regions + nr_regions && !err; p++, checks++) {
		err = region_resolve(&p->region, caps, guest.regions->mte, &out, d);
		p->region.attr = out.attr;
		p->region.reason = out.reason;
		if (!err && !pci_region_is_fixed(p))
			check_in_window(p, caps, checks);
		if (!err)
			err = trap(p, d);
	}
	return err;
}

static int measure(struct pci_region *p, const struct host *machine,
		   int (*map)(pa_t pa, u64 size), struct diag *d)
{
	const char *name = p->region.name;
	int err = pci_find(machine, &p->bar, map, &p->f);

	if (err)
		return fail(d, err, "region %s: pci: %s", name,
			    err == -ENOMEM ? "no room to map the configuration space"
					   : "no bus that the firmware has numbered has this "
					     "function: name one that is there");
	err = pci_bar_size(&p->f, p->bar.bar, &p->region.size);
	if (!err && p->region.size < PAGE_SIZE)
		err = -ERANGE;
	if (err)
		return fail(d, err, "region %s: bar: BAR %u of %04x:%02x:%02x.%u %s: name another",
			    name, p->bar.bar, p->f.segment, p->f.bus, p->f.dev, p->f.fn,
			    err == -EINVAL   ? "is of I/O ports"
			    : err == -ENOENT ? "is not there"
					     : "is smaller than a page");
	return 0;
}

/* Leaves a BAR where the firmware has put it, if it has. */
static int fix(struct pci_region *p, const struct host *machine, struct region_table *t,
	       struct diag *d)
{
	u64 command = p->f.ecam + PCI_COMMAND;
	u64 addr = decodes(p->f.ecam) ? bar_address(p) : 0;
	u64 pa = addr ? pci_to_cpu(machine, p->f.bridge, addr, p->region.size) : 0;

	if (!pa) {
		/* the bridges above it pass on what they pass */
		addr = p->f.on_root ? choose_place(p, machine, t) : 0;
		pa = pci_to_cpu(machine, p->f.bridge, addr, p->region.size);
		pci_bar_set(&p->f, p->bar.bar, addr);
	}
	if (!pa)
		return fail(d, -ENOSPC,
			    "region %s: pci: no window of its host bridge has room for %#lx bytes",
			    p->region.name, p->region.size);
	write16(command, read16(command) | PCI_COMMAND_MEMORY);
	p->region.pa = PA(pa);
	if (!p->has_ipa)
		p->region.ipa = IPA(pa);
	return region_add(t, &p->region, d);
}

int pci_regions_find(struct config *config, const struct host *machine, const struct mm_caps *caps,
		     struct region_table *t, int (*map)(pa_t pa, u64 size), struct diag *d)
{
	struct resolved out;
	int err = 0;

	for (unsigned i = 0; i < config->nr_pci && !err; i++) {
		struct pci_region *p = &config->pci[i];

		err = measure(p, machine, map, d);
		if (!err)
			err = region_resolve(&p->region, caps, config->mte && caps->mte, &out, d);
		if (err)
			break;
		if (pci_region_is_fixed(p))
			err = fix(p, machine, t, d);
		else
			p->hides_mte = out.hides_mte;
	}
	return err;
}
