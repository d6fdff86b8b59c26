/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mavis's way from what UEFI firmware knows to what the arm64 boot protocol hands over: the same
 * device tree, with the memory, the command line and the bundle that only the firmware had. Nothing
 * here calls the firmware, so it runs in the unit tests.
 */
#ifndef BOOT_EFI_TREE_H
#define BOOT_EFI_TREE_H

#include "boot/efi/efi.h"
#include "lib/format.h"
#include "lib/types.h"

/* What GetMemoryMap() gave: @size bytes, a descriptor each @each. */
struct efi_map {
	const void *at;
	u64 size, each;
};

#define EFI_MAX_MEMORY	128

/*
 * The ranges of @map that are RAM once the boot services have ended, sorted and joined; returns how
 * many. Not what runtime services, the firmware's own tables or anything unknown have. -E2BIG: more
 * than EFI_MAX_MEMORY; -EINVAL: no map.
 */
int efi_memory(const struct efi_map *map, struct range ram[EFI_MAX_MEMORY]);

/*
 * Writes into @buf, of @size characters, what of the load options (@bytes of them) is for Mavis:
 * not the loader's own words, initrd= and BOOT_IMAGE=. -E2BIG: it does not fit.
 */
int efi_command_line(char *buf, size_t size, const u16 *options, u64 bytes);

/* The value of initrd= in the load options, as a path of the volume: 0, or -ENOENT, -E2BIG. */
int efi_initrd_path(u16 *path, size_t nr, const u16 *options, u64 bytes);

/* True if the tree describes a machine: some firmware hands over one that only has /chosen. */
bool efi_tree_is_whole(const void *fdt);

/*
 * Makes at @out, of @size bytes, the tree that Mavis gets: that of the firmware with the memory of
 * @map in the place of its own, @bundle (size 0: none, or /chosen names it) and @args ("": as
 * /chosen has it). -EINVAL, -E2BIG, -ENOSPC: the text says what.
 */
int efi_tree_make(void *out, size_t size, const void *fdt, const struct efi_map *map,
		  struct range bundle, const char *args, struct diag *d);

#endif
