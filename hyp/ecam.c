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
 * False: it does not answer, or not to the end, as when the bridge above goes to D3hot meanwhile.
 * With the latency timer, 0 in PCI Express, the numbers are not all ones.
 */
static bool read_numbers(struct ecam_page *p)
{
	u32 numbers;

	if (!answers(p->at) || !pci_is_bridge(p->at))
		return false;
	numbers = read32(p->at + PCI_PRIMARY_BUS);
	if (numbers == ~0u)
		return false;
	p->secondary = (u8)(numbers >> 8);
	p->subordinate = (u8)(numbers >> 16);
	return true;
}

/*
 * What bridges say that answer. Else they keep what they said: they are out of reach, or asleep, or
 * were reset, and then have no bus behind them until the guest writes to them again.
 */
static void look(void)
{
	FOR_EACH_PAGE(p)
		if (p->at && p->bridge)
			read_numbers(p);
}

static struct ecam_page *bridge_at(u64 at)
{
	FOR_EACH_PAGE(p)
		if (p->at == at && p->bridge)
			return p;
	return NULL;
}

/* A device of one function need not look at its number (PCI Express Base, 7.3.2). */
static bool is_alias(const struct ecam_page *p, u64 place, u64 at)
{
	return p->pages > 1 && place && at > place && at - place < p->pages * PAGE_SIZE;
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
		if (is_alias(p, p->at, at) || is_alias(p, p->next, at))
			kind = ECAM_HIDDEN;
	}
	return kind;
}

/* Makes stage 2 what the page is. Only of a page that was the guest's it can fail: -ENOMEM. */
static int apply_page(u64 at)
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

static int apply(const struct ecam_page *p, u64 at)
{
	int err = 0;

	for (unsigned i = 0; i < p->pages && !err; i++)
		err = apply_page(at + i * PAGE_SIZE);
	return err;
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
			apply(p, next);
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
			err = apply(p, p->next);
	if (err)
		take_back();
	return err;
}

static u8 written(u8 old, u64 reg, u64 offset, unsigned size, u64 val)
{
	return reg - offset < size ? (u8)(val >> (reg - offset) * 8) : old;
}

static bool is_settled(void)
{
	FOR_EACH_PAGE(p) {
		if (p->unsure)
			ecam_after(p->at);
		if (p->unsure)
			return false;
	}
	return true;
}

static bool are_numbers(struct range bytes)
{
	return ranges_overlap(bytes, (struct range){ PCI_SECONDARY_BUS, 2 });
}

static bool is_ari(const struct ecam_page *bridge, struct range bytes)
{
	return bridge->control2 && range_contains(bytes, (struct range){ bridge->control2, 1 });
}

static bool is_fpb(const struct ecam_page *bridge, struct range bytes)
{
	return bridge->flattens &&
	       ranges_overlap(bytes, (struct range){ bridge->flattens, PCI_FPB_SIZE });
}

/*
 * What is where a bridge was at boot, by one read: it may fall asleep between two. ECAM_STAYS: that
 * is another card, whose registers mean other things.
 */
static int what_answers(u64 at)
{
	u8 type = answers(at) ? read8(at + PCI_HEADER_TYPE) : 0xff;

	return type == 0xff ? ECAM_LOST : pci_is_bridge_type(type) ? 0 : ECAM_STAYS;
}

static bool has_already(const struct ecam_page *bridge, u64 offset, unsigned size, u64 val)
{
	return bridge->secondary ==
		       written(bridge->secondary, PCI_SECONDARY_BUS, offset, size, val) &&
	       bridge->subordinate ==
		       written(bridge->subordinate, PCI_SUBORDINATE_BUS, offset, size, val);
}

static int foresee(struct ecam_page *bridge, u64 offset, unsigned size, u64 val)
{
	u8 secondary = bridge->secondary, subordinate = bridge->subordinate;
	int err;

	bridge->secondary = written(secondary, PCI_SECONDARY_BUS, offset, size, val);
	bridge->subordinate = written(subordinate, PCI_SUBORDINATE_BUS, offset, size, val);
	err = close_next();
	if (err) {
		bridge->secondary = secondary;
		bridge->subordinate = subordinate;
	}
	return err;
}

/*
 * With ARI forwarding a function below that is not for it answers as 32 devices (PCI Express Base,
 * 7.3.1); by a flattening portal's vectors a bridge leads to buses that its numbers do not have
 * (6.26).
 */
int ecam_before(u64 at, u64 offset, unsigned size, u64 *val)
{
	struct ecam_page *bridge = bridge_at(at);
	struct range bytes = { offset, size };
	int there;

	if (!bridge ||
	    !(are_numbers(bytes) || is_ari(bridge, bytes) || is_fpb(bridge, bytes)))
		return ECAM_STAYS;
	/*
	 * Nothing would tell whether it took them: behind a bridge in D3hot it does not, and once
	 * that wakes it answers with those that it had.
	 */
	there = what_answers(at);
	if (there)
		return there;
	if (is_fpb(bridge, bytes))
		return ECAM_LOST;
	if (is_ari(bridge, bytes))
		*val &= ~(PCI_ARI_FORWARDING << (bridge->control2 - offset) * 8);
	if (!are_numbers(bytes))
		return ECAM_STAYS;
	/* The one that has not answered may have to be led to again. */
	if (!is_settled())
		return has_already(bridge, offset, size, *val) ? ECAM_STAYS : ECAM_LOST;
	look();
	if (bridge_at(at) != bridge || !answers(at))
		return ECAM_LOST;
	return foresee(bridge, offset, size, *val);
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
			apply(p, was);
	}
}

/* The two numbers by themselves are at an odd address. */
static void lead_nowhere(u64 at)
{
	write32(at + PCI_PRIMARY_BUS, read32(at + PCI_PRIMARY_BUS) & ~(u32)GENMASK(23, 8));
}

/*
 * Until the bridge says what it took, old places and new ones stay closed. It may have taken other
 * numbers than those written to it; if these lead to where others are, no bus is behind it.
 */
void ecam_after(u64 at)
{
	struct ecam_page *bridge = bridge_at(at);
	u8 secondary = bridge->secondary, subordinate = bridge->subordinate;

	bridge->unsure = !read_numbers(bridge);
	if (bridge->unsure)
		return;
	if (bridge->secondary != secondary || bridge->subordinate != subordinate) {
		take_back();
		if (close_next()) {
			lead_nowhere(at);
			bridge->secondary = bridge->subordinate = 0;
			close_next();
		}
	}
	move();
	look();					/* what is in reach again, too */
	if (close_next())
		lead_nowhere(at);
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
	p->bridge = p->at && pci_is_bridge(p->at);
	p->pages = p->at && !(p->devfn & 7) && (p->bridge || p->kind != ECAM_FOLLOWED) &&
		   !(read8(p->at + PCI_HEADER_TYPE) & PCI_HEADER_MULTI) ? 8 : 1;
	look();
	for (u64 at = echoes.base; at < range_end(echoes) && !err; at += PAGE_SIZE)
		err = apply_page(at);
	return p->at && !err ? apply(p, p->at) : err;
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
