/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/ecam.h"

#include "drivers/io.h"
#include "hyp/bar.h"
#include "hyp/guest.h"
#include "lib/errno.h"

struct ecam ecam;

#define FOR_EACH_PAGE(p) \
	for (struct ecam_page *p = ecam.page; p < ecam.page + ecam.nr; p++)

/*
 * A bridge turns what is for its secondary bus into an access of a device there, and passes on what
 * is for the buses behind that, up to its subordinate one (PCI-to-PCI Bridge Architecture 1.2,
 * 3.1.2.1.1). Whether the last bridge's own range has the bus is not asked: not all hardware asks.
 */
static u64 place_of(const struct ecam_page *p)
{
	const struct ecam_page *bridge;
	unsigned bus = p->space.first;

	if (p->above != ECAM_ROOT) {
		bridge = &ecam.page[p->above];
		bus = bridge->secondary;
		if (bus <= p->space.first || bus > p->space.last)
			return 0;
		while (bridge->above != ECAM_ROOT) {
			bridge = &ecam.page[bridge->above];
			if (bus <= bridge->secondary || bus > bridge->subordinate)
				return 0;
		}
	}
	return pci_page(&p->space, bus, p->devfn);
}

static bool leads_to(const struct ecam_page *bridge, u8 bus)
{
	return bus >= bridge->secondary && bus <= MAX(bridge->secondary, bridge->subordinate);
}

/* A bridge beside one of those above it leads to its bus, too: who answers there is open. */
static bool is_contested(const struct ecam_page *p)
{
	for (u8 up = p->above; up != ECAM_ROOT; up = ecam.page[up].above)
		FOR_EACH_PAGE(o)
			if (o != &ecam.page[up] && o->above == ecam.page[up].above &&
			    o->space.base == p->space.base &&
			    leads_to(o, pci_bus(&p->space, p->at)))
				return true;
	return false;
}

/* What is there can be told, and is the table's. */
static bool answers(u64 at)
{
	FOR_EACH_PAGE(p)
		if (p->at == at && is_contested(p))
			return false;
	return pci_answers(at);
}

/*
 * What bridges say that answer. Else they keep what they said: they are out of reach, or asleep, or
 * were reset, and then have no bus behind them until the guest writes to them again.
 */
static void look(void)
{
	FOR_EACH_PAGE(p) {
		bool bridge;

		if (!p->at || !answers(p->at))
			continue;
		bridge = pci_is_bridge(p->at);
		p->secondary = bridge ? read8(p->at + PCI_SECONDARY_BUS) : 0;
		p->subordinate = bridge ? read8(p->at + PCI_SUBORDINATE_BUS) : 0;
	}
}

enum ecam_kind ecam_kind_of(u64 at)
{
	enum ecam_kind kind = ECAM_GUESTS;

	FOR_EACH_PAGE(p) {
		if (pci_is_echo(&p->space, at))
			return ECAM_HIDDEN;
		/* Page 0 is not where those are that are nowhere. */
		if (at && (p->at == at || p->next == at))
			kind = MAX(kind, (enum ecam_kind)p->kind);
	}
	return kind;
}

/* Makes stage 2 what the page is. Only of a page that was the guest's it can fail: -ENOMEM. */
static int apply(u64 at)
{
	const struct region *space = region_find(guest.regions, IPA(at));
	enum ecam_kind kind = ecam_kind_of(at);
	struct s2_attr attr = space->attr;
	int err;

	attr.write &= kind == ECAM_GUESTS;
	attr.read &= kind != ECAM_HIDDEN;
	err = stage2_break(&guest.s2, IPA(at), PAGE_SIZE, &attr);
	if (err || kind == ECAM_HIDDEN || region_traps(space))
		return err;
	stage2_make(&guest.s2, IPA(at), PAGE_SIZE, NULL);
	if (kind == ECAM_GUESTS)
		bar_join(at, PAGE_SIZE);
	return 0;
}

/* Whose page it is could not be told any more. */
static bool two_at_one_place(void)
{
	FOR_EACH_PAGE(p)
		FOR_EACH_PAGE(q)
			if (p < q && p->next && p->next == q->next)
				return true;
	return false;
}

/* Gives back what was closed for nothing. */
static void take_back(void)
{
	FOR_EACH_PAGE(p) {
		u64 next = p->next;

		p->next = p->at;
		if (next && next != p->at)
			apply(next);
	}
}

static int close_next(void)
{
	int err = 0;

	FOR_EACH_PAGE(p)
		p->next = place_of(p);
	if (two_at_one_place()) {
		FOR_EACH_PAGE(p)
			p->next = p->at;
		return -EBUSY;
	}
	FOR_EACH_PAGE(p)
		if (!err && p->next && p->next != p->at)
			err = apply(p->next);
	if (err)
		take_back();
	return err;
}

static u8 written(u8 old, u64 reg, u64 offset, unsigned size, u64 val)
{
	return reg - offset < size ? (u8)(val >> (reg - offset) * 8) : old;
}

int ecam_before(u64 at, u64 offset, unsigned size, u64 val)
{
	int err;

	if (!ranges_overlap((struct range){ offset, size },
			    (struct range){ PCI_SECONDARY_BUS, 2 }))
		return ECAM_STAYS;
	look();
	/*
	 * Nothing would tell whether it took them: behind a bridge in D3hot it does not, and once
	 * that wakes it answers with those that it had.
	 */
	if (!answers(at))
		return ECAM_LOST;
	FOR_EACH_PAGE(p) {
		if (p->at != at)
			continue;
		p->secondary = written(p->secondary, PCI_SECONDARY_BUS, offset, size, val);
		p->subordinate =
			written(p->subordinate, PCI_SUBORDINATE_BUS, offset, size, val);
	}
	err = close_next();
	if (err)
		look();
	return err;
}

static void move(void)
{
	FOR_EACH_PAGE(p) {
		u64 was = p->at;

		p->at = p->next;
		p->next = was;
	}
	FOR_EACH_PAGE(p) {
		u64 was = p->next;

		p->next = p->at;
		if (was && was != p->at)
			apply(was);
	}
}

void ecam_after(u64 at)
{
	move();
	look();
	/*
	 * Only what does not take the numbers written to it is elsewhere than foreseen: no bus is
	 * behind it then. The two numbers by themselves are at an odd address.
	 */
	if (close_next())
		write32(at + PCI_PRIMARY_BUS,
			read32(at + PCI_PRIMARY_BUS) & ~(u32)GENMASK(23, 8));
	move();
}

int ecam_take(unsigned i)
{
	struct ecam_page *p = &ecam.page[i];
	struct range echoes = pci_echoes(&p->space);
	int err = 0;

	p->at = p->next = place_of(p);
	if (two_at_one_place())
		return -EBUSY;
	look();
	for (u64 at = echoes.base; at < range_end(echoes) && !err; at += PAGE_SIZE)
		err = apply(at);
	return p->at && !err ? apply(p->at) : err;
}

bool ecam_find(u64 ipa, struct mmio_page *page)
{
	u64 at = ALIGN_DOWN(ipa, PAGE_SIZE);
	bool found;

	if (!ecam.nr)
		return false;
	lock(&guest.s2_lock);
	found = ecam_kind_of(at) != ECAM_GUESTS;
	unlock(&guest.s2_lock);
	*page = (struct mmio_page){ .ipa = at, .handler = bar_access_config, .arg = (void *)at };
	return found;
}
