/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/tree.h"
#include "tests/unit/test.h"

#define ROOM 4096

void *tree_load(const char *name)
{
	static _Alignas(8) u8 buf[1 << 16];
	char path[256];
	size_t len, total;
	void *fdt;
	FILE *f;

	snprintf(path, sizeof(path), MAVIS_BUILD "/host/%s.dtb", name);
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s: cannot be read", path);
	len = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	assert_true(len && len < sizeof(buf));

	total = len + ROOM;
	fdt = malloc(total);
	assert_non_null(fdt);
	assert_int_equal(fdt_open_into(buf, fdt, (int)total), 0);
	return fdt;
}

static int find(void *fdt, const char *path)
{
	char parent[128];
	const char *name = strrchr(path, '/');
	int node = fdt_path_offset(fdt, path);

	if (node == -FDT_ERR_NOTFOUND) {
		snprintf(parent, sizeof(parent), "%.*s", (int)MAX(name - path, 1), path);
		node = fdt_add_subnode(fdt, fdt_path_offset(fdt, parent), name + 1);
	}
	assert_true(node >= 0);
	return node;
}

void tree_set(void *fdt, const char *path, const char *prop, const void *val, int len)
{
	assert_int_equal(fdt_setprop(fdt, find(fdt, path), prop, val, len), 0);
}

void tree_set_string(void *fdt, const char *path, const char *prop, const char *val)
{
	tree_set(fdt, path, prop, val, (int)strlen(val) + 1);
}

void tree_set_cells(void *fdt, const char *path, const char *prop, unsigned n, const u32 *cells)
{
	fdt32_t be[32];

	assert_true(n <= ARRAY_SIZE(be));
	for (unsigned i = 0; i < n; i++)
		be[i] = cpu_to_fdt32(cells[i]);
	tree_set(fdt, path, prop, be, (int)n * 4);
}

void tree_delete(void *fdt, const char *path, const char *prop)
{
	int node = fdt_path_offset(fdt, path);

	assert_int_equal(prop ? fdt_delprop(fdt, node, prop) : fdt_del_node(fdt, node), 0);
}

void tree_copy(void *dst, const void *src)
{
	memcpy(dst, src, fdt_totalsize(src));
}

static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

void tree_damage(void *fdt, u32 seed)
{
	static const u8 telling[] = { 0x00, 0x01, 0x02, 0x03, 0x04, 0x09, 0x7f, 0x80, 0xff };
	u32 state = seed * 2654435761u | 1, n, at, size = fdt_totalsize(fdt) - ROOM;
	u8 *bytes = fdt;

	for (n = 1 + next_random(&state) % 8; n; n--) {
		at = next_random(&state) % size;
		if (next_random(&state) % 2)
			bytes[at] ^= (u8)(1u << next_random(&state) % 8);
		else
			bytes[at] = telling[next_random(&state) % ARRAY_SIZE(telling)];
	}
}

bool tree_has(const void *fdt, const char *path, const char *prop)
{
	int node = fdt_path_offset(fdt, path);

	return node >= 0 && (!prop || fdt_getprop(fdt, node, prop, NULL));
}

const char *tree_string(const void *fdt, const char *path, const char *prop)
{
	int len, node = fdt_path_offset(fdt, path);
	const char *s = fdt_getprop(fdt, node, prop, &len);

	if (!s || !len || s[len - 1])
		fail_msg("%s: %s is not a string", path, prop);
	return s;
}

void tree_assert_cells(const void *fdt, const char *path, const char *prop, unsigned n,
		       const u32 *cells)
{
	int len, node = fdt_path_offset(fdt, path);
	const fdt32_t *val = fdt_getprop(fdt, node, prop, &len);

	if (!val || len != (int)n * 4)
		fail_msg("%s: %s has %d bytes instead of %u", path, prop, len, n * 4);
	for (unsigned i = 0; i < n; i++)
		if (fdt32_to_cpu(val[i]) != cells[i])
			fail_msg("%s: %s: cell %u is %#x instead of %#x", path, prop, i,
				 fdt32_to_cpu(val[i]), cells[i]);
}
