/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/ecam.h"

#include "drivers/io.h"
#include "hyp/guest.h"
#include "lib/errno.h"
#include "mm/el2.h"

static u8 find(const struct pci_space *space, u8 above, u8 devfn)
{
	u8 i = 0;

	while (i < ecam.nr &&
	       (ecam.page[i].space.base != space->base || ecam.page[i].above != above ||
		ecam.page[i].devfn != devfn))
		i++;
	return i;
}

/* *page is @devfn's below @above, new or not. */
static int add(const struct pci_space *space, u8 above, u8 devfn, enum ecam_kind kind, u8 *page)
{
	struct ecam_page *p = &ecam.page[*page = find(space, above, devfn)];

	if (*page == ECAM_MAX)
		return -ENOSPC;
	if (*page == ecam.nr) {
		ecam.nr++;
		*p = (struct ecam_page){ .space = *space, .above = above, .devfn = devfn };
	} else if (kind + p->kind == ECAM_FOLLOWED + ECAM_HIDDEN) {
		return -EEXIST;
	}
	p->kind = MAX(p->kind, (u8)kind);
	return ecam_take(*page);
}

/* QEMU's pxb and pxb-pcie: what is behind it is another root bus of the same space. */
static bool is_expander(u32 id)
{
	return id == 0x00091b36 || id == 0x000b1b36;
}

/*
 * All bridges of the bus behind @above. A guest that gives two of them the same bus has another
 * function answer where Mavis looks for a bridge's numbers.
 */
static int add_bridges(const struct pci_space *space, u8 above)
{
	u8 bus = above == ECAM_ROOT ? space->first : ecam.page[above].secondary, ignored;
	int err = 0;

	if (above != ECAM_ROOT && (bus <= space->first || bus > space->last))
		return -EBUSY;
	for (unsigned devfn = 0; devfn < 256 && !err; devfn++) {
		u64 at = pci_page(space, bus, (u8)devfn);
		u64 first = pci_page(space, bus, devfn & 0xf8);
		bool is_one = !(devfn & 7) || read8(first + PCI_HEADER_TYPE) & PCI_HEADER_MULTI;

		if (is_one && above == ECAM_ROOT && is_expander(read32(at)))
			return -EPERM;
		if (is_one && pci_is_bridge(at) && !pci_is_echo(space, at))
			err = add(space, above, (u8)devfn, ECAM_BRIDGE, &ignored);
	}
	return err;
}

/* Ways by which a bridge would lead elsewhere than by its numbers. */
static void find_other_ways(struct ecam_page *p)
{
	u8 express;

	if (!p->at)
		return;
	express = pci_capability(p->at, PCI_CAPABILITY_EXPRESS);
	if (express && express < 256 - PCI_DEVICE_CONTROL_2)
		p->control2 = express + PCI_DEVICE_CONTROL_2;
	p->flattens = pci_capability(p->at, PCI_CAPABILITY_FPB);
}

static struct range whole(const struct pci_space *space)
{
	return (struct range){ space->base,
			       pci_page(space, space->last + 1u, 0) - space->base };
}

/*
 * What the guest is to have of it, and nobody else: all of it, if buses can be renumbered, when EL2
 * sees it all, or if functions have echoes.
 */
static const struct region *find_other(const struct pci_function *f, enum ecam_kind kind)
{
	bool all = f->depth || f->space.echoes;
	bool aliases = kind == ECAM_HIDDEN || pci_is_bridge(f->ecam);
	u64 own = aliases ? 8 * PAGE_SIZE : PAGE_SIZE;
	struct range r = all ? whole(&f->space) : (struct range){ ALIGN_DOWN(f->ecam, own), own };
	const struct region_table *t = guest.regions;

	for (const struct region *o = t->region; o < t->region + t->nr; o++)
		if (ranges_overlap(region_pa(o), r) &&
		    (o->ipa.v != o->pa.v || !range_contains(region_pa(o), r) ||
		     (all && o->origin != REGION_FROM_HOST)))
			return o;
	return NULL;
}

static const char *explain(int err)
{
	switch (err) {
	case -ENOSPC:
		return "more functions and bridges than Mavis follows: describe fewer, or build it with a larger ECAM_MAX";
	case -EEXIST:
		return "one region hides the function, another follows it: keep one of them";
	case -ENOENT:
		return "the guest does not have it: describe fewer regions there";
	case -EPERM:
		return "a pxb, QEMU's expander bridge, could lead to the same buses unseen: leave it out";
	case -EBUSY:
		return "bridges lead elsewhere by their bus numbers, or two of them to one bus: have the firmware number the buses anew";
	default:
		return "the page pool is used up";
	}
}

int ecam_add(const char *region, const struct pci_function *f, enum ecam_kind kind, u8 *page,
	     struct diag *d)
{
	const struct region *other = find_other(f, kind);
	u8 above = ECAM_ROOT;
	int err = 0;

	if (other)
		return fail(d, -EACCES,
			    "region %s: pci: the configuration space at %#lx, which Mavis works for the guest, is not whole there, as region %s has some of it: take it out of that one",
			    region, (unsigned long)f->ecam, other->name);
	if (!region_find(guest.regions, IPA(f->ecam)))
		err = -ENOENT;
	if (f->depth && !err)
		err = el2_map(PA(f->space.base), whole(&f->space).size, S1_DEVICE);
	for (unsigned i = 0; i < f->depth && !err; i++) {
		if (i + 1 < f->depth)
			err = add_bridges(&f->space, above);
		if (!err)
			err = add(&f->space, above, f->above[i], ECAM_BRIDGE, page);
		if (!err)
			above = *page;
		if (!err && kind == ECAM_HIDDEN)
			find_other_ways(&ecam.page[above]);
	}
	if (!err)
		err = add(&f->space, above, (u8)(f->dev << 3 | f->fn), kind, page);
	if (!err && ecam.page[*page].at != f->ecam)
		err = -EBUSY;
	return err ? fail(d, err,
			  "region %s: pci: the configuration space at %#lx cannot be taken from the guest: %s",
			  region, (unsigned long)f->ecam, explain(err))
		   : 0;
}
