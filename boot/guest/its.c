/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/its.h"

#include <string.h>

#include "boot/guest/its_parts.h"
#include "boot/guest/keep.h"
#include "boot/machine/fdt.h"
#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/gic.h"
#include "hyp/mmio.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "mm/el2.h"

_Static_assert(ITS_MAX_COLLECTIONS <= ITS_NOT_MAPPED && ITS_UNIT == 256, "an ITT's address");

/* What of GITS_TYPER the guest does not see: virtual LPIs, MPAM, UMSI. */
#define TYPER_HIDDEN	(BIT(1) | GENMASK(45, 37))

#define BASER_PAGE_SIZE	GENMASK(9, 8)
#define BASER_64K	(2ull << 8)
#define BASER_CACHE	(GENMASK(61, 59) | GENMASK(55, 53))

/* Hardware that is not as it says, by GITS_IIDR; of one IIDR by the machine as well. */
static const struct quirk {
	u32 iidr, mask;
	const char *machine;
	u8 device_bits;		/* not 0: no more */
	u8 ite_size;		/* not 0: it is this */
	bool noncoherent;	/* although it takes shareable tables */
	bool low;		/* it reaches the lowest 4 GiB only */
} quirks[] = {
	{ 0xa100034c, 0xffff0fff, NULL, 20, 0, false, false },	/* Cavium: erratum 22375 */
	{ 0x00001070, 0xffffffff, NULL, 0, 16, false, false },	/* Qualcomm: QDF2400 e0065 */
	{ 0x0201743b, 0xffffffff, "rockchip,rk3588", 0, 0, true, false },
	{ 0x0201743b, 0xffffffff, "rockchip,rk356", 0, 0, true, true },
	{ 0x0201743b, 0xffffffff, "renesas,r8a779", 0, 0, true, true },
};

static bool machine_is(const struct host *host, const char *prefix)
{
	struct dt_prop compatible = dt_prop_of(host->fdt, 0, "compatible");
	const char *s = NULL;

	while ((s = dt_next_string(compatible, s)))
		if (!strncmp(s, prefix, strlen(prefix)))
			return true;
	return false;
}

static const struct quirk *find_quirk(const struct host *host, u32 iidr)
{
	static const struct quirk none;

	for (const struct quirk *q = quirks; q < quirks + ARRAY_SIZE(quirks); q++)
		if ((iidr & q->mask) == q->iidr &&
		    (!q->machine || machine_is(host, q->machine)))
			return q;
	return &none;
}

/*
 * Turns it off and waits until it has written all that it had to; then none of its tables is left
 * to it. All of them come to rest before any has new tables: they may share the old ones.
 */
static int quiesce(u64 pa, struct diag *d)
{
	unsigned tries = 1000000;

	write32(pa + GITS_CTLR, 0);
	while (!(read32(pa + GITS_CTLR) & GITS_CTLR_QUIESCENT))
		if (!--tries)
			return fail(d, -EBUSY,
				    "GIC: ITS at %#lx: does not come to rest, and still has its loader's tables: use a loader that leaves it off",
				    pa);
	for (unsigned n = 0; n < GITS_NR_BASER; n++)
		write64(pa + GITS_BASER(n), 0);
	write64(pa + GITS_CBASER, 0);
	return 0;
}

static int stop_one(struct host_its *h, struct diag *d)
{
	u64 pa = h->range.base;
	unsigned arch;

	if (!h->enabled)
		return 0;
	if (h->range.size < KIB(64) || el2_map(PA(pa), PAGE_SIZE, S1_DEVICE) ||
	    el2_map(PA(pa + GITS_PIDR_PAGE), PAGE_SIZE, S1_DEVICE))
		return fail(d, -ENOMEM,
			    "GIC: ITS at %#lx: EL2 cannot map it: its `reg` is too small, or the page pool is used up",
			    pa);
	arch = (unsigned)FIELD(read32(pa + GITS_PIDR2), 7, 4);
	h->at_rest = (arch == 3 || arch == 4) && read64(pa + GITS_TYPER) & GITS_TYPER_PHYSICAL;
	return h->at_rest ? quiesce(pa, d) : 0;
}

int its_stop(struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; gic_id_bits() && i < host->gic.nr_its && !err; i++)
		err = stop_one(&host->gic.its[i], d);
	return err;
}

static void read_baser(struct its_table *t, u64 pa, unsigned n)
{
	u64 reg = pa + GITS_BASER(n);

	*t = (struct its_table){
		.there = true,
		.n = (u8)n,
		.entry = GITS_BASER_ENTRY(read64(reg)),
	};
	for (u64 code = 0; code < 3; code++) {
		write64(reg, code << 8);
		if (FIELD(read64(reg), 9, 8) == code)
			t->codes |= (u8)BIT(code);
	}
	write64(reg, GITS_BASER_INDIRECT);
	t->two_levels = read64(reg) & GITS_BASER_INDIRECT;
	write64(reg, 0);
}

static void read_its(struct its_plan *p, u64 pa, const struct quirk *q)
{
	*p = (struct its_plan){ .typer = read64(pa + GITS_TYPER) & ~TYPER_HIDDEN,
				.id_bits = gic_id_bits() };
	if (q->ite_size)
		p->typer = (p->typer & ~GENMASK(7, 4)) | (u64)(q->ite_size - 1) << 4;
	p->device_bits = GITS_TYPER_DEVICE_BITS(p->typer);
	if (q->device_bits)
		p->device_bits = MIN(p->device_bits, q->device_bits);
	for (unsigned n = 0; n < GITS_NR_BASER; n++) {
		u64 type = GITS_BASER_TYPE(read64(pa + GITS_BASER(n)));

		if (type == GITS_BASER_DEVICE)
			read_baser(&p->device, pa, n);
		if (type == GITS_BASER_COLLECTION)
			read_baser(&p->collection, pa, n);
	}
}

static void fill_in(struct its *its, const struct its_plan *p, u64 block, u64 pa, bool clean)
{
	*its = (struct its){
		.pa = pa,
		.regs.typer = p->typer,
		.clean = clean,
		.device_ids = p->device_ids,
		.l1 = p->device.indirect ? (u64 *)(block + p->device.at) : NULL,
		.page_shift = (u8)(12 + 2 * p->device.code),
		.page_id_shift = p->page_id_shift,
		.nr_collections = p->nr_collections,
		.collection = (u64 *)(block + p->mapped),
		.heap = (u8 *)(block + p->heap),
		.nr_units = (u16)p->nr_units,
		.used = (u64 *)(block + p->used),
		.icid = (u16 *)(block + p->icid),
		.device = (struct its_device *)(block + p->devices),
		.queue = (u8 *)block,
		.seen = NO_PAGE,
	};
	for (unsigned n = 0; n < GITS_NR_BASER; n++) {
		u64 ro = read64(pa + GITS_BASER(n)) & GITS_BASER_RO;
		u64 type = GITS_BASER_TYPE(ro);

		/* Page_Size is unknown out of reset; models say 64 KiB, and programs rely on it. */
		if (type == GITS_BASER_DEVICE || type == GITS_BASER_COLLECTION)
			its->regs.baser[n] = ro | BASER_64K;
	}
	its_make_ready(its);
}

/* Shareable, if the ITS takes it so; what it reads is cleaned from the caches otherwise. */
static u64 write_attr(struct its *its, u64 reg, u64 val)
{
	u64 got;

	write64(reg, val | GITS_INNER_WB | GITS_SH_INNER);
	got = read64(reg);
	its->clean |= !(got & GITS_SH_MASK);
	if (its->clean) {
		write64(reg, val | GITS_INNER_NC);
		got = read64(reg);
	}
	return got & ~(BASER_CACHE | GITS_SH_MASK | GITS_BASER_RO);
}

static bool give_table(struct its *its, const struct its_table *t, u64 block)
{
	u64 val = GITS_VALID | (t->indirect ? GITS_BASER_INDIRECT : 0) | (u64)t->code << 8 |
		  (block + t->at) | (t->pages - 1);

	return !t->there || write_attr(its, its->pa + GITS_BASER(t->n), val) == val;
}

/* The tables last, so that @clean is known before: what they hold is cleaned as a whole. */
static bool give_memory(struct its *its, const struct its_plan *p, u64 block)
{
	u64 queue = GITS_VALID | block | (ITS_QUEUE_SIZE / PAGE_SIZE - 1);
	bool ok = write_attr(its, its->pa + GITS_CBASER, queue) == queue;

	ok = give_table(its, &p->device, block) && ok;
	ok = give_table(its, &p->collection, block) && ok;
	write64(its->pa + GITS_CWRITER, 0);
	return ok;
}

static void warn(u64 pa, const char *why)
{
	print("Warning: ITS at %#lx: %s: the guest does not have it, and no message interrupts through it\n",
	      pa, why);
}

static int take(struct host *host, struct host_its *h, const struct config *config,
		struct diag *d)
{
	u64 pa = h->range.base;
	const struct quirk *q = find_quirk(host, read32(pa + GITS_IIDR));
	struct its_plan p;
	struct diag why;
	struct its *its;
	u64 window;
	pa_t block;

	read_its(&p, pa, q);
	its_plan(&p);
	if (!p.nr_collections || !p.device_ids) {
		warn(pa, "it says that it has room for nothing");
		return 0;
	}
	if (keep_memory_below(q->low ? GIB(4) : ~0ull, host, config, p.size, ITS_BLOCK_ALIGN,
			      "an ITS's tables", &block, &why)) {
		warn(pa, why.text);
		return 0;
	}
	if (el2_keep(block, p.size) || el2_make_window(&window))
		return fail(d, -ENOMEM, "GIC: ITS at %#lx: EL2 cannot map its tables: the page pool is used up",
			    pa);

	its = (struct its *)(block.v + p.its);
	memset((void *)block.v, 0, p.heap);
	memset((void *)(block.v + p.used), 0, p.devices - p.used);
	fill_in(its, &p, block.v, pa, h->noncoherent || q->noncoherent);
	its->window = window;
	if (!give_memory(its, &p, block.v)) {
		quiesce(pa, d);
		warn(pa, "it does not take its tables");
		return 0;
	}
	if (its->clean)
		dcache_clean_inval_poc(block.v, block.v + p.used);
	if (mmio_register(IPA(pa), its_access, its) ||
	    mmio_register(IPA(pa + GITS_PIDR_PAGE), its_access_id, its))
		return fail(d, -ENOSPC, "GIC: ITS at %#lx: Mavis works too many pages of registers",
			    pa);
	mmio_set_plain(IPA(pa));
	h->given = true;
	return 0;
}

/* Linux puts a GIC's tables wherever it has memory; the GIC knows none of the guest's addresses. */
static bool memory_elsewhere(const struct host_its *h, const struct config *config)
{
	struct diag why;

	for (unsigned i = 0; i < config->nr_regions; i++) {
		const struct region *r = &config->regions[i];

		if (!region_is_memory(r) || r->ipa.v == r->pa.v)
			continue;
		fail(&why, 0, "region %s gives the guest memory at another address (`ipa`), where it may put tables that the GIC looks for here",
		     r->name);
		warn(h->range.base, why.text);
		return true;
	}
	return false;
}

int its_take(struct host *host, const struct config *config, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; gic_id_bits() && i < host->gic.nr_its && !err; i++) {
		struct host_its *h = &host->gic.its[i];

		h->given = false;
		if (h->enabled && !h->at_rest)
			print("Warning: ITS at %#lx: no GICv3's, by its registers: the guest does not have it\n",
			      h->range.base);
		else if (h->enabled && !h->withheld && !memory_elsewhere(h, config))
			err = take(host, h, config, d);
	}
	return err;
}
