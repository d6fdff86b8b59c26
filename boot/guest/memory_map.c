/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/memory_map.h"

#include "boot/config/as.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "mm/resolve.h"

static bool offers_mte(const struct config *config, const struct mm_caps *caps)
{
	return config_offers_mte(config) && caps->mte;
}

/* What is needed to add a region of the machine's. */
struct adding {
	struct region_table *table;
	const struct host *host;
	const struct config *config;
	const struct mm_caps *caps;
};

static int add_host(const struct adding *a, struct range r, enum region_type type, bool read_only,
		    const char *name, struct diag *d)
{
	struct region region = {
		.ipa = IPA(r.base),
		.pa = PA(r.base),
		.size = r.size,
		.type = type,
		.origin = REGION_FROM_HOST,
		.opts.read_only = read_only,
	};

	int err;

	format(region.name, sizeof(region.name), "%s", name);
	if (a->config->as) {
		region.opts.as = a->config->as;
		region.opts.as_far = a->config->as_far;
		region.opts.vma = (u8)as_vma(&region, a->host, false);
	}
	err = as_apply(&region, a->caps, offers_mte(a->config, a->caps), d);
	return err ? err : region_add(a->table, &region, d);
}

static int add_memory(const struct adding *a, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < a->host->nr_memory && !err; i++)
		err = add_host(a, a->host->memory[i], REGION_RAM, false, "memory", d);
	return err;
}

static enum region_type mmio_type(const struct host_mmio *m)
{
	bool may_be = m->kind == HOST_PCI_MEM64 || m->kind == HOST_MMIO_REG;

	return may_be && m->prefetchable ? REGION_PREFETCHABLE : REGION_MMIO;
}

static int add_devices(const struct adding *a, struct diag *d)
{
	const struct host *host = a->host;
	int err = 0;

	for (unsigned i = 0; i < host->nr_mmio && !err; i++)
		err = add_host(a, host->mmio[i].range, mmio_type(&host->mmio[i]),
			       host->mmio[i].read_only, host->mmio[i].name, d);
	return err;
}

static int carve(struct region_table *t, struct range r, const char *owner, struct diag *d)
{
	return r.size ? region_carve(t, pages_around(r), owner, d) : 0;
}

/*
 * An ITS writes memory where its commands say: those are checked (hyp/its.h), and its registers not
 * the guest's. The virtual interface of a GICv2 is EL2's by design.
 */
static int carve_gic(struct region_table *t, const struct host_gic *gic, struct diag *d)
{
	int err = carve(t, gic->gich, "the GIC's virtual interface control", d);

	if (!err)
		err = carve(t, gic->gicv, "the GIC's virtual CPU interface", d);
	for (unsigned i = 0; i < gic->nr_its && !err; i++)
		err = carve(t, gic->its[i].range, "the GIC's ITS", d);
	return err;
}

/* Something else where the guest's tree has it leaves the guest without interrupts. */
static bool hides(const struct region *r, struct range frame)
{
	return r->origin == REGION_FROM_CONFIG && r->ipa.v != r->pa.v &&
	       ranges_overlap(frame, region_ipa(r));
}

/* The guest's part of it; of type raw the boot only warns. */
static int check_gic_frame(const struct region_table *t, struct range frame, const char *name,
			   struct diag *d)
{
	for (const struct region *r = t->region; r < t->region + t->nr; r++)
		if (hides(r, frame))
			return fail(d, -EINVAL,
				    "region %s: ipa: %#lx bytes at %#lx hide the GIC's %s at %#lx from the guest: give another, which tools/regions lists",
				    r->name, r->size, r->ipa.v, name,
				    (unsigned long)frame.base);
	for (const struct region *r = t->region; r < t->region + t->nr; r++)
		if (r->ipa.v != r->pa.v && ranges_overlap(frame, region_pa(r)))
			return fail(d, -EINVAL,
				    "region %s: ipa: takes %#lx bytes of the GIC's %s at %#lx to where the guest does not look for them: leave ipa out",
				    r->name, range_intersect(frame, region_pa(r)).size, name,
				    (unsigned long)frame.base);
	for (const struct region *r = t->region; r < t->region + t->nr; r++)
		if (r->origin == REGION_FROM_CONFIG && r->type != REGION_MMIO &&
		    r->type != REGION_RAW &&
		    ranges_overlap(frame, region_pa(r)))
			return fail(d, -EINVAL,
				    "region %s: type: %s is over the GIC's %s at %#lx, which takes Device accesses only: move the region, or make it mmio",
				    r->name, region_type_name(r->type), name,
				    (unsigned long)frame.base);
	return 0;
}

static int check_gic(const struct region_table *t, const struct host_gic *gic, struct diag *d)
{
	int err = check_gic_frame(t, gic->gicd, "distributor", d);

	if (!err)
		err = check_gic_frame(t, gic->gicc, "CPU interface", d);
	for (unsigned i = 0; i < gic->nr_gicr && !err; i++)
		err = check_gic_frame(t, gic->gicr[i], "redistributors", d);
	return err;
}

/*
 * What runs at EL3, or waits at EL2, lies in the machine's memory where nothing else protects it. A
 * guest that wrote to it would have Mavis as well.
 */
static int carve_firmware(struct region_table *t, const struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < host->nr_reserved && !err; i++)
		if (host->reserved[i].firmware)
			err = carve(t, host->reserved[i].range, host->reserved[i].name, d);
	return err;
}

/* By address: whatever other node says that the guest has it. */
static int carve_kept(struct region_table *t, const struct host *host, struct diag *d)
{
	char owner[128];
	int err = 0;

	for (const struct host_kept *k = host->kept; k < host->kept + host->nr_kept && !err; k++) {
		format(owner, sizeof(owner), "%s (not for guests: %s)", k->name, k->why);
		err = carve(t, k->range, owner, d);
	}
	return err;
}

/* Memory that a driver of the guest's knows about, and nobody runs code in or hands out. */
static int add_unexposed(const struct adding *a, struct range r, const char *name, struct diag *d)
{
	int err = add_host(a, r, REGION_RAM, false, name, d);

	if (!err)
		a->table->region[a->table->nr - 1].opts.expose = EXPOSE_NONE;
	return err;
}

/* The part of @r from its start on that the first @nr regions have, or else that they do not. */
static struct range first_part(const struct region_table *t, unsigned nr, struct range r,
			       bool *taken)
{
	struct range part = r;

	*taken = false;
	for (unsigned i = 0; i < nr; i++) {
		struct range other = range_intersect(region_pa(&t->region[i]), r);

		if (other.size && other.base == r.base) {
			*taken = true;
			return other;
		}
		if (other.size)
			part.size = MIN(part.size, other.base - r.base);
	}
	return part;
}

/* Of what is in no bank nobody says that it has tags. Whoever maps it does so for a device. */
static int add_untagged(const struct adding *a, struct range r, const char *name, struct diag *d)
{
	int err = add_unexposed(a, r, name, d);

	if (!err) {
		a->table->region[a->table->nr - 1].opts.tags = TAGS_NO;
		a->table->region[a->table->nr - 1].opts.untagged = UNTAGGED_TRUSTED;
	}
	return err;
}

/*
 * What the tree reserves for a driver may be in no bank: SRAM, a display's own memory, or what the
 * loader has left out of the banks, as UEFI firmware does with all that is not to be mapped.
 */
static int add_reserved(const struct adding *a, struct diag *d)
{
	const struct host *host = a->host;
	unsigned machines = a->table->nr;
	int err = 0;

	for (const struct host_reserved *r = host->reserved;
	     r < host->reserved + host->nr_reserved; r++) {
		struct range left = r->used ? r->range : (struct range){ 0 };
		struct range part;
		bool taken;

		for (; left.size && !err; left.base += part.size, left.size -= part.size) {
			part = first_part(a->table, machines, left, &taken);
			if (!taken)
				err = add_untagged(a, part, r->name, d);
		}
	}
	return err;
}

static bool is_mavis(const struct host *host, struct range image, struct range r)
{
	if (ranges_overlap(r, image))
		return true;
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (host->reserved[i].mavis && ranges_overlap(r, host->reserved[i].range))
			return true;
	return false;
}

/*
 * Memory by which the firmware speaks with the guest lies in what is its own, or in no bank. Linux
 * maps it cacheable, and nobody runs code there or hands it out. What is Mavis's was taken out
 * before, and must not come back.
 */
static int add_caller(const struct adding *a, const struct host_caller *c, unsigned machines,
		      struct range image, struct diag *d)
{
	struct region_table *t = a->table;
	int err = 0;

	for (unsigned m = 0; m < c->nr_memory && !err; m++) {
		struct range pages = pages_around(c->memory[m]);
		bool taken = is_mavis(a->host, image, pages);

		for (unsigned n = 0; n < a->host->nr_kept && !taken; n++)
			taken = ranges_overlap(pages, a->host->kept[n].range);
		for (unsigned n = 0; n < machines && !taken; n++)
			taken = ranges_overlap(pages, region_pa(&t->region[n]));
		if (taken)
			continue;
		err = add_unexposed(a, pages, c->name, d);
	}
	return err;
}

static int add_callers(const struct adding *a, struct range image, struct diag *d)
{
	unsigned machines = a->table->nr;
	int err = 0;

	for (unsigned i = 0; i < a->host->nr_callers && !err; i++)
		err = add_caller(a, &a->host->caller[i], machines, image, d);
	return err;
}

/* What @named has of @cut, which was taken from @r. */
static int give_back(struct region_table *t, const struct region *r, struct range cut,
		     struct range named, const char *name, struct diag *d)
{
	struct range part = range_intersect(cut, pages_around(named));
	struct region piece = *r;

	if (!part.size)
		return 0;
	piece.ipa = IPA(part.base);
	piece.pa = PA(part.base);
	piece.size = part.size;
	piece.opts.expose = EXPOSE_NONE;
	format(piece.name, sizeof(piece.name), "%s", name);
	return region_add(t, &piece, d);
}

/* The guest's tree still names it: for drivers, and for calls of the firmware. */
static int give_back_named(const struct adding *a, const struct region *r, struct range cut,
			   struct diag *d)
{
	const struct host *host = a->host;
	int err = 0;

	for (const struct host_reserved *o = host->reserved;
	     o < host->reserved + host->nr_reserved && !err; o++)
		if (!o->firmware)
			err = give_back(a->table, r, cut, o->range, o->name, d);
	for (const struct host_caller *c = host->caller; c < host->caller + host->nr_callers; c++)
		for (unsigned m = 0; m < c->nr_memory && !err; m++)
			err = give_back(a->table, r, cut, c->memory[m], c->name, d);
	return err;
}

/*
 * Keeps the lowest @limit bytes of the host's memory; the config's regions are beside that, and so
 * is what the tree reserves above. On the finished table, which is to be finished again: regions
 * that are empty, and overlap, may be in it.
 */
static int limit_memory(const struct adding *a, u64 limit, struct diag *d)
{
	struct region_table *t = a->table;
	unsigned nr = t->nr;
	u64 left = limit;
	int err = 0;

	for (unsigned i = 0; i < nr && !err; i++) {
		struct region *r = &t->region[i];
		struct range cut = region_pa(r);

		if (!region_is_memory(r) || r->origin != REGION_FROM_HOST)
			continue;
		r->size = MIN(r->size, left);
		left -= r->size;
		err = give_back_named(a, r, (struct range){ cut.base + r->size,
							    cut.size - r->size }, d);
	}
	if (!err && left)
		return fail(d, -ERANGE,
			    "/guest: memory: asks for %lu KiB, and the machine has %lu KiB beside Mavis and the config's regions: ask for no more, or leave it out for all",
			    (unsigned long)(limit >> 10), (unsigned long)((limit - left) >> 10));
	return err;
}

/*
 * The first of the regions that follow a BAR which the guest must not map Tagged, wherever it puts
 * it. What has a fixed place is in the table.
 */
static int ask_bars(const struct config *config, const struct mm_caps *caps, bool mte,
		    const struct region **hides_mte, struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < config->nr_bars && !err; i++) {
		struct region r = config->bar[i].region;
		bool hides;

		if (config_bar_is_fixed(&config->bar[i]))
			continue;
		err = region_resolve(&r, caps, mte, &hides, d);
		if (hides && !*hides_mte)
			*hides_mte = &config->bar[i].region;
	}
	return err;
}

int memory_map_start(struct region_table *t, struct config *config, const struct mm_caps *caps,
		     struct diag *d)
{
	bool mte = offers_mte(config, caps);
	int err = 0;

	t->nr = 0;
	for (unsigned i = 0; i < config->nr_regions && !err; i++) {
		struct region r = config->regions[i];

		err = as_apply(&r, caps, mte, d);
		if (!err)
			err = region_add(t, &r, d);
	}
	for (unsigned i = 0; i < config->nr_bars && !err; i++)
		err = as_apply(&config->bar[i].region, caps, mte, d);
	return err;
}

int memory_map_finish(struct region_table *t, const struct host *host, const struct config *config,
		      struct range image, const struct mm_caps *caps, struct diag *d)
{
	const struct adding adding = { t, host, config, caps };
	const struct region *hides_mte = NULL;
	bool mte = offers_mte(config, caps);
	int err = ask_bars(config, caps, mte, &hides_mte, d);

	if (!err)
		err = add_memory(&adding, d);
	if (!err)
		err = add_devices(&adding, d);
	if (!err)
		err = add_reserved(&adding, d);
	if (!err)
		err = carve(t, image, "Mavis itself", d);
	if (!err)
		err = carve_gic(t, &host->gic, d);
	if (!err)
		err = check_gic(t, &host->gic, d);
	if (!err)
		err = carve_firmware(t, host, d);
	if (!err)
		err = carve_kept(t, host, d);
	if (!err)
		err = add_callers(&adding, image, d);
	if (!err)
		err = region_table_finish(t, caps, mte && !hides_mte, d);
	if (!err && config->memory) {
		err = limit_memory(&adding, config->memory, d);
		if (!err)
			err = region_table_finish(t, caps, mte && !hides_mte, d);
	}
	if (!err && hides_mte)
		format(t->mte_hidden_by, sizeof(t->mte_hidden_by), "%s", hides_mte->name);
	return err;
}
