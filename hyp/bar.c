/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/bar.h"

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/cpu.h"
#include "hyp/dma.h"
#include "hyp/ecam.h"
#include "hyp/guest.h"
#include "hyp/trap.h"
#include "hyp/work.h"
#include "lib/errno.h"

struct bars bars;

/* A write to a bridge that was not carried out, to be said once no lock is held. */
static const char *refused;
static u64 refused_at;

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

static void note(struct bar *b, u64 at, const char *what)
{
	b->note = what;
	b->note_at = at;
}

static void report_refused(void)
{
	const char *why;
	u64 at;

	lock(&guest.s2_lock);
	why = refused;
	at = refused_at;
	refused = NULL;
	unlock(&guest.s2_lock);
	if (why && trap_may_print())
		print("mavis: the bridge at %#lx keeps its bus numbers: %s\n", at, why);
}

void bar_report(void)
{
	report_refused();
	for (struct bar *b = bars.bar; b < bars.bar + bars.nr; b++) {
		unsigned shift = b->region.size < MIB(1) ? 10 : 20;
		const char *what;
		u64 at;

		lock(&guest.s2_lock);
		what = b->note;
		at = b->note_at;
		b->note = NULL;
		unlock(&guest.s2_lock);
		if (what && trap_may_print())
			print("mavis: %s: BAR %u of %04x:%02x:%02x.%u at %#lx, %lu %s, %s\n",
			      b->region.name, b->bar, b->f.segment, b->f.bus, b->f.dev, b->f.fn, at,
			      b->region.size >> shift, shift == 10 ? "KiB" : "MiB", what);
	}
}

static bool same_attr(struct s2_attr a, struct s2_attr b)
{
	return a.memattr == b.memattr && a.sh == b.sh && a.read == b.read && a.write == b.write &&
	       a.exec == b.exec;
}

/* The window has what the region has: one cannot be told from the other. */
static bool is_as_window(const struct region *r)
{
	const struct region *window = region_find(guest.regions, r->ipa);

	return !region_traps(r) && !region_traps(window) && same_attr(window->attr, r->attr);
}

static bool is_alike(u64 ipa, const struct region *r)
{
	struct s2_leaf leaf;

	return !stage2_lookup(&guest.s2, IPA(ipa), &leaf) && !leaf.broken &&
	       same_attr(leaf.attr, r->attr);
}

/*
 * What was split for [at, at + size) is made whole again. Not while BARs that lie side by side are
 * alike: they would be joined, and none could leave without a page.
 */
void bar_join(u64 at, u64 size)
{
	for (const struct bar *b = bars.bar; b < bars.bar + bars.nr; b++) {
		const struct region *r = &b->region;

		if (b->touched && !is_as_window(r) &&
		    (is_alike(r->ipa.v - PAGE_SIZE, r) || is_alike(r->ipa.v + r->size, r)))
			return;
	}
	stage2_join(&guest.s2, IPA(at), size);
}

/* None of this takes a page, or can fail: the leaves are there. */
void bar_retire(struct bar *b)
{
	const struct region *window;
	ipa_t at = IPA(b->parked);

	if (!at.v)
		return;
	window = region_find(guest.regions, at);
	b->parked = 0;
	if (region_traps(window)) {
		stage2_break(&guest.s2, at, b->region.size, &window->attr);
	} else {
		stage2_make(&guest.s2, at, b->region.size, &window->attr);
		bar_join(at.v, b->region.size);
	}
}

/* Nobody else's place may be cut. */
static void retire_around(struct range r)
{
	for (struct bar *o = bars.bar; o < bars.bar + bars.nr; o++)
		if (o->parked && ranges_overlap(r, (struct range){ o->parked, o->region.size }))
			bar_retire(o);
}

int bar_place(struct bar *b, u64 at)
{
	struct region *r = &b->region;
	int err;

	if (b->parked != at) {
		bar_retire(b);
		retire_around((struct range){ at, r->size });
		err = stage2_break(&guest.s2, IPA(at), r->size, &r->attr);
		if (err)
			return err;
	}
	b->parked = 0;
	r->ipa = IPA(at);
	r->pa = PA(at);
	err = dma_place(r);
	if (err)
		bar_unplace(b);
	return err;
}

/*
 * Takes no page, which whoever has work to do relies on (work.h): a BAR that differs from its
 * window has leaves of its own (bar_join()), and one that does not stays as it is.
 */
void bar_unplace(struct bar *b)
{
	struct region *r = &b->region;
	u64 at = r->ipa.v;
	bool joined = b->touched && is_as_window(r);

	dma_unplace(r);
	if (b->touched && !joined)
		stage2_break(&guest.s2, r->ipa, r->size, NULL);
	b->touched = false;
	b->parked = joined ? 0 : at;
	r->ipa = IPA(0);
	r->pa = PA(0);
	if (joined)
		bar_join(at, r->size);
}

void bar_touch(u64 ipa)
{
	for (struct bar *b = bars.bar; b < bars.bar + bars.nr; b++) {
		struct region *r = &b->region;

		if (!b->touched && r->ipa.v && ipa - r->ipa.v < r->size) {
			if (!region_traps(r))
				stage2_make(&guest.s2, r->ipa, r->size, NULL);
			b->touched = true;
		}
		if (b->parked && ipa - b->parked < r->size)
			bar_retire(b);
	}
}

/*
 * The BAR is about to go from where it is. Where stage 2 made it Write-Back, caches hold some of it
 * whatever the guest's stage 1 says, so it is not the guest that cleans them; but only if somebody
 * has touched it. What is dirty would be lost once the function does not answer there.
 */
static void leave(struct bar *b)
{
	struct range pa = region_pa(&b->region);
	bool dirty = b->touched && guest_decode(b->region.attr.memattr)->rule == S2_FORCE_WB;

	bar_unplace(b);
	if (dirty && work_add(pa))
		note(b, pa.base, "left with data in caches: the page pool is used up");
}

/* Where the BAR is to be; @on says whether the function answers to it. 0: nowhere. */
static u64 place_for(struct bar *b, bool on)
{
	return on ? bar_place_of(b, bar_address(b)) : 0;
}

static void arrive(struct bar *b, u64 to)
{
	bool back = b->parked == to;
	int err = bar_place(b, to);

	this_cpu()->count[COUNT_REMAP] += !err && !back;
	if (err)
		note(b, to, "not followed: the page pool is used up");
	else if (!back)
		note(b, to, guest_decode(b->region.attr.memattr)->name);
}

/* Follows the BAR, but to a new place only when no work is left. With guest.s2_lock. */
static void follow(struct bar *b, bool on)
{
	u64 to = place_for(b, on);

	if (b->region.ipa.v && b->region.ipa.v != to)
		leave(b);
	if (on && !to)
		note(b, bar_address(b), "on the bus: no place for a region; not followed");
	else if (to && !b->region.ipa.v && work_is_done())
		arrive(b, to);
}

static void follow_all(u64 ecam, bool on)
{
	for (unsigned i = 0; i < bars.nr; i++)
		if (bars.bar[i].f.ecam == ecam)
			follow(&bars.bar[i], on);
}

/* All ones is what is read where nothing answers: bits [15:11] of a function's are 0. */
static bool decodes(u64 ecam)
{
	u16 command = read16(ecam + PCI_COMMAND);

	return command != 0xffff && command & PCI_COMMAND_MEMORY;
}

/*
 * What its region says holds at the region's place alone: elsewhere another's leaves would lead to
 * it, for the CPUs or for devices.
 */
static bool is_bound(const struct bar *b)
{
	return b->region.opts.read_only || (b->region.opts.no_dma && dma.nr);
}

/* It would answer where its region is not. */
static bool strays(struct bar *b)
{
	b->kept_off = is_bound(b) && !b->region.ipa.v;
	if (b->kept_off)
		note(b, bar_address(b), "kept off the bus: a read-only or no-dma region cannot be there");
	return b->kept_off;
}

/* Whether a BAR of the function would stray with its decoding as it is to be. */
static bool any_strays(u64 ecam, bool on)
{
	bool any = false;

	for (struct bar *b = bars.bar; b < bars.bar + bars.nr; b++)
		if (b->f.ecam == ecam) {
			b->kept_off = false;
			any |= on && strays(b);
		}
	return any;
}

static void forward(u64 reg, unsigned size, u64 val)
{
	switch (size) {
	case 1:
		write8(reg, (u8)val);
		break;
	case 2:
		write16(reg, (u16)val);
		break;
	case 4:
		write32(reg, (u32)val);
		break;
	default:
		write32(reg, (u32)val);
		write32(reg + 4, (u32)(val >> 32));
	}
}

static bool writes(u64 offset, unsigned size, u64 reg, u64 reg_size)
{
	return ranges_overlap((struct range){ offset, size }, (struct range){ reg, reg_size });
}

/* A write to @offset moves the BAR. */
static bool moves(const struct bar *b, u64 ecam, u64 offset, unsigned size)
{
	return b->f.ecam == ecam && b->region.ipa.v &&
	       writes(offset, size, PCI_BAR(b->bar), pci_bar_is_64(&b->f, b->bar) ? 8 : 4);
}

/*
 * What is to go before the write takes effect: BARs whose function will not answer any more, or not
 * there.
 */
static void leave_before(u64 ecam, u64 offset, unsigned size, bool command, bool on)
{
	for (struct bar *b = bars.bar; b < bars.bar + bars.nr; b++)
		if (moves(b, ecam, offset, size) ||
		    (command && b->f.ecam == ecam && b->region.ipa.v &&
		     b->region.ipa.v != place_for(b, on)))
			leave(b);
}

/* Functions behind a bridge may be on another bus now. */
static void renumber(void)
{
	for (struct bar *b = bars.bar; b < bars.bar + bars.nr; b++) {
		b->f.ecam = ecam.page[b->page].at;
		if (b->f.ecam)
			b->f.bus = pci_bus(&b->f.space, b->f.ecam);
	}
}

static void refuse(u64 ecam, int err)
{
	refused_at = ecam;
	refused = err == -ENOMEM ? "the page pool is used up"
				 : "a function that is not the guest's to place would be on one bus with another";
}

/*
 * A write: stage 2 is right before the function answers at a place, and is put back, with nothing
 * left in caches, while it still does. After other writes nothing is read: the function may be in
 * reset, or come back from D3hot, and for up to 100 ms it is not to be accessed (PCI Express Base
 * Specification, "Function Level Reset", "PME and Power State Transitions"). Decoding stays off
 * where a bound BAR would stray. False: there is work to do first, and nothing was written.
 */
static bool write_config(u64 ecam, u64 offset, unsigned size, u64 val)
{
	bool command = writes(offset, size, PCI_COMMAND, 1);
	bool places = command || writes(offset, size, PCI_BAR(0), PCI_BAR(6) - PCI_BAR(0));
	bool on = command && val >> (PCI_COMMAND - offset) * 8 & PCI_COMMAND_MEMORY;
	int err;

	if (!work_step())
		return false;
	if (places && !pci_answers(ecam))
		return true;			/* nothing takes it, and its BARs cannot be read */
	leave_before(ecam, offset, size, command, on);
	if (!work_is_done())
		return false;
	err = ecam_before(ecam, offset, size, &val);
	if (err < 0)
		refuse(ecam, err);
	if (err < 0 || err == ECAM_LOST) {
		renumber();		/* an earlier write may have come to its end */
		return true;
	}
	if (command)
		follow_all(ecam, on);
	if (command && any_strays(ecam, on))
		val &= ~((u64)PCI_COMMAND_MEMORY << (PCI_COMMAND - offset) * 8);
	forward(ecam + offset, size, val);
	if (err != ECAM_STAYS) {
		ecam_after(ecam);
		renumber();
	}
	if (places)
		follow_all(ecam, decodes(ecam));
	return true;
}

/*
 * The BARs of a function with a bound one are written while it answers to none, if it does, or
 * would but for what was written there last.
 */
static bool is_to_be_off(u64 ecam, u64 offset, unsigned size)
{
	bool bound = false, kept_off = false;

	if (!writes(offset, size, PCI_BAR(0), PCI_BAR(6) - PCI_BAR(0)))
		return false;
	for (const struct bar *b = bars.bar; b < bars.bar + bars.nr; b++)
		if (b->f.ecam == ecam) {
			bound |= is_bound(b);
			kept_off |= b->kept_off;
		}
	return kept_off || (bound && decodes(ecam));
}

/* Work is done before the first of these; once that is carried out there is none. */
static bool write_off_the_bus(u64 ecam, u64 offset, unsigned size, u64 val)
{
	u16 command = read16(ecam + PCI_COMMAND);

	return write_config(ecam, PCI_COMMAND, 2, command & (u16)~PCI_COMMAND_MEMORY) &&
	       write_config(ecam, offset, size, val) &&
	       write_config(ecam, PCI_COMMAND, 2, command | PCI_COMMAND_MEMORY);
}

/* Reads are the guest's own, but for one that falls between a break and a make. */
static u64 read_config(u64 ecam, u64 offset, unsigned size)
{
	if (size == 8)
		return read32(ecam + offset) | (u64)read32(ecam + offset + 4) << 32;
	return (u64)read32(ecam + ALIGN_DOWN(offset, 4)) >> (offset & 3) * 8;
}

u64 bar_access_config(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	u64 ecam = (u64)arg, read = ~0ull;

	lock(&guest.s2_lock);
	switch (ecam_kind_of(ecam)) {
	case ECAM_GUESTS:			/* by now */
		this_cpu()->again = true;
		break;
	case ECAM_HIDDEN:
		break;
	default:
		if (write && is_to_be_off(ecam, offset, size))
			this_cpu()->again = !write_off_the_bus(ecam, offset, size, val);
		else if (write)
			this_cpu()->again = !write_config(ecam, offset, size, val);
		else
			read = read_config(ecam, offset, size);
	}
	unlock(&guest.s2_lock);
	if (write)
		bar_report();
	return read;
}

void bar_follow(struct bar *b)
{
	if (decodes(b->f.ecam))
		follow(b, true);
	if (decodes(b->f.ecam) && strays(b))
		write16(b->f.ecam + PCI_COMMAND,
			read16(b->f.ecam + PCI_COMMAND) & (u16)~PCI_COMMAND_MEMORY);
	bar_report();
}
