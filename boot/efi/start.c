/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mavis as a UEFI application: it collects what the arm64 boot protocol hands over (device tree,
 * bundle, command line), leaves the boot services and goes on as if a loader had entered it at
 * head.S. The firmware's stack, map and console are in use until efi_leave().
 */
#include <string.h>

#include "boot/efi/efi.h"
#include "boot/efi/tree.h"
#include "boot/machine/host.h"
#include "lib/arch.h"
#include "lib/errno.h"
#include "lib/sections.h"

#define BUNDLE_ALIGN	MIB(2)		/* then the kernel in it need not be moved */
#define MORE_TREE	KIB(64)		/* room for memory, command line and bundle */
#define MAP_SIZE	KIB(256)	/* a server's memory map has hundreds of pieces */

static const struct efi_guid tree_guid = {
	0xb1b621d5, 0xf19c, 0x41a5, { 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 }
};
static const struct efi_guid image_guid = {
	0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
};
static const struct efi_guid volume_guid = {
	0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
};
static const struct efi_guid load_file2_guid = {
	0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d }
};

/* The device path by which loaders offer a ramdisk: Linux's media node, and the end. */
static const struct {
	struct efi_path media;
	struct efi_guid guid;
	struct efi_path end;
} __attribute__((packed, aligned(8))) ramdisk_path = {
	{ 4, 3, 20 },
	{ 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } },
	{ 0x7f, 0xff, 4 },
};

static const struct efi_system_table *firmware_table;
static struct diag diag;
static char args[1024];

/* Cleans what is read with the MMU off, turns it off and goes on at head.S (entry.S). */
void efi_leave(const void *fdt) __attribute__((noreturn));

static struct efi_boot_services *boot(void)
{
	return firmware_table->boot;
}

static void say(const char *text)
{
	struct efi_text_output *out = firmware_table->out;
	u16 wide[64];
	unsigned n = 0;

	for (; out && *text; n = 0) {
		for (; *text && n + 2 < ARRAY_SIZE(wide); text++) {
			if (*text == '\n')
				wide[n++] = '\r';
			wide[n++] = (u8)*text;
		}
		wide[n] = 0;
		out->output_string(out, wide);
	}
}

/* To whoever started this: it may try something else. */
static efi_status refuse(efi_status status, const char *text)
{
	say("Mavis: error: ");
	say(text);
	say("\n");
	return status;
}

static bool same(const struct efi_guid *a, const struct efi_guid *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The firmware's device tree, if it is usable. -ENOENT, -EINVAL: diag says why not. */
static int find_tree(const void **out)
{
	const void *fdt = NULL;
	int err;

	for (u64 i = 0; i < firmware_table->nr_tables; i++)
		if (same(&firmware_table->tables[i].guid, &tree_guid))
			fdt = firmware_table->tables[i].table;
	if (fdt && !IS_ALIGNED((u64)fdt, 8))
		return fail(&diag, -EINVAL,
			    "the firmware's device tree is at %#lx, and a tree is to be at a multiple of 8: load another (GRUB: devicetree)",
			    (unsigned long)(u64)fdt);
	if (!fdt)
		return fail(&diag, -ENOENT,
			    "this firmware has no device tree, and Mavis reads no ACPI: turn ACPI off (QEMU: -machine acpi=off), or load a tree (GRUB: devicetree)");
	err = host_check(fdt, host_tree_size(fdt), &diag);
	if (err)
		return err;
	if (!efi_tree_is_whole(fdt))
		return fail(&diag, -EINVAL,
			    "this firmware's device tree has no CPUs, as where ACPI rules: turn ACPI off (QEMU: -machine acpi=off), or load a tree (GRUB: devicetree)");
	*out = fdt;
	return 0;
}

/* @size bytes at a multiple of BUNDLE_ALIGN, never given back; 0: there is no room. */
static u64 allocate(u64 size)
{
	u64 base;

	if (size > ~0ull - 2 * BUNDLE_ALIGN ||
	    boot()->allocate_pages(EFI_ALLOCATE_ANY, EFI_LOADER_DATA,
				   (size + BUNDLE_ALIGN + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE,
				   &base))
		return 0;
	return ALIGN_UP(base, BUNDLE_ALIGN);
}

/* The loader's ramdisk by the LoadFile2 protocol. -ENOENT: none. */
static int load_offered(struct range *bundle)
{
	struct efi_path *path = (struct efi_path *)&ramdisk_path;
	struct efi_load_file2 *file;
	void *handle;
	u64 size = 0, base;

	if (boot()->locate_device_path(&load_file2_guid, &path, &handle) ||
	    boot()->handle_protocol(handle, &load_file2_guid, (void **)&file) ||
	    file->load(file, path, false, &size, NULL) != EFI_BUFFER_TOO_SMALL || !size)
		return -ENOENT;
	base = allocate(size);
	if (!base)
		return fail(&diag, -ENOMEM, "the bundle: no room for its %lu KiB", size >> 10);
	if (file->load(file, path, false, &size, (void *)base))
		return fail(&diag, -EIO, "the bundle: its loader does not hand it over (LoadFile2)");
	*bundle = (struct range){ base, size };
	return 0;
}

static int read_file(struct efi_file *file, struct range *bundle)
{
	u64 size, base;

	if (file->set_position(file, EFI_FILE_END) || file->get_position(file, &size) ||
	    file->set_position(file, 0) || !size)
		return fail(&diag, -EIO, "initrd=: the file's size cannot be read");
	base = allocate(size);
	if (!base)
		return fail(&diag, -ENOMEM, "initrd=: no room for its %lu KiB", size >> 10);
	bundle->base = base;
	bundle->size = size;
	if (file->read(file, &bundle->size, (void *)base) || bundle->size != size)
		return fail(&diag, -EIO, "initrd=: the file cannot be read");
	return 0;
}

/* initrd= in the load options: a file where this image came from. -ENOENT: none is named. */
static int load_named(const struct efi_loaded_image *image, struct range *bundle)
{
	struct efi_volume *volume;
	struct efi_file *root, *file;
	u16 path[256];
	int err = efi_initrd_path(path, ARRAY_SIZE(path), image->options, image->options_size);

	if (err == -E2BIG)
		return fail(&diag, err, "initrd=: a path has at most %lu characters",
			    ARRAY_SIZE(path) - 1);
	if (err)
		return err;
	if (boot()->handle_protocol(image->device, &volume_guid, (void **)&volume) ||
	    volume->open(volume, &root))
		return fail(&diag, -EIO, "initrd=: where Mavis was loaded from there is no file system");
	err = root->open(root, &file, path, EFI_FILE_READ, 0) ?
		fail(&diag, -EIO, "initrd=: no such file where Mavis was loaded from") :
		read_file(file, bundle);
	root->close(root);
	return err;
}

/*
 * The map is good until the next call that allocates: so the tree is made from it, and if the
 * firmware's timer was faster, both once more [7.4.6]. After the first refusal no other service may
 * be called.
 */
static efi_status leave(void *handle, void *buf, void *out, u64 room, const void *fdt,
			struct range bundle)
{
	struct efi_map map = { .at = buf };
	u32 version;
	u64 key;

	for (unsigned tries = 0; tries < 4; tries++) {
		map.size = MAP_SIZE;
		if (boot()->get_memory_map(&map.size, buf, &key, &map.each, &version))
			return refuse(EFI_LOAD_ERROR, "the firmware's memory map is larger than 256 KiB");
		if (efi_tree_make(out, room, fdt, &map, bundle, args, &diag))
			return refuse(EFI_LOAD_ERROR, diag.text);
		if (!boot()->exit_boot_services(handle, key))
			efi_leave(out);
	}
	return EFI_LOAD_ERROR;
}

efi_status efi_main(void *handle, const struct efi_system_table *table);

efi_status efi_main(void *handle, const struct efi_system_table *table)
{
	struct efi_loaded_image *image;
	struct range bundle = { 0, 0 };
	const void *fdt = NULL;
	u64 room, out, map;
	int err;

	firmware_table = table;
	if (FIELD(read_sysreg(CurrentEL), 3, 2) != 2)
		return refuse(EFI_UNSUPPORTED,
			      "this firmware runs at EL1: Mavis needs EL2 (QEMU virt: -machine virtualization=on)");
	if (find_tree(&fdt))
		return refuse(EFI_UNSUPPORTED, diag.text);
	if (boot()->handle_protocol(handle, &image_guid, (void **)&image))
		return refuse(EFI_LOAD_ERROR, "the firmware does not say how it loaded Mavis");
	if (efi_command_line(args, sizeof(args), image->options, image->options_size))
		return refuse(EFI_LOAD_ERROR, "the command line is longer than 1023 characters");
	err = load_offered(&bundle);
	if (err == -ENOENT)
		err = load_named(image, &bundle);
	if (err && err != -ENOENT)
		return refuse(EFI_LOAD_ERROR, diag.text);
	room = 2 * host_tree_size(fdt) + MORE_TREE;	/* dt_open() may write it anew */
	out = allocate(room);
	map = allocate(MAP_SIZE);
	if (!out || !map)
		return refuse(EFI_LOAD_ERROR, "no room for a copy of the device tree and for the firmware's memory map");
	boot()->set_watchdog(0, 0, 0, NULL);
	return leave(handle, (void *)map, (void *)out, room, fdt, bundle);
}
