/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/place.h"

#include "lib/errno.h"

/*
 * booting.rst: the Image starts text_offset bytes above a 2 MiB-aligned base; the tree needs 8
 * bytes, a page is kinder.
 */
#define KERNEL_ALIGN	MIB(2)
#define OTHER_ALIGN	PAGE_SIZE

struct taken {
	struct range range[PLACE_MAX_AVOID + 8];
	unsigned nr;
};

/* What room is looked for: @size bytes at @offset above a multiple of @align, not below @from. */
struct wanted {
	u64 size, align, offset, from;
};

static void take(struct taken *t, struct range r)
{
	t->range[t->nr++] = r;
}

static const struct range *in_the_way(const struct taken *t, struct range r)
{
	for (unsigned i = 0; i < t->nr; i++)
		if (ranges_overlap(t->range[i], r))
			return &t->range[i];
	return NULL;
}

static struct range pa_range(const struct place *p)
{
	return (struct range){ p->pa.v, p->size };
}

/* What of the guest's memory will do: region_is_memory() or region_runs_code(). */
typedef bool fit_fn(const struct region *r);

/*
 * The lowest such guest memory (IPA) of this origin that touches nothing taken; never at 0, which a
 * guest takes for no address at all.
 */
static bool find_room_of(enum region_origin origin, const struct region_table *t, fit_fn *fits,
			 const struct taken *taken, const struct wanted *w, struct place *p)
{
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];
		u64 ipa = ALIGN_UP(MAX(MAX(r->ipa.v, w->from), 1), w->align) + w->offset;

		if (!fits(r) || r->origin != origin)
			continue;
		while (ipa >= r->ipa.v && ipa - r->ipa.v < r->size &&
		       w->size <= r->size - (ipa - r->ipa.v)) {
			u64 pa = r->pa.v + (ipa - r->ipa.v);
			const struct range *block =
				in_the_way(taken, (struct range){ pa, w->size });

			if (!block) {
				*p = (struct place){ IPA(ipa), PA(pa), w->size };
				return true;
			}
			ipa = ALIGN_UP(r->ipa.v + (range_end(*block) - r->pa.v) - w->offset,
				       w->align) + w->offset;
		}
	}
	return false;
}

/* The machine's own memory first: what the config adds may be slow, or not there. */
static bool find_room(const struct region_table *t, fit_fn *fits, const struct taken *taken,
		      struct wanted w, struct place *p)
{
	return find_room_of(REGION_FROM_HOST, t, fits, taken, &w, p) ||
	       find_room_of(REGION_FROM_CONFIG, t, fits, taken, &w, p);
}

/* For ramdisk and tree: not below @from if there is room. */
static bool find_room_behind(const struct region_table *t, const struct taken *taken, u64 size,
			     u64 from, struct place *p)
{
	struct wanted w = { size, OTHER_ALIGN, 0, from };

	if (find_room(t, region_is_memory, taken, w, p))
		return true;
	w.from = 0;
	return find_room(t, region_is_memory, taken, w, p);
}

/* True if the guest has all of @pa as memory that fits, in one piece; then where it sees it. */
static bool find_ipa(const struct region_table *t, fit_fn *fits, struct range pa, struct place *p)
{
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];

		if (fits(r) && range_contains(region_pa(r), pa)) {
			*p = (struct place){ IPA(r->ipa.v + (pa.base - r->pa.v)), PA(pa.base),
					     pa.size };
			return true;
		}
	}
	return false;
}

/* Firmware may lie in memory that its tree does not have, as on its own machine in ROM. */
static bool runs_program(const struct region *r)
{
	return r->attr.exec && (r->type == REGION_RAM || region_is_memory(r));
}

static int place_bare(const struct place_request *r, struct taken *avoid, struct placement *p,
		      struct diag *d)
{
	const struct region *ram = region_find(r->regions, r->load);
	u64 offset, size = MAX(r->kernel.size, r->memory);

	if (!ram || !runs_program(ram))
		return fail(d, -ENOSPC,
			    "bundle: load address %#lx is not in memory that the guest can execute: give tools/bundle another --load, or the guest a region there",
			    r->load.v);
	offset = r->load.v - ram->ipa.v;
	if (size > ram->size - offset)
		return fail(d, -ENOSPC,
			    "bundle: the program takes %#lx bytes, the guest's memory ends %#lx bytes after its load address %#lx",
			    size, ram->size - offset, r->load.v);
	p->kernel = (struct place){ r->load, PA(ram->pa.v + offset), size };
	if (in_the_way(avoid, pa_range(&p->kernel)))
		return fail(d, -ENOSPC,
			    "bundle: load address %#lx: reserved memory, or the device tree by --dtb-at, is in its %#lx bytes: give tools/bundle another --load",
			    r->load.v, size);
	return 0;
}

/* Where the guest expects its tree, before anything else has a place. */
static int place_fdt_at(const struct place_request *r, const struct taken *avoid,
			struct placement *p, struct diag *d)
{
	const struct region *ram = region_find(r->regions, r->fdt_at);
	u64 offset = ram ? r->fdt_at.v - ram->ipa.v : 0;

	if (!ram || ram->type != REGION_RAM || r->fdt_size > ram->size - offset)
		return fail(d, -ENOSPC,
			    "bundle: the guest has no memory of %#lx bytes at %#lx for its device tree: give tools/bundle another --dtb-at, or the guest a region there",
			    r->fdt_size, r->fdt_at.v);
	p->fdt = (struct place){ r->fdt_at, PA(ram->pa.v + offset), r->fdt_size };
	if (in_the_way(avoid, pa_range(&p->fdt)))
		return fail(d, -ENOSPC,
			    "bundle: --dtb-at %#lx: reserved memory is in the %#lx bytes that the device tree takes: give tools/bundle another",
			    r->fdt_at.v, r->fdt_size);
	return 0;
}

static int no_room(struct diag *d, const char *what, u64 size, const char *how)
{
	return fail(d, -ENOSPC,
		    "no room for the %s: it needs %lu KiB of the guest's memory in one piece%s: give the machine or the guest (`memory` in the config) more",
		    what, size >> 10, how);
}

static int place_kernel(const struct place_request *r, struct taken *taken, struct placement *p,
			struct diag *d)
{
	const struct image *image = &r->image;
	u64 size = MAX(image->image_size, r->memory);
	struct wanted w = { size, KERNEL_ALIGN, image->text_offset, 0 };
	struct range in_place = { r->kernel.base, size };
	unsigned nr = taken->nr;
	bool found;

	/* Beside the ramdisk, so that it need not be moved. */
	take(taken, r->ramdisk);
	found = image->anywhere && range_valid(in_place) &&
		find_ipa(r->regions, region_runs_code, in_place, &p->kernel) &&
		IS_ALIGNED(p->kernel.ipa.v - image->text_offset, KERNEL_ALIGN) &&
		!in_the_way(taken, in_place);
	/*
	 * Better away from the whole bundle; over the kernel's own source will do, as memmove()
	 * copes.
	 */
	take(taken, r->bundle);
	found = found || find_room(r->regions, region_runs_code, taken, w, &p->kernel);
	taken->nr = nr + 1;
	found = found || find_room(r->regions, region_runs_code, taken, w, &p->kernel);
	taken->nr = nr;
	return found ? 0
		     : no_room(d, "kernel", size,
			       ", executable, 2 MiB-aligned, beside ramdisk and reserved memory");
}

/*
 * booting.rst: 32 GiB from a multiple of 1 GiB on hold Image and ramdisk, as the kernel's linear
 * map need not reach further. A loader may have left the ramdisk in another bank.
 */
static bool is_near(const struct placement *p)
{
	u64 kernel = p->kernel.ipa.v, ramdisk = p->ramdisk.ipa.v;
	u64 end = MAX(kernel + p->kernel.size, ramdisk + p->ramdisk.size);

	return ALIGN_UP(end, GIB(1)) - ALIGN_DOWN(MIN(kernel, ramdisk), GIB(1)) <= GIB(32);
}

static bool try_ramdisk(const struct place_request *r, struct taken *taken, bool stays, u64 from,
			struct placement *p)
{
	unsigned nr = taken->nr;
	bool found;

	if (stays)
		return find_ipa(r->regions, region_is_memory, r->ramdisk, &p->ramdisk) &&
		       p->ramdisk.ipa.v >= from && !in_the_way(taken, r->ramdisk);
	take(taken, r->bundle);
	found = find_room_behind(r->regions, taken, r->ramdisk.size, from, &p->ramdisk);
	taken->nr = nr;
	return found;
}

/* Where it is, in the lowest place, or behind the kernel; if all are far, in the first of them. */
static int place_ramdisk(const struct place_request *r, struct taken *taken, u64 from,
			 struct placement *p, struct diag *d)
{
	static const struct {
		bool stays, behind, far;
	} ways[] = { { .stays = true }, { 0 }, { .behind = true },
		     { .stays = true, .far = true }, { .far = true } };

	if (!r->ramdisk.size)
		return 0;
	for (unsigned i = 0; i < ARRAY_SIZE(ways); i++)
		if (try_ramdisk(r, taken, ways[i].stays,
				ways[i].behind ? MAX(from, p->kernel.ipa.v) : from, p) &&
		    (ways[i].far || is_near(p)))
			return 0;
	return no_room(d, "ramdisk", r->ramdisk.size, "");
}

static int place_fdt(const struct place_request *r, struct taken *taken, u64 from, struct place *p,
		     struct diag *d)
{
	unsigned nr = taken->nr;
	bool found;

	take(taken, r->bundle);
	take(taken, r->host_fdt);
	found = find_room_behind(r->regions, taken, r->fdt_size, from, p);
	taken->nr = nr;
	return found ? 0 : no_room(d, "guest's device tree", r->fdt_size, "");
}

/* At `fdt_at` the loader may have left what the tree is made of. */
static int place_fdt_made(const struct place_request *r, struct taken *taken, struct placement *p,
			  struct diag *d)
{
	struct place made = p->fdt;
	int err = 0;

	if (ranges_overlap(pa_range(&p->fdt), r->bundle) ||
	    ranges_overlap(pa_range(&p->fdt), r->host_fdt))
		err = place_fdt(r, taken, 0, &made, d);
	p->fdt_made = made.pa;
	return err;
}

int place_guest(const struct place_request *r, struct placement *p, struct diag *d)
{
	bool fdt_first = r->memory && !r->has_fdt_at;
	struct taken taken = { .nr = 0 };
	unsigned i = 0;
	u64 from = 0;
	int err = 0;

	*p = (struct placement){ .fdt.size = r->fdt_size };
	for (; i < r->nr_avoid - r->nr_own; i++)
		take(&taken, r->avoid[i]);

	if (r->has_fdt_at) {
		err = place_fdt_at(r, &taken, p, d);
		take(&taken, pa_range(&p->fdt));
	}
	if (!err && r->bare)
		err = place_bare(r, &taken, p, d);
	for (; i < r->nr_avoid; i++)
		take(&taken, r->avoid[i]);
	if (!err && !r->bare)
		err = place_kernel(r, &taken, p, d);
	take(&taken, pa_range(&p->kernel));
	if (r->memory)
		from = p->kernel.ipa.v + p->kernel.size;
	if (!err && fdt_first) {
		err = place_fdt(r, &taken, from, &p->fdt, d);
		take(&taken, pa_range(&p->fdt));
		from = MAX(from, p->fdt.ipa.v + p->fdt.size);
	}
	if (!err)
		err = place_ramdisk(r, &taken, from, p, d);
	take(&taken, pa_range(&p->ramdisk));
	if (!err && !fdt_first && !r->has_fdt_at)
		err = place_fdt(r, &taken, 0, &p->fdt, d);
	return err ? err : place_fdt_made(r, &taken, p, d);
}
