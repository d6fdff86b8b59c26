/* SPDX-License-Identifier: Apache-2.0 */
/* Where RAM is: the memory nodes of the device tree that the loader hands over (Devicetree 0.4). */
#include <stdlib.h>
#include <string.h>

#include "handover.h"
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

static void add_banks(const u8 *reg, u32 len, unsigned address_cells, unsigned size_cells)
{
	u32 step = 4 * (address_cells + size_cells);

	for (; step && len >= step && nr_banks < MAX_BANKS; len -= step, reg += step) {
		u64 base = cells(reg, address_cells);
		u64 size = cells(reg + 4 * address_cells, size_cells);

		/* A tree may be wrong: no memory lies beyond the addresses that there are. */
		if (base >> PA_BITS || size >> PA_BITS)
			continue;
		banks[nr_banks].base = base;
		banks[nr_banks++].size = size;
	}
}

/* The structure block between @p and @end, with the names of properties at @strings. */
static void scan(const u8 *p, const u8 *end, const char *strings, size_t strings_size)
{
	unsigned depth = 0, address_cells = 2, size_cells = 1;
	bool memory = false;

	while (end - p >= 4) {
		u32 token = cell(p), len, name;

		p += 4;
		if (token == BEGIN_NODE) {
			size_t n = strnlen((const char *)p, (size_t)(end - p));

			memory = ++depth == 2 && !strncmp((const char *)p, "memory", 6) &&
				 (n == 6 || p[6] == '@');
			p += n / 4 * 4 + 4;
		} else if (token == END_NODE) {
			memory = false;
			depth--;
		} else if (token == PROP && end - p >= 8) {
			len = cell(p);
			name = cell(p + 4);
			p += 8;
			if (len > (size_t)(end - p) || name >= strings_size)
				return;
			if (depth == 1 && len == 4 && !strcmp(strings + name, "#address-cells"))
				address_cells = cell(p);
			if (depth == 1 && len == 4 && !strcmp(strings + name, "#size-cells"))
				size_cells = cell(p);
			if (memory && !strcmp(strings + name, "reg"))
				add_banks(p, len, address_cells, size_cells);
			p += (len + 3) / 4 * 4;
		} else if (token != NOP) {
			return;
		}
	}
}

void ram_read(u64 fdt)
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
