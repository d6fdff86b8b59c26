/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/bars.h"

#include "boot/guest/ecam.h"
#include "boot/guest/selfcheck.h"
#include "boot/machine/pci.h"
#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/bar.h"
#include "lib/errno.h"
#include "mm/resolve.h"

/* Configuration space that the guest does not see. */
static struct hidden {
	struct pci_function f;
	u8 bar;				/* the one that is a region, ... */
	const char *region;		/* ... by this name */
} hidden[BAR_MAX];
static unsigned nr_hidden;

/* The highest place in the window that no region of the config has; 0: none. A PCI bus address. */
static u64 free_place(const struct pci_window *w, u64 size, const struct region_table *t)
{
	u64 base = w->cpu.base, addr = ALIGN_DOWN(w->bus + w->cpu.size, size);
	const struct region *r;

	do {
		if (addr < w->bus + size)
			return 0;
		addr -= size;
		for (r = t->region; r < t->region + t->nr; r++)
			if (r->origin == REGION_FROM_CONFIG &&
			    ranges_overlap((struct range){ base + (addr - w->bus), size },
					   region_pa(r))) {
				u64 below = w->bus + MAX(r->pa.v, base) - base;

				addr = MIN(addr, ALIGN_DOWN(below, size));
				break;
			}
	} while (r < t->region + t->nr);
	return addr;
}

/* Where a guest that fills a window from its start comes last. */
static u64 choose_place(const struct bar *b, const struct region_table *t)
{
	bool wide = pci_bar_is_64(&b->f, b->bar);
	u64 addr = 0;

	for (unsigned i = bars.windows.nr; i-- > 0 && !addr;) {
		const struct pci_window *w = &bars.windows.window[i];

		if (w->bridge == b->f.bridge && (wide || w->bus + w->cpu.size <= GIB(4)))
			addr = free_place(w, b->region.size, t);
	}
	return addr;
}

/* The region that has the same BAR: it may be named in two ways. */
static const char *find_twin(const struct bar *b)
{
	for (unsigned i = 0; i < nr_hidden; i++)
		if (hidden[i].f.ecam == b->f.ecam && hidden[i].bar == b->bar)
			return hidden[i].region;
	for (unsigned i = 0; i < bars.nr; i++)
		if (bars.bar[i].f.ecam == b->f.ecam && bars.bar[i].bar == b->bar)
			return bars.bar[i].region.name;
	return NULL;
}

static int measure(struct bar *b, const struct config_bar *want, const struct host *host,
		   struct diag *d)
{
	const char *name = b->region.name, *twin;
	struct diag why;
	int err = pci_find(host, &want->request, &b->f, &why);

	if (err)
		return fail(d, err, "region %s: pci: %s", name, why.text);
	twin = find_twin(b);
	if (twin)
		return fail(d, -EEXIST,
			    "region %s: pci: BAR %u of %04x:%02x:%02x.%u is region %s as well: keep one of them",
			    name, b->bar, b->f.segment, b->f.bus, b->f.dev, b->f.fn, twin);
	err = pci_bar_size(&b->f, b->bar, &b->region.size);
	if (!err && b->region.size < PAGE_SIZE)
		err = -ERANGE;
	if (err)
		return fail(d, err, "region %s: bar: BAR %u of %04x:%02x:%02x.%u %s: name another",
			    name, b->bar, b->f.segment, b->f.bus, b->f.dev, b->f.fn,
			    err == -EINVAL   ? "is of I/O ports"
			    : err == -ENOENT ? "is not there"
					     : "is smaller than a page");
	return 0;
}

/* Leaves a BAR where the firmware has put it, if it has. */
static int fix(struct bar *b, const struct config_bar *want, struct region_table *t,
	       struct diag *d)
{
	u64 command = b->f.ecam + PCI_COMMAND;
	u64 addr = read16(command) & PCI_COMMAND_MEMORY ? pci_bar_get(&b->f, b->bar) : 0;
	u64 pa = addr ? pci_to_cpu(&bars.windows, b->f.bridge, addr, b->region.size) : 0;

	/* the bridges above it pass on what they pass */
	if (!pa && b->f.depth)
		return fail(d, -ENOSPC,
			    "region %s: pci: the firmware has not placed BAR %u of %04x:%02x:%02x.%u in a window and turned it on, and behind a bridge Mavis places none: have the firmware do so, or put the card on the host bridge's own bus",
			    b->region.name, b->bar, b->f.segment, b->f.bus, b->f.dev, b->f.fn);
	if (!pa) {
		addr = choose_place(b, t);
		pa = addr ? pci_to_cpu(&bars.windows, b->f.bridge, addr, b->region.size) : 0;
		pci_bar_set(&b->f, b->bar, addr);
	}
	if (!pa)
		return fail(d, -ENOSPC,
			    "region %s: pci: no window of its host bridge has room for %#lx bytes",
			    b->region.name, (unsigned long)b->region.size);
	write16(command, read16(command) | PCI_COMMAND_MEMORY);
	b->region.pa = PA(pa);
	if (!want->has_ipa)
		b->region.ipa = IPA(pa);
	hidden[nr_hidden++] = (struct hidden){ b->f, b->bar, want->region.name };
	return region_add(t, &b->region, d);
}

int bars_find(const struct config *config, const struct host *host, struct region_table *t,
	      struct diag *d)
{
	int err = pci_read_windows(host, &bars.windows, d);

	bars.nr = nr_hidden = 0;
	for (unsigned i = 0; i < config->nr_bars && !err; i++) {
		const struct config_bar *want = &config->bar[i];
		struct bar b = { .region = want->region, .bar = want->request.bar };

		err = measure(&b, want, host, d);
		if (err == -ENODEV && want->optional) {
			print("Left out, as it is optional: %s\n", d->text);
			err = 0;
			continue;
		}
		if (err)
			break;
		if (config_bar_is_fixed(want))
			err = fix(&b, want, t, d);
		else
			bars.bar[bars.nr++] = b;
	}
	return err;
}

/* selfcheck() at a place where the guest could put the BAR. Nothing accesses it there. */
static void check_in_window(struct bar *b, struct selfcheck *result)
{
	u64 at = bar_place_of(b, choose_place(b, guest.regions));

	if (at && !bar_place(b, at)) {
		bar_touch(at);
		selfcheck(&b->region, 1, result);
		bar_unplace(b);
		bar_retire(b);
	}
}

int bars_trap(struct selfcheck *checks, struct diag *d)
{
	int err = 0;
	bool hides_mte;		/* memory_map_finish() has seen to that */
	u8 page;

	ecam.nr = 0;
	for (unsigned i = 0; i < nr_hidden && !err; i++)
		err = ecam_add(hidden[i].region, &hidden[i].f, ECAM_HIDDEN, &page, d);
	for (struct bar *b = bars.bar; b < bars.bar + bars.nr && !err; b++, checks++) {
		err = region_resolve(&b->region, &guest.caps, guest.regions->mte, &hides_mte, d);
		if (err)
			break;
		check_in_window(b, checks);
		err = ecam_add(b->region.name, &b->f, ECAM_FOLLOWED, &b->page, d);
		if (!err)
			bar_follow(b);
	}
	return err;
}
