/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest does not have of the tree, and what the tree says about that elsewhere. */
#include "boot/guest/tree_parts.h"
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

/* What other nodes refer to by a phandle, and the guest does not have. */
bool edit_is_gone(const struct edit *e, enum dt_kind kind)
{
	const struct dt_walk *w = &e->w;
	u64 mpidr;

	if (dt_is_cpu(w))
		return !dt_number(w->prop[DT_REG], &mpidr) || !kept(e, mpidr);
	return kind == DT_ITS || kind == DT_DEBUG || is_boot_module(w);
}

static int note_gone(struct edit *e)
{
	u64 phandle;

	if (!dt_number(e->w.prop[DT_PHANDLE], &phandle))
		return 0;
	if (e->nr_gone == EDIT_MAX_GONE)
		return dt_fail(&e->w, e->d, -E2BIG, "phandle",
			       "more than %d nodes to remove: raise EDIT_MAX_GONE", EDIT_MAX_GONE);
	e->gone[e->nr_gone++] = (u32)phandle;
	return 0;
}

int edit_find_gone(struct edit *e)
{
	int err = 0;

	dt_walk(&e->w, e->from);
	while (!err && dt_next(&e->w))
		if (edit_is_gone(e, dt_kind(&e->w)))
			err = note_gone(e);
	return err;
}

/* Lists of phandles, each with arguments. */
static const struct reference {
	const char *name;
	u8 stride;		/* cells of an entry; 0: of a length that the phandle's node says */
	u8 at;			/* which of them is the phandle */
	bool node;		/* the node is about nothing else: it goes when its list is empty */
} references[] = {
	{ "msi-parent",		0, 0, false },
	{ "msi-map",		4, 1, false },
	{ "interrupt-affinity",	1, 0, false },
	{ "affinity",		1, 0, false },
	{ "cooling-device",	3, 0, true },
	{ "cpu",		1, 0, true },
};

static const struct reference *find(const char *name)
{
	for (unsigned i = 0; i < ARRAY_SIZE(references); i++)
		if (*name == *references[i].name && !strcmp(name, references[i].name))
			return &references[i];
	return NULL;
}

static bool gone(const struct edit *e, const u8 *phandle)
{
	u32 val = dt_cell(phandle);

	for (unsigned i = 0; i < e->nr_gone; i++)
		if (e->gone[i] == val)
			return true;
	return false;
}

/*
 * Writes @name with the @n entries of @size bytes at @data, less those whose phandle, one every
 * @stride bytes from @phandle, is gone. Nothing where all are.
 */
static void write_rest(struct edit *e, const char *name, const u8 *data, u32 size, u32 n,
		       const u8 *phandle, u32 stride)
{
	u32 left = 0, out = 0;
	u8 *p;

	for (u32 i = 0; i < n; i++)
		left += !gone(e, phandle + i * stride);
	p = left ? dt_write_room(&e->out, name, left * size) : NULL;
	for (u32 i = 0; p && i < n; i++) {
		if (gone(e, phandle + i * stride))
			continue;
		memcpy(p + out, data + i * size, size);
		out += size;
	}
}

/* A PMU lists its CPUs in the order of its interrupts. */
static bool write_interrupts(struct edit *e, struct dt_prop irq)
{
	struct dt_prop affinity = dt_prop(&e->w, "interrupt-affinity");
	u32 n = affinity.data ? affinity.len / 4 : 0;

	if (!n || irq.len % (n * 4))
		return false;
	write_rest(e, "interrupts", irq.data, irq.len / n, n, affinity.data, 4);
	return true;
}

static u32 entry_size(const struct reference *ref, struct dt_prop p)
{
	return ref->stride ? ref->stride * 4u : p.len;
}

bool edit_list(struct edit *e, const char *name, struct dt_prop p)
{
	const struct reference *ref = find(name);
	u32 entry;

	if (*name == 'i' && !strcmp(name, "interrupts"))
		return write_interrupts(e, p);
	if (!ref || p.len < 4 || p.len < entry_size(ref, p))
		return false;
	entry = entry_size(ref, p);
	write_rest(e, name, p.data, entry, p.len / entry, p.data + ref->at * 4, entry);
	return true;
}

/* True if all that the list has is gone. */
static bool list_is_gone(const struct edit *e, const struct reference *ref, struct dt_prop p)
{
	u32 entry = entry_size(ref, p);

	if (p.len < entry || p.len < 4)
		return false;
	for (u32 at = ref->at * 4u; at + 4 <= p.len; at += entry)
		if (!gone(e, p.data + at))
			return false;
	return true;
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
		struct dt_prop cpu = dt_prop(&w, "cpu");

		if (cpu.len == 4 && !gone(e, cpu.data))
			return false;
	} while (dt_next(&w) && w.depth > depth);
	return true;
}

bool edit_refers_to_gone(const struct edit *e)
{
	const struct reference *ref;
	const char *name;
	struct dt_prop p;
	u32 at = 0;

	while (dt_next_prop(&e->w, &at, &name, &p)) {
		ref = *name == 'c' ? find(name) : NULL;
		if (ref && ref->node && list_is_gone(e, ref, p))
			return true;
	}
	return is_empty_level(e);
}
