/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/efi/tree.h"

#include <libfdt.h>
#include <string.h>

#include "boot/machine/fdt.h"
#include "lib/errno.h"
#include "lib/range.h"

static bool is_ram(const struct efi_memory *m)
{
	switch (m->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_CONVENTIONAL:
	case EFI_ACPI_RECLAIM:		/* where U-Boot has its tree, which is copied */
		return m->attr & EFI_MEMORY_WB && !(m->attr & EFI_MEMORY_RUNTIME);
	default:
		return false;
	}
}

int efi_memory(const struct efi_map *map, struct range ram[EFI_MAX_MEMORY])
{
	unsigned nr = 0;

	if (map->each < sizeof(struct efi_memory))
		return -EINVAL;
	for (u64 at = 0; at + map->each <= map->size; at += map->each) {
		const struct efi_memory *m = (const void *)((const u8 *)map->at + at);
		struct range r = { m->base, m->pages * EFI_PAGE_SIZE };

		if (!is_ram(m) || m->pages > ~0ull / EFI_PAGE_SIZE || !range_valid(r))
			continue;
		if (nr && range_end(ram[nr - 1]) == r.base) {
			ram[nr - 1].size += r.size;
			continue;
		}
		if (nr == EFI_MAX_MEMORY)
			nr = ranges_normalise(ram, nr);
		if (nr == EFI_MAX_MEMORY)
			return -E2BIG;
		ram[nr++] = r;
	}
	return (int)ranges_normalise(ram, nr);
}

/* A word of the load options, which need not end in a 0: its place in @at and its length. */
static bool next_word(const u16 *text, u64 nr, u64 *at, u64 *len)
{
	while (*at < nr && text[*at] && text[*at] <= ' ')
		++*at;
	for (*len = 0; *at + *len < nr && text[*at + *len] > ' ';)
		++*len;
	return *len;
}

static bool begins(const u16 *text, u64 len, const char *word)
{
	u64 n = strlen(word);

	for (u64 i = 0; i < n; i++)
		if (i == len || text[i] != (u8)word[i])
			return false;
	return true;
}

int efi_command_line(char *buf, size_t size, const u16 *options, u64 bytes)
{
	u64 at = 0, len;
	size_t to = 0;

	buf[0] = '\0';
	for (; next_word(options, bytes / 2, &at, &len); at += len) {
		if (begins(options + at, len, "initrd=") ||
		    begins(options + at, len, "BOOT_IMAGE="))
			continue;
		if (len + !!to >= size - to)
			return -E2BIG;
		if (to)
			buf[to++] = ' ';
		for (u64 i = 0; i < len; i++)
			buf[to++] = options[at + i] <= '~' ? (char)options[at + i] : '?';
		buf[to] = '\0';
	}
	return 0;
}

int efi_initrd_path(u16 *path, size_t nr, const u16 *options, u64 bytes)
{
	u64 at = 0, len, skip = strlen("initrd=");

	for (; next_word(options, bytes / 2, &at, &len); at += len) {
		if (!begins(options + at, len, "initrd=") || len == skip)
			continue;
		len -= skip;
		if (len >= nr)
			return -E2BIG;
		for (u64 i = 0; i < len; i++)
			path[i] = options[at + skip + i] == '/' ? '\\' : options[at + skip + i];
		path[len] = 0;
		return 0;
	}
	return -ENOENT;
}

bool efi_tree_is_whole(const void *fdt)
{
	int cpus = fdt_path_offset(fdt, "/cpus");

	return cpus >= 0 && fdt_first_subnode(fdt, cpus) >= 0;
}

/*
 * Adds @r to the node's `reg`: libfdt's error, or 0. In as many entries as it takes: the root of a
 * Raspberry Pi 4's tree has one cell for a size, and the larger models have 4 GiB in one piece.
 */
static int append_memory(void *fdt, int node, struct range r)
{
	u64 most = fdt_size_cells(fdt, 0) == 1 ? GIB(2) : r.size, size;
	int err = 0;

	for (; r.size && !err; r.base += size, r.size -= size) {
		size = MIN(r.size, most);
		err = fdt_appendprop_addrrange(fdt, 0, node, "reg", r.base, size);
	}
	return err;
}

/* libfdt's error, or 0. */
static int write_memory(void *fdt, const struct range *ram, int nr)
{
	char name[32];
	int node, err = 0;

	while ((node = fdt_node_offset_by_prop_value(fdt, -1, "device_type", "memory", 7)) >= 0)
		if ((err = fdt_del_node(fdt, node)))
			return err;
	format(name, sizeof(name), "memory@%lx", (unsigned long)ram[0].base);
	node = fdt_add_subnode(fdt, 0, name);
	if (node < 0)
		return node;
	for (int i = 0; !err && i < nr; i++)
		err = append_memory(fdt, node, ram[i]);
	return err ? err : fdt_setprop_string(fdt, node, "device_type", "memory");
}

static int write_chosen(void *fdt, struct range bundle, const char *args)
{
	int node = fdt_path_offset(fdt, "/chosen"), err = 0;

	if (node < 0)
		node = fdt_add_subnode(fdt, 0, "chosen");
	if (node < 0)
		return node;
	if (args[0])
		err = fdt_setprop_string(fdt, node, "bootargs", args);
	if (!err && bundle.size)
		err = fdt_setprop_u64(fdt, node, "linux,initrd-start", bundle.base);
	if (!err && bundle.size)
		err = fdt_setprop_u64(fdt, node, "linux,initrd-end", range_end(bundle));
	return err;
}

int efi_tree_make(void *out, size_t size, const void *fdt, const struct efi_map *map,
		  struct range bundle, const char *args, struct diag *d)
{
	struct range ram[EFI_MAX_MEMORY];
	int nr = efi_memory(map, ram), err;

	if (nr == -E2BIG)
		return fail(d, nr, "UEFI's memory map has RAM in more than %d pieces: start Mavis before drivers and programs that take memory, or build it with a larger EFI_MAX_MEMORY",
			    EFI_MAX_MEMORY);
	if (nr <= 0)
		return fail(d, -EINVAL, "UEFI's memory map has no RAM that a guest could have, of the types that UEFI calls conventional, loader or boot services: have the firmware say what is free");
	err = dt_open(fdt, out, (u32)size);
	if (!err)
		err = write_memory(out, ram, nr);
	if (!err)
		err = write_chosen(out, bundle, args);
	if (!err)
		err = fdt_pack(out);
	if (err)
		return fail(d, err == -FDT_ERR_NOSPACE ? -ENOSPC : -EINVAL,
			    "the firmware's device tree cannot be edited: libfdt's error %d", err);
	return 0;
}
