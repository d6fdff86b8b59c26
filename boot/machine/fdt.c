/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/fdt.h"
#include "lib/errno.h"
#include <string.h>

static const char *const known[DT_NR_KNOWN] = {
	[DT_ADDRESS_CELLS] = "#address-cells",
	[DT_SIZE_CELLS] = "#size-cells",
	[DT_AFFINITY] = "affinity",
	[DT_COMPATIBLE] = "compatible",
	[DT_COOLING_DEVICE] = "cooling-device",
	[DT_CPU] = "cpu",
	[DT_DEVICE_TYPE] = "device_type",
	[DT_DMA_CELLS] = "#dma-cells",
	[DT_DMA_COHERENT] = "dma-coherent",
	[DT_DMA_NONCOHERENT] = "dma-noncoherent",
	[DT_INTERRUPT_AFFINITY] = "interrupt-affinity",
	[DT_INTERRUPT_PARENT] = "interrupt-parent",
	[DT_IOMMU_MAP] = "iommu-map",
	[DT_IOMMUS] = "iommus",
	[DT_MSI_MAP] = "msi-map",
	[DT_MSI_PARENT] = "msi-parent",
	[DT_PHANDLE] = "phandle",
	[DT_RANGES] = "ranges",
	[DT_REG] = "reg",
	[DT_STATUS] = "status",
};

static const u8 *structure(const void *fdt)
{
	return (const u8 *)fdt + fdt_off_dt_struct(fdt);
}

static const char *string_at(const void *fdt, u32 offset)
{
	return (const char *)fdt + fdt_off_dt_strings(fdt) + offset;
}

static bool fits(const void *fdt, u32 offset, u32 size)
{
	return offset <= fdt_totalsize(fdt) && size <= fdt_totalsize(fdt) - offset;
}

static u32 reservations_size(const void *fdt)
{
	return ((u32)fdt_num_mem_rsv(fdt) + 1) * sizeof(struct fdt_reserve_entry);
}

/*
 * The structure's with its FDT_END. Chromebooks' loaders do not count that in the header and have
 * it right behind the block: there, it is one if it is nothing else's.
 */
static u32 structure_size(const void *fdt)
{
	struct range strings = { fdt_off_dt_strings(fdt), fdt_size_dt_strings(fdt) };
	struct range reservations = { fdt_off_mem_rsvmap(fdt), reservations_size(fdt) };
	u32 size = fdt_size_dt_struct(fdt) & ~3u;
	struct range behind = { fdt_off_dt_struct(fdt) + size, FDT_TAGSIZE };

	if (!fits(fdt, (u32)behind.base, FDT_TAGSIZE) || ranges_overlap(behind, strings) ||
	    ranges_overlap(behind, reservations) || dt_cell(structure(fdt) + size) != FDT_END)
		return size;
	return size + FDT_TAGSIZE;
}

/* A property's name that begins before this offset among the strings ends there, too. */
static u32 names_end(const void *fdt)
{
	u32 end = fdt_size_dt_strings(fdt);

	while (end && *string_at(fdt, end - 1))
		end--;
	return end;
}

/* What follows a tag: its bytes, of @left; and the property's name, which begins before @names. */
static bool body_is_sound(u32 tag, const u8 *p, u32 left, u32 names, u32 *len)
{
	const u8 *end;

	*len = 0;
	if (tag == FDT_BEGIN_NODE) {
		end = memchr(p, 0, left);
		*len = end ? (u32)(end - p) + 1 : 0;
		return end;
	}
	if (tag != FDT_PROP)
		return true;
	if (left < 8 || dt_cell(p) > left - 8)
		return false;
	*len = 8 + dt_cell(p);
	return dt_cell(p + 4) < names;
}

/*
 * In one pass, all that a walk and libfdt rely on: texts, properties and tags end in their blocks;
 * there is one root, without a name, properties come before children, and it is not too deep.
 */
static bool structure_is_sound(const void *fdt)
{
	const u8 *p = structure(fdt);
	u32 left = structure_size(fdt), names = names_end(fdt), tag, len;
	bool children[DT_MAX_DEPTH] = { false };
	bool root = false;
	int depth = -1;

	for (; left >= FDT_TAGSIZE; p += len, left -= len) {
		tag = dt_cell(p);
		if (!body_is_sound(tag, p + FDT_TAGSIZE, left - FDT_TAGSIZE, names, &len))
			return false;
		len = (u32)ALIGN_UP(FDT_TAGSIZE + len, FDT_TAGSIZE);
		if (root && depth < 0 && tag != FDT_END)
			return false;
		switch (tag) {
		case FDT_BEGIN_NODE:
			if (++depth == DT_MAX_DEPTH || (!depth && p[FDT_TAGSIZE]))
				return false;
			root = true;
			children[depth] = false;
			if (depth)
				children[depth - 1] = true;
			break;
		case FDT_PROP:
			if (depth < 0 || children[depth])
				return false;
			break;
		case FDT_END_NODE:
			if (depth-- < 0)
				return false;
			break;
		case FDT_NOP:
			break;
		case FDT_END:
			return root && depth < 0;
		default:
			return false;
		}
	}
	return false;
}

/* Blocks lie where the Devicetree Specification has them aligned, and reservations end. */
static bool header_is_sound(const void *fdt)
{
	return !fdt_check_header(fdt) &&
	       fits(fdt, fdt_off_dt_struct(fdt), fdt_size_dt_struct(fdt)) &&
	       fits(fdt, fdt_off_dt_strings(fdt), fdt_size_dt_strings(fdt)) &&
	       IS_ALIGNED(fdt_off_dt_struct(fdt), 4) &&
	       IS_ALIGNED(fdt_off_mem_rsvmap(fdt), 8) && fdt_num_mem_rsv(fdt) >= 0;
}

int dt_check(const void *fdt, u64 size, struct diag *d)
{
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
	if (!header_is_sound(fdt))
		return fail(d, -EINVAL, "its header is corrupt: a block is not where it says");
	if (!structure_is_sound(fdt))
		return fail(d, -EINVAL,
			    "its nodes and properties are corrupt, or nested more than %d deep",
			    DT_MAX_DEPTH);
	return 0;
}

u32 dt_used_size(const void *fdt)
{
	return MAX(fdt_off_mem_rsvmap(fdt) + reservations_size(fdt),
		   MAX(fdt_off_dt_struct(fdt) + structure_size(fdt),
		       fdt_off_dt_strings(fdt) + fdt_size_dt_strings(fdt)));
}

int dt_open(const void *fdt, void *out, u32 room)
{
	u32 used = dt_used_size(fdt);

	if (used > room)
		return -FDT_ERR_NOSPACE;
	memmove(out, fdt, used);
	fdt_set_totalsize(out, used);
	fdt_set_size_dt_struct(out, structure_size(out));
	return fdt_open_into(out, out, (int)room);
}

bool dt_reservation(const void *fdt, int i, struct range *r)
{
	uint64_t base, size;

	if (i >= fdt_num_mem_rsv(fdt) || fdt_get_mem_rsv(fdt, i, &base, &size))
		return false;
	*r = (struct range){ base, size };
	return true;
}

/*
 * As fdt_next_tag(), which checks at each step what dt_check() has found to be sound, and what no
 * edit of libfdt's makes otherwise. Trees are walked often.
 */
static u32 next_tag(const u8 *structure, int at, int *next)
{
	const u8 *p = structure + at;
	u32 tag = dt_cell(p), len = 0;

	if (tag == FDT_BEGIN_NODE)
		len = (u32)strlen((const char *)p + FDT_TAGSIZE) + 1;
	else if (tag == FDT_PROP)
		len = dt_cell(p + FDT_TAGSIZE) + (u32)sizeof(struct fdt_property) - FDT_TAGSIZE;
	*next = at + FDT_TAGSIZE + (int)ALIGN_UP(len, FDT_TAGSIZE);
	return tag;
}

void dt_walk(struct dt_walk *w, const void *fdt)
{
	w->fdt = fdt;
	w->depth = -1;
	w->next = 0;
	memset(w->name, 0xff, sizeof(w->name));
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
	bus->compatible = w->prop[DT_COMPATIBLE];
	bus->ranges = w->prop[DT_RANGES];
	bus->mapped = bus->address_cells - 1u < 2 && bus->size_cells - 1u < 2;
	bus->off = !dt_enabled(w);
	if (w->depth) {
		bus->mapped &= dt_parent(w)->mapped && bus->ranges.data;
		bus->off |= dt_parent(w)->off;
	}
}

/* Which of the known names is at @offset among the strings. */
static u32 find_known(struct dt_walk *w, u32 offset)
{
	struct dt_name *n = &w->name[offset % DT_NR_NAMES];
	const char *name;
	u32 i;

	if (n->offset == offset)
		return n->known;
	name = string_at(w->fdt, offset);
	for (i = 0; i < DT_NR_KNOWN; i++)
		if (*name == *known[i] && !strcmp(name, known[i]))
			break;
	*n = (struct dt_name){ offset, i };
	return i;
}

/* A property: the offset of its name among the strings, and its value. */
static u32 prop_at(const u8 *structure, int at, struct dt_prop *p)
{
	const u8 *tag = structure + at;

	p->data = tag + sizeof(struct fdt_property);
	p->len = dt_cell(tag + offsetof(struct fdt_property, len));
	return dt_cell(tag + offsetof(struct fdt_property, nameoff));
}

/* *at becomes the next property from there on, *next what is behind it; false: there is no more. */
static bool find_prop(const u8 *structure, int *at, int *next)
{
	u32 tag;

	while ((tag = next_tag(structure, *at, next)) == FDT_NOP)
		*at = *next;
	return tag == FDT_PROP;
}

/* Of two properties of one name the first counts, as in libfdt and Linux. */
static void read_prop(struct dt_walk *w, const u8 *structure, int at)
{
	struct dt_prop p;
	u32 i = find_known(w, prop_at(structure, at, &p));

	if (i < DT_NR_KNOWN && !w->prop[i].data)
		w->prop[i] = p;
}

/* The node that the walk stands on; @at: what follows its name. */
static void read_node(struct dt_walk *w, int at)
{
	const u8 *from = structure(w->fdt);
	int next;

	memset(w->prop, 0, sizeof(w->prop));
	w->bus[w->depth].name = (const char *)from + w->node + FDT_TAGSIZE;
	for (; find_prop(from, &at, &next); at = next)
		read_prop(w, from, at);
	w->next = at;
	read_bus(w);
}

bool dt_next(struct dt_walk *w)
{
	const u8 *from = structure(w->fdt);
	int at = w->next, next;

	for (;; at = next) {
		switch (next_tag(from, at, &next)) {
		case FDT_BEGIN_NODE:
			w->node = at;
			w->depth++;
			read_node(w, next);
			return true;
		case FDT_END_NODE:
			w->depth--;
			break;
		case FDT_END:
			return false;
		}
	}
}

static int first_prop(const u8 *structure, int node)
{
	int at;

	next_tag(structure, node, &at);
	return at;
}

void dt_stand(struct dt_walk *w, int node, int depth)
{
	w->node = node;
	w->depth = depth;
	read_node(w, first_prop(structure(w->fdt), node));
}

void dt_deleted(struct dt_walk *w)
{
	w->next = w->node;
	w->depth--;
}

bool dt_next_prop(const struct dt_walk *w, int *at, const char **name, struct dt_prop *p)
{
	const u8 *from = structure(w->fdt);
	int here = *at ? *at : first_prop(from, w->node);

	if (!find_prop(from, &here, at))
		return false;
	*name = string_at(w->fdt, prop_at(from, here, p));
	return true;
}

struct dt_prop dt_prop_of(const void *fdt, int node, const char *name)
{
	const u8 *from = structure(fdt);
	struct dt_prop p;
	int next;

	for (int at = first_prop(from, node); find_prop(from, &at, &next); at = next)
		if (!strcmp(string_at(fdt, prop_at(from, at, &p)), name))
			return p;
	return (struct dt_prop){ NULL, 0 };
}

struct dt_prop dt_prop(const struct dt_walk *w, const char *name)
{
	return dt_prop_of(w->fdt, w->node, name);
}
