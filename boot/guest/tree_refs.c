/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest does not have of the tree, and what the tree says about that elsewhere. */
#include "boot/guest/tree_parts.h"
#include "boot/machine/kept.h"
#include "lib/errno.h"
#include <string.h>

static bool kept(const struct edit *e, u64 mpidr)
{
	const struct host *host = e->args->host;
	unsigned want = e->args->config->cpus;

	if (!want || want > host->nr_cpus)
		want = host->nr_cpus;
	for (unsigned i = 0; i < want; i++)
		if (host->cpu[i].mpidr == mpidr)
			return true;
	return false;
}

static bool is_boot_module(const struct dt_walk *w)
{
	const char *s = NULL;

	if (w->depth != 2 || strcmp(w->bus[1].name, "chosen"))
		return false;
	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		if (edit_is_leftover(s))
			return true;
	return false;
}

/* An ITS is the guest's if Mavis works it. */
static bool is_given(const struct edit *e)
{
	const struct host_gic *gic = &e->args->host->gic;
	struct range r;

	if (dt_reg_count(&e->w) && dt_reg(&e->w, 0, &r, e->d) == 1)
		for (unsigned i = 0; i < gic->nr_its; i++)
			if (gic->its[i].given && gic->its[i].range.base == r.base)
				return true;
	return false;
}

/* What other nodes refer to by a phandle, and the guest does not have. */
bool edit_is_gone(const struct edit *e, enum dt_kind kind)
{
	const struct dt_walk *w = &e->w;
	u64 mpidr;

	if (!w->depth)
		return false;
	if (dt_is_cpu(w))
		return !dt_number(w->prop[DT_REG], &mpidr) || !kept(e, mpidr);
	return (kind == DT_ITS && !is_given(e)) || kept_why(kind) || is_boot_module(w) ||
	       dt_path_is_in(w, e->args->config->withhold);
}

static int note_gone(struct edit *e, const struct dt_walk *w)
{
	u64 phandle;

	if (!dt_number(w->prop[DT_PHANDLE], &phandle))
		return 0;
	if (e->nr_gone == EDIT_MAX_GONE)
		return dt_fail(w, e->d, -E2BIG, "phandle",
			       "is of one node more than the %d that Mavis can take out: remove some from the device tree, or build it with a larger EDIT_MAX_GONE",
			       EDIT_MAX_GONE);
	e->gone[e->nr_gone++] = (u32)phandle;
	return 0;
}

int edit_take_away(struct edit *e)
{
	struct dt_walk w = e->w;
	int err;

	do
		err = note_gone(e, &w);
	while (!err && dt_next(&w) && w.depth > e->w.depth);
	return err ? err : edit_delete_node(e);
}

/* Lists of phandles, each with arguments. */
static const struct reference {
	enum dt_known prop;
	const char *name;
	u8 stride;		/* cells of an entry; 0: of a length that the phandle's node says */
	u8 at;			/* which of them is the phandle */
	bool node;		/* the node is about nothing else: it goes when its list is empty */
} references[] = {
	{ DT_MSI_PARENT,		"msi-parent",		0, 0, false },
	{ DT_MSI_MAP,			"msi-map",		4, 1, false },
	{ DT_IOMMUS,			"iommus",		0, 0, false },
	{ DT_IOMMU_MAP,			"iommu-map",		4, 1, false },
	{ DT_INTERRUPT_AFFINITY,	"interrupt-affinity",	1, 0, true },
	{ DT_AFFINITY,			"affinity",		1, 0, false },
	{ DT_COOLING_DEVICE,		"cooling-device",	3, 0, true },
	{ DT_CPU,			"cpu",			1, 0, true },
};

/* @n entries of @size bytes, and where their phandles are, one every @stride bytes. */
struct list {
	const char *name;
	u32 n, size;
	const u8 *phandle;
	u32 stride;
};

static struct list list_of(const struct reference *ref, struct dt_prop p)
{
	u32 size = ref->stride ? ref->stride * 4u : p.len;

	if (p.len < 4 || p.len < size)
		return (struct list){ .n = 0 };
	return (struct list){ ref->name, p.len / size, size, p.data + ref->at * 4, size };
}

static bool is_gone(const struct edit *e, const u8 *phandle)
{
	u32 val = dt_cell(phandle);

	for (unsigned i = 0; i < e->nr_gone; i++)
		if (e->gone[i] == val)
			return true;
	return false;
}

static u32 count_left(const struct edit *e, const struct list *l)
{
	u32 left = 0;

	for (u32 i = 0; i < l->n; i++)
		left += !is_gone(e, l->phandle + i * l->stride);
	return left;
}

/* Takes out the entries of what is gone, of which @left are not; all of the property with none. */
static int cut(struct edit *e, const struct list *l, u32 left)
{
	u8 *data = fdt_getprop_w(e->fdt, e->w.node, l->name, NULL), *to = data;

	if (!left)
		return edit_delete(e, l->name);
	for (u32 i = 0; i < l->n; i++) {
		if (is_gone(e, l->phandle + i * l->stride))
			continue;
		memmove(to, data + i * l->size, l->size);
		to += l->size;
	}
	return edit_resize(e, l->name, left * l->size, &data);
}

/*
 * A PMU has as many interrupts as CPUs, in the order of its list of these: of one length, as they
 * come from one controller.
 */
static int cut_interrupts(struct edit *e, const struct reference *affinity, u32 left)
{
	static const char *const names[] = { "interrupts", "interrupts-extended" };
	int err = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		struct list l = list_of(affinity, e->w.prop[affinity->prop]);
		u32 len = dt_prop(&e->w, names[i]).len;

		if (!l.n || !len || len % (l.n * 4))
			continue;
		l.name = names[i];
		l.size = len / l.n;
		err = cut(e, &l, left);
	}
	return err;
}

static int edit_lists(struct edit *e)
{
	int err = 0;

	for (const struct reference *ref = references;
	     ref < references + ARRAY_SIZE(references) && !err; ref++) {
		struct list l = list_of(ref, e->w.prop[ref->prop]);
		u32 left = count_left(e, &l);

		if (left >= l.n)
			continue;
		if (!left && ref->node && e->w.depth)
			return edit_delete_node(e);
		if (ref->prop == DT_INTERRUPT_AFFINITY) {
			err = cut_interrupts(e, ref, left);
			l = list_of(ref, e->w.prop[ref->prop]);
		}
		if (!err)
			err = cut(e, &l, left);
	}
	return err;
}

/* A level of /cpus/cpu-map with CPUs below it that are all gone. */
static bool is_empty_level(const struct edit *e)
{
	struct dt_walk w;
	int depth = e->w.depth;

	if (depth < 2 || strcmp(e->w.bus[1].name, "cpus") || strcmp(e->w.bus[2].name, "cpu-map"))
		return false;
	w = e->w;
	do {
		struct dt_prop cpu = w.prop[DT_CPU];

		if (cpu.len == 4 && !is_gone(e, cpu.data))
			return false;
	} while (dt_next(&w) && w.depth > depth);
	return true;
}

int edit_references(struct edit *e)
{
	int err = 0;

	if (!e->nr_gone)
		return 0;
	dt_walk(&e->w, e->fdt);
	while (!err && dt_next(&e->w))
		err = is_empty_level(e) ? edit_delete_node(e) : edit_lists(e);
	return err;
}
