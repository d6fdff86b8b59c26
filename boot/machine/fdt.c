/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/fdt.h"
#include "lib/errno.h"
#include <string.h>

/* A piece of the structure block. */
struct token {
	u32 tag;
	u32 next;		/* offset of the token after it */
	const char *name;	/* of a node or a property */
	struct dt_prop prop;
};

static const char *const known[DT_NR_KNOWN] = {
	[DT_ADDRESS_CELLS] = "#address-cells",
	[DT_SIZE_CELLS] = "#size-cells",
	[DT_COMPATIBLE] = "compatible",
	[DT_DEVICE_TYPE] = "device_type",
	[DT_PHANDLE] = "phandle",
	[DT_RANGES] = "ranges",
	[DT_REG] = "reg",
	[DT_STATUS] = "status",
};

static bool equal(const char *a, const char *b)
{
	return *a == *b && !strcmp(a, b);
}

/* Reads the token at @at. False: it does not lie in its block, or is none. */
static bool read_token(const struct dt_blocks *b, u32 at, struct token *t)
{
	const u8 *p = b->structure + at, *end;
	u32 left = b->structure_size - at, name;

	if (at > b->structure_size || left < 4)
		return false;
	t->tag = dt_cell(p);
	t->next = at + 4;

	switch (t->tag) {
	case FDT_BEGIN_NODE:
		t->name = (const char *)p + 4;
		end = memchr(t->name, '\0', left - 4);
		if (!end)
			return false;
		t->next = ALIGN_UP((u32)(end + 1 - b->structure), 4);
		return t->next <= b->structure_size;
	case FDT_PROP:
		if (left < 12)
			return false;
		name = dt_cell(p + 8);
		t->name = b->strings + name;
		t->prop = (struct dt_prop){ p + 12, dt_cell(p + 4) };
		if (t->prop.len > left - 12 || name >= b->strings_size)
			return false;
		t->next = ALIGN_UP(at + 12 + t->prop.len, 4);
		return t->next <= b->structure_size;
	default:
		return t->tag == FDT_END_NODE || t->tag == FDT_NOP || t->tag == FDT_END;
	}
}

static bool read_prop(const struct dt_blocks *b, u32 at, struct token *t)
{
	t->next = at;
	do {
		if (!read_token(b, t->next, t))
			return false;
	} while (t->tag == FDT_NOP);
	return t->tag == FDT_PROP;
}

static struct dt_blocks blocks(const void *fdt)
{
	return (struct dt_blocks){
		.structure = (const u8 *)fdt + fdt_off_dt_struct(fdt),
		.strings = (const char *)fdt + fdt_off_dt_strings(fdt),
		.structure_size = fdt_size_dt_struct(fdt),
		.strings_size = fdt_size_dt_strings(fdt),
	};
}

/* All nodes closed, properties before children, one root without a name, an end. */
static bool structure_is_sound(const void *fdt)
{
	bool children[DT_MAX_DEPTH] = { false };
	struct dt_blocks b = blocks(fdt);
	struct token t = { .next = 0 };
	int depth = -1;
	bool root = false;

	while (read_token(&b, t.next, &t)) {
		if (t.tag == FDT_BEGIN_NODE) {
			if (++depth == DT_MAX_DEPTH || (!depth && (root || *t.name)))
				return false;
			root = true;
			children[depth] = false;
			if (depth)
				children[depth - 1] = true;
		} else if (t.tag == FDT_PROP) {
			if (depth < 0 || children[depth])
				return false;
		} else if (t.tag == FDT_END_NODE) {
			if (depth-- < 0)
				return false;
		} else if (t.tag == FDT_END) {
			return root && depth < 0;
		}
	}
	return false;
}

bool dt_reservation(const void *fdt, unsigned i, struct range *r)
{
	const u8 *p = (const u8 *)fdt + fdt_off_mem_rsvmap(fdt) + i * 16u;

	*r = (struct range){ dt_cells(p, 2), dt_cells(p + 8, 2) };
	return r->size;
}

static unsigned nr_reservations(const void *fdt)
{
	struct range r;
	unsigned n = 0;

	while (dt_reservation(fdt, n, &r))
		n++;
	return n;
}

/* A block lies in the tree, behind its header. */
static bool is_inside(const void *fdt, u32 offset, u32 size)
{
	u32 total = fdt_totalsize(fdt);

	return offset >= sizeof(struct fdt_header) && offset <= total && size <= total - offset;
}

/* The reservations end with one of no bytes. */
static bool reservations_end(const void *fdt)
{
	u32 at = fdt_off_mem_rsvmap(fdt);
	struct range r;

	for (unsigned i = 0; is_inside(fdt, at, 16); i++, at += 16)
		if (!dt_reservation(fdt, i, &r))
			return true;
	return false;
}

int dt_check(const void *fdt, u64 size, struct diag *d)
{
	struct dt_blocks b;

	if (!fdt || !IS_ALIGNED((uintptr_t)fdt, 4))
		return fail(d, -EINVAL,
			    "address %#lx, where one that is a multiple of 4 is required",
			    (unsigned long)(uintptr_t)fdt);
	if (size < sizeof(struct fdt_header))
		return fail(d, -EINVAL, "%lu bytes are fewer than a header has",
			    (unsigned long)size);
	if (fdt_magic(fdt) != FDT_MAGIC)
		return fail(d, -EINVAL, "it starts with %#x, not with the magic number %#x",
			    fdt_magic(fdt), FDT_MAGIC);
	if (fdt_version(fdt) < 17 || fdt_last_comp_version(fdt) > 17)
		return fail(d, -EINVAL,
			    "format version %u; version 17, as dtc writes it, is required",
			    fdt_version(fdt));
	if (fdt_totalsize(fdt) > size)
		return fail(d, -EINVAL,
			    "its header claims %u bytes, but there is room for %lu only",
			    fdt_totalsize(fdt), (unsigned long)size);
	/* With its last byte a NUL no name in the strings block can run out of it. */
	b = blocks(fdt);
	if (!IS_ALIGNED(fdt_off_dt_struct(fdt) | fdt_off_mem_rsvmap(fdt), 4) ||
	    !is_inside(fdt, fdt_off_dt_struct(fdt), b.structure_size) ||
	    !is_inside(fdt, fdt_off_dt_strings(fdt), b.strings_size) ||
	    (b.strings_size && b.strings[b.strings_size - 1]) || !reservations_end(fdt))
		return fail(d, -EINVAL, "its header is corrupt: a block is not where it says");
	if (!structure_is_sound(fdt))
		return fail(d, -EINVAL,
			    "its nodes and properties are corrupt, or nested more than %d deep",
			    DT_MAX_DEPTH);
	return 0;
}

u32 dt_packed_size(const void *fdt)
{
	u32 header = ALIGN_UP(sizeof(struct fdt_header), 8);
	u32 reserve = (nr_reservations(fdt) + 1) * (u32)sizeof(struct fdt_reserve_entry);

	return header + reserve + fdt_size_dt_struct(fdt) + fdt_size_dt_strings(fdt);
}

void dt_walk(struct dt_walk *w, const void *fdt)
{
	w->fdt = fdt;
	w->node = 0;
	w->depth = -1;
	w->next = 0;
	w->blocks = blocks(fdt);
	memset(w->seen, 0, sizeof(w->seen));
}

static unsigned cells(struct dt_prop p, unsigned absent)
{
	if (!p.data)
		return absent;
	return p.len == 4 ? MIN(dt_cell(p.data), 255u) : 255;
}

/* What the node is as a bus. Absent cells are 2 and 1, not inherited (Devicetree Specification). */
static void read_bus(struct dt_walk *w)
{
	struct dt_bus *bus = &w->bus[w->depth];

	bus->address_cells = cells(w->prop[DT_ADDRESS_CELLS], 2);
	bus->size_cells = cells(w->prop[DT_SIZE_CELLS], 1);
	bus->ranges = w->prop[DT_RANGES];
	bus->mapped = bus->address_cells - 1u < 2 && bus->size_cells - 1u < 2;
	if (w->depth)
		bus->mapped &= dt_parent(w)->mapped && bus->ranges.data;
}

static void read_node(struct dt_walk *w, struct token *t)
{
	u32 end = t->next;

	for (unsigned i = 0; i < DT_NR_KNOWN; i++)
		w->prop[i].data = NULL;
	w->bus[w->depth].name = t->name;

	for (; read_prop(&w->blocks, end, t); end = t->next) {
		for (unsigned i = 0; i < DT_NR_KNOWN; i++) {
			if (t->name == w->seen[i] || equal(t->name, known[i])) {
				w->seen[i] = t->name;
				w->prop[i] = t->prop;
				break;
			}
		}
	}
	w->next = end;
	read_bus(w);
}

/* Where the properties of the node at @node begin. */
static u32 first_prop(const struct dt_blocks *b, int node)
{
	struct token t = { .next = 0 };

	read_token(b, (u32)node, &t);
	return t.next;
}

bool dt_next(struct dt_walk *w)
{
	struct token t = { .next = w->next };
	u32 at;

	for (;;) {
		at = t.next;
		if (!read_token(&w->blocks, at, &t) || t.tag == FDT_END)
			return false;
		if (t.tag == FDT_END_NODE) {
			w->depth--;
		} else if (t.tag == FDT_BEGIN_NODE) {
			w->node = (int)at;
			w->depth++;
			if (w->depth < 0 || w->depth >= DT_MAX_DEPTH)
				return false;
			read_node(w, &t);
			return true;
		}
	}
}

void dt_skip(struct dt_walk *w)
{
	struct token t = { .next = w->next };
	int open = 1;

	while (open && read_token(&w->blocks, t.next, &t) && t.tag != FDT_END)
		open += t.tag == FDT_BEGIN_NODE ? 1 : t.tag == FDT_END_NODE ? -1 : 0;
	w->next = t.next;
	w->depth--;
}

void dt_stand_below(struct dt_walk *w, const char *name)
{
	w->blocks.structure_size = 0;	/* so that no property is found */
	for (unsigned i = 0; i < DT_NR_KNOWN; i++)
		w->prop[i].data = NULL;
	w->bus[w->depth + 1] = w->bus[w->depth];
	w->bus[++w->depth].name = name;
}

bool dt_next_prop(const struct dt_walk *w, u32 *at, const char **name, struct dt_prop *p)
{
	struct token t;

	if (!read_prop(&w->blocks, *at ? *at : first_prop(&w->blocks, w->node), &t))
		return false;
	*at = t.next;
	*name = t.name;
	*p = t.prop;
	return true;
}

struct dt_prop dt_prop(const struct dt_walk *w, const char *name)
{
	struct dt_prop p;
	const char *n;
	u32 at = 0;

	while (dt_next_prop(w, &at, &n, &p))
		if (equal(n, name))
			return p;
	return (struct dt_prop){ NULL, 0 };
}

struct dt_prop dt_prop_of(const void *fdt, int node, const char *name, size_t len)
{
	struct dt_blocks b = blocks(fdt);
	struct token t = { .next = first_prop(&b, node) };

	while (read_prop(&b, t.next, &t))
		if (!strncmp(t.name, name, len) && !t.name[len])
			return t.prop;
	return (struct dt_prop){ NULL, 0 };
}
