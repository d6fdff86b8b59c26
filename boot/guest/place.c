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
	struct range range[PLACE_MAX_AVOID + 6];
	unsigned nr;
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
 * The lowest @size bytes of guest memory of this origin at @offset above a multiple of @align (IPA)
 * that touch nothing taken; never at 0, which a guest takes for no address at all.
 */
static bool find_room_of(enum region_origin origin, const struct region_table *t, fit_fn *fits,
			 const struct taken *taken, u64 size, u64 align, u64 offset,
			 struct place *p)
{
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];
		u64 ipa = ALIGN_UP(MAX(r->ipa.v, 1), align) + offset;

		if (!fits(r) || r->origin != origin)
			continue;
		while (ipa >= r->ipa.v && ipa - r->ipa.v < r->size &&
		       size <= r->size - (ipa - r->ipa.v)) {
			u64 pa = r->pa.v + (ipa - r->ipa.v);
			const struct range *block = in_the_way(taken, (struct range){ pa, size });

			if (!block) {
				*p = (struct place){ IPA(ipa), PA(pa), size };
				return true;
			}
			ipa = ALIGN_UP(r->ipa.v + (range_end(*block) - r->pa.v) - offset, align) +
			      offset;
		}
	}
	return false;
}

/* The machine's own memory first: what the config adds may be slow, or not there. */
static bool find_room(const struct region_table *t, fit_fn *fits, const struct taken *taken,
		      u64 size, u64 align, u64 offset, struct place *p)
{
	return find_room_of(REGION_FROM_HOST, t, fits, taken, size, align, offset, p) ||
	       find_room_of(REGION_FROM_CONFIG, t, fits, taken, size, align, offset, p);
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

static int place_bare(const struct place_request *r, const struct taken *avoid, struct placement *p,
		      struct diag *d)
{
	const struct region *ram = region_find(r->regions, r->load);
	u64 offset;

	if (!ram || !region_runs_code(ram))
		return fail(d, -ENOSPC,
			    "bundle: load address %#lx is not in memory that the guest can execute: give tools/bundle another --load, or the guest a region there",
			    r->load.v);
	offset = r->load.v - ram->ipa.v;
	if (r->kernel.size > ram->size - offset)
		return fail(d, -ENOSPC,
			    "bundle: the program has %#lx bytes, the guest's memory ends %#lx bytes after its load address %#lx",
			    r->kernel.size, ram->size - offset, r->load.v);
	p->kernel = (struct place){ r->load, PA(ram->pa.v + offset), r->kernel.size };
	if (in_the_way(avoid, pa_range(&p->kernel)))
		return fail(d, -ENOSPC,
			    "bundle: load address %#lx: reserved memory, the device tree or the ramdisk is there: give tools/bundle another --load",
			    r->load.v);
	return 0;
}

static int no_room(struct diag *d, const char *what, u64 size, const char *how)
{
	return fail(d, -ENOSPC,
		    "no room for the %s: it needs %lu KiB of the guest's memory in one piece%s: give the machine or the guest (`memory` in the config) more",
		    what, size >> 10, how);
}

static int place_kernel(const struct place_request *r, const struct taken *avoid,
			struct placement *p, struct diag *d)
{
	const struct image *image = &r->image;
	struct range in_place = { r->kernel.base, image->image_size };
	struct taken all = *avoid;

	if (image->anywhere && range_valid(in_place) &&
	    find_ipa(r->regions, region_runs_code, in_place, &p->kernel) &&
	    IS_ALIGNED(p->kernel.ipa.v - image->text_offset, KERNEL_ALIGN) &&
	    !in_the_way(avoid, in_place))
		return 0;

	/*
	 * Better away from the whole bundle; over the kernel's own source will do, as memmove()
	 * copes.
	 */
	take(&all, r->bundle);
	if (find_room(r->regions, region_runs_code, &all, image->image_size, KERNEL_ALIGN,
		      image->text_offset, &p->kernel) ||
	    find_room(r->regions, region_runs_code, avoid, image->image_size, KERNEL_ALIGN,
		      image->text_offset, &p->kernel))
		return 0;
	return no_room(d, "kernel", image->image_size,
		       ", executable, 2 MiB-aligned, beside ramdisk and reserved memory");
}

int place_guest(const struct place_request *r, struct placement *p, struct diag *d)
{
	struct taken taken = { .nr = 0 };
	int err;

	*p = (struct placement){ .fdt.size = r->fdt_size };
	for (unsigned i = 0; i < r->nr_avoid; i++)
		take(&taken, r->avoid[i]);

	take(&taken, r->ramdisk);
	err = (r->bare ? place_bare : place_kernel)(r, &taken, p, d);
	if (err)
		return err;
	taken.nr--;

	take(&taken, pa_range(&p->kernel));
	if (r->ramdisk.size &&
	    (!find_ipa(r->regions, region_is_memory, r->ramdisk, &p->ramdisk) ||
	     in_the_way(&taken, r->ramdisk))) {
		take(&taken, r->bundle);
		if (!find_room(r->regions, region_is_memory, &taken, r->ramdisk.size, OTHER_ALIGN,
			       0, &p->ramdisk))
			return no_room(d, "ramdisk", r->ramdisk.size, "");
	}

	take(&taken, pa_range(&p->ramdisk));
	take(&taken, r->bundle);
	take(&taken, r->host_fdt);
	if (!find_room(r->regions, region_is_memory, &taken, r->fdt_size, OTHER_ALIGN, 0,
		       &p->fdt))
		return no_room(d, "guest's device tree", r->fdt_size, "");
	return 0;
}
