/* SPDX-License-Identifier: Apache-2.0 */
/* What the bundle's own tree reserves of the guest's memory: nothing is to be placed there. */
#include <string.h>

#include "boot/guest/tree_parts.h"
#include "lib/errno.h"
#include "lib/range.h"

struct list {
	struct range *range;		/* PA */
	unsigned first, nr, max;
};

/* What is there already counts no more: such a tree mostly repeats the machine's reservations. */
static bool add(struct list *l, struct range r)
{
	for (unsigned i = 0; i < l->nr; i++)
		if (range_contains(l->range[i], r))
			return true;
	if (l->nr > l->first && range_end(l->range[l->nr - 1]) == r.base) {
		l->range[l->nr - 1].size += r.size;
		return true;
	}
	if (l->nr == l->max)
		return false;
	l->range[l->nr++] = r;
	return true;
}

/* @ipa as Linux reserves it, where the guest has memory. False: there are too many. */
static bool add_ipa(struct list *l, const struct region_table *t, struct range ipa)
{
	bool room = true;

	if (!ipa.size || ipa.base >= BIT(DT_PA_BITS))
		return true;
	ipa.size = MIN(ipa.size, BIT(DT_PA_BITS) - ipa.base);
	for (const struct region *r = t->region; r < t->region + t->nr && room; r++) {
		struct range part = range_intersect(region_ipa(r), pages_around(ipa));

		part.base += r->pa.v - r->ipa.v;
		if (part.size && (r->type == REGION_RAM || region_is_memory(r)))
			room = add(l, part);
	}
	return room;
}

/* drop_reservations() takes the loader's own out of the guest's tree. */
static bool is_dropped(const struct host *host, struct range r)
{
	return range_valid(r) && host_reserved_by_loader(host, r);
}

static int too_many(const struct list *l, const char *what, struct diag *d)
{
	return fail(d, -E2BIG,
		    "guest.dtb: %s: is one more than the %u reservations that Mavis takes: join some",
		    what, l->max);
}

static int add_memreserve(const struct guest_fdt_args *args, struct list *l, struct diag *d)
{
	struct range r;

	for (int i = 0; dt_reservation(args->base, i, &r); i++)
		if (!is_dropped(args->host, r) && !add_ipa(l, args->regions, r))
			return too_many(l, "/memreserve/", d);
	return 0;
}

/* What is no address of a machine's is none of its memory. */
static int add_node(const struct guest_fdt_args *args, const struct dt_walk *w, struct list *l,
		    struct diag *d)
{
	char path[DT_MAX_PATH];
	struct diag ignored;
	struct range r;

	for (unsigned i = 0; i < dt_reg_count(w); i++)
		if (dt_reg(w, i, &r, &ignored) > 0 && !add_ipa(l, args->regions, r)) {
			dt_path(w, path, sizeof(path));
			return too_many(l, path, d);
		}
	return 0;
}

int guest_fdt_reserved(const struct guest_fdt_args *args, struct range *avoid, unsigned *nr,
		       unsigned max, struct diag *d)
{
	struct list l = { avoid, *nr, *nr, max };
	struct dt_walk w;
	int err;

	if (!args->base)
		return 0;
	err = edit_check_base(args->base, args->base_size, d);
	if (!err)
		err = add_memreserve(args, &l, d);
	if (err)
		return err;
	dt_walk(&w, args->base);
	while (!err && dt_next(&w))
		if (w.depth == 2 && !strcmp(dt_parent(&w)->name, "reserved-memory") &&
		    dt_enabled(&w))
			err = add_node(args, &w, &l, d);
	*nr = l.nr;
	return err;
}
