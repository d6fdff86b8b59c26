/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where RAM is, and what devices read memory: the device tree that the loader hands over
 * (Devicetree 0.4).
 */
#include <stdlib.h>
#include <string.h>

#include "handover.h"
#include "observer.h"
#include "peek.h"

#define MAX_BANKS	16
#define MAX_TREE	(2u << 20)
#define PA_BITS		48

#define MAGIC		0xd00dfeed
#define BEGIN_NODE	1
#define END_NODE	2
#define PROP		3
#define NOP		4

static struct {
	u64 base, size;
} banks[MAX_BANKS];
static unsigned nr_banks;

static u32 cell(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static u64 cells(const u8 *p, unsigned n)
{
	u64 val = 0;

	while (n--) {
		val = val << 32 | cell(p);
		p += 4;
	}
	return val;
}

/* A node on the way to the one that is read. */
struct node {
	unsigned address_cells, size_cells;	/* of its children's `reg` */
	const u8 *reg, *ranges;
	const char *compatible;
	u32 reg_len, ranges_len, compatible_len;
	bool memory, has_ranges;
};

#define MAX_DEPTH	16

static void add_bank(u64 base, u64 size)
{
	/* A tree may be wrong: no memory lies beyond the addresses that there are. */
	if (base >> PA_BITS || size >> PA_BITS || nr_banks == MAX_BANKS)
		return;
	banks[nr_banks].base = base;
	banks[nr_banks++].size = size;
}

/* An address on the bus that is node @depth, as the CPUs have it. False: they do not reach it. */
static bool translate(const struct node *nodes, unsigned depth, u64 *at)
{
	for (; depth > 1; depth--) {
		const struct node *bus = &nodes[depth];
		unsigned ac = bus->address_cells, up = nodes[depth - 1].address_cells;
		u32 step = 4 * (ac + up + bus->size_cells), i = 0;

		if (!bus->has_ranges)
			return false;
		for (; i + step <= bus->ranges_len; i += step) {
			u64 child = cells(bus->ranges + i, ac);

			if (*at - child < cells(bus->ranges + i + 4 * (ac + up), bus->size_cells)) {
				*at = *at - child + cells(bus->ranges + i + 4 * ac, up);
				break;
			}
		}
		if (bus->ranges_len && i + step > bus->ranges_len)
			return false;
	}
	return true;
}

/* Its properties are known. */
static void node_read(const struct node *nodes, unsigned depth)
{
	const struct node *n = &nodes[depth], *bus = &nodes[depth - 1];
	unsigned ac = bus->address_cells, sc = bus->size_cells, nr = 0;
	u32 step = 4 * (ac + sc);

	for (u32 i = 0; step && i + step <= n->reg_len; i += step, nr++) {
		u64 base = cells(n->reg + i, ac), size = cells(n->reg + i + 4 * ac, sc);
		const char *s = n->compatible;

		if (n->memory)
			add_bank(base, size);
		if (!s || !translate(nodes, depth - 1, &base))
			continue;
		while (s < n->compatible + n->compatible_len) {
			observers_found(s, nr, base, size);
			s += strnlen(s, (size_t)(n->compatible + n->compatible_len - s)) + 1;
		}
	}
}

static void property(struct node *n, const char *name, const u8 *val, u32 len)
{
	if (len == 4 && !strcmp(name, "#address-cells")) {
		n->address_cells = cell(val);
	} else if (len == 4 && !strcmp(name, "#size-cells")) {
		n->size_cells = cell(val);
	} else if (!strcmp(name, "reg")) {
		n->reg = val;
		n->reg_len = len;
	} else if (!strcmp(name, "ranges")) {
		n->has_ranges = true;
		n->ranges = val;
		n->ranges_len = len;
	} else if (!strcmp(name, "compatible") && len && !val[len - 1]) {
		n->compatible = (const char *)val;
		n->compatible_len = len;
	}
}

static bool is_memory(const char *name, size_t len)
{
	return len >= 6 && !memcmp(name, "memory", 6) && (len == 6 || name[6] == '@');
}

/* The structure block between @p and @end, with the names of properties at @strings. */
static void scan(const u8 *p, const u8 *end, const char *strings, size_t strings_size)
{
	struct node nodes[MAX_DEPTH] = { { 0 } };
	unsigned depth = 0;
	bool open = false;		/* properties of nodes[depth] are read */

	while (end - p >= 4) {
		u32 token = cell(p), len, name;

		p += 4;
		if (open && (token == BEGIN_NODE || token == END_NODE) && depth > 1)
			node_read(nodes, depth);
		if (token == BEGIN_NODE) {
			size_t n = strnlen((const char *)p, (size_t)(end - p));

			if (++depth == MAX_DEPTH)
				return;
			open = true;
			nodes[depth] = (struct node){ .address_cells = 2, .size_cells = 1 };
			nodes[depth].memory = depth == 2 && is_memory((const char *)p, n);
			p += n / 4 * 4 + 4;
		} else if (token == END_NODE) {
			if (!depth--)
				return;
			open = false;
		} else if (token == PROP && end - p >= 8) {
			len = cell(p);
			name = cell(p + 4);
			p += 8;
			if (len > (size_t)(end - p) || name >= strings_size)
				return;
			property(&nodes[depth], strings + name, p, len);
			p += (len + 3) / 4 * 4;
		} else if (token != NOP) {
			return;
		}
	}
}

void tree_read(u64 fdt)
{
	u8 header[40], *tree;
	u32 size, structs, strings, strings_size, structs_size;

	nr_banks = 0;
	if (!fdt || !peek(fdt, header, sizeof(header)) || cell(header) != MAGIC)
		return;
	size = cell(header + 4);
	structs = cell(header + 8);
	strings = cell(header + 12);
	strings_size = cell(header + 32);
	structs_size = cell(header + 36);
	if (size > MAX_TREE || structs > size || structs_size > size - structs || strings > size ||
	    strings_size > size - strings || !strings_size)
		return;
	tree = malloc(size);
	if (peek(fdt, tree, size)) {
		tree[strings + strings_size - 1] = 0;
		scan(tree + structs, tree + structs + structs_size, (char *)tree + strings,
		     strings_size);
	}
	free(tree);
}

bool ram_part(unsigned i, u64 *pa, u64 *size)
{
	u64 base, end;

	if (i >= nr_banks)
		return false;
	base = *pa > banks[i].base ? *pa : banks[i].base;
	end = *pa + *size;
	if (end > banks[i].base + banks[i].size)
		end = banks[i].base + banks[i].size;
	*pa = base;
	*size = end > base ? end - base : 0;
	return true;
}

bool ram_has(u64 pa)
{
	for (unsigned i = 0; i < nr_banks; i++)
		if (pa - banks[i].base < banks[i].size)
			return true;
	return false;
}
