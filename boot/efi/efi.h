/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Mavis uses of the UEFI specification (2.10, in brackets its chapters): tables, protocols and
 * memory types, by its names. Calls are plain C calls on AArch64 [2.3.6].
 */
#ifndef BOOT_EFI_EFI_H
#define BOOT_EFI_EFI_H

#include "lib/types.h"

typedef u64 efi_status;

#define EFI_SUCCESS		0ull
#define EFI_ERROR(n)		(1ull << 63 | (n))		/* [appendix D] */
#define EFI_LOAD_ERROR		EFI_ERROR(1)
#define EFI_UNSUPPORTED		EFI_ERROR(3)
#define EFI_BUFFER_TOO_SMALL	EFI_ERROR(5)
#define EFI_NOT_FOUND		EFI_ERROR(14)

#define EFI_PAGE_SIZE		4096

struct efi_guid {
	u32 a;
	u16 b, c;
	u8 d[8];
};

/* [7.2] EFI_MEMORY_TYPE: what is RAM once the boot services have ended, and two more. */
enum {
	EFI_RESERVED = 0,
	EFI_LOADER_CODE = 1,
	EFI_LOADER_DATA = 2,
	EFI_BOOT_SERVICES_CODE = 3,
	EFI_BOOT_SERVICES_DATA = 4,
	EFI_RUNTIME_SERVICES_CODE = 5,
	EFI_CONVENTIONAL = 7,
	EFI_ACPI_RECLAIM = 9,
};

#define EFI_MEMORY_WB		(1ull << 3)	/* the firmware has it cacheable: it is RAM */
#define EFI_MEMORY_RUNTIME	(1ull << 63)	/* runtime services need it mapped */

/* Firmware's may be longer: step by the size that GetMemoryMap() gives. */
struct efi_memory {
	u32 type;
	u32 pad;
	u64 base;
	u64 virt;
	u64 pages;
	u64 attr;
};

struct efi_text_output {				/* [12.4] */
	void *reset;
	efi_status (*output_string)(struct efi_text_output *self, const u16 *text);
};

/* [7.3.2] a device path: nodes one after the other */
struct efi_path {
	u8 type, subtype;
	u16 length;
};

struct efi_boot_services {				/* [4.4] */
	u8 header[24];
	void *raise_tpl, *restore_tpl;
	efi_status (*allocate_pages)(int how, int type, u64 pages, u64 *base);
	efi_status (*free_pages)(u64 base, u64 pages);
	efi_status (*get_memory_map)(u64 *size, void *map, u64 *key, u64 *each, u32 *version);
	void *allocate_pool, *free_pool;
	void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
	void *install, *reinstall, *uninstall;
	efi_status (*handle_protocol)(void *handle, const struct efi_guid *guid, void **out);
	void *reserved, *register_notify, *locate_handle;
	efi_status (*locate_device_path)(const struct efi_guid *guid, struct efi_path **path,
					 void **handle);
	void *install_table, *load_image, *start_image, *exit, *unload_image;
	efi_status (*exit_boot_services)(void *handle, u64 key);
	void *monotonic_count, *stall;
	efi_status (*set_watchdog)(u64 seconds, u64 code, u64 size, const u16 *data);
};

#define EFI_ALLOCATE_ANY	0

struct efi_system_table {				/* [4.3] */
	u8 header[24];
	const u16 *vendor;
	u32 revision, pad;
	void *in_handle, *in, *out_handle;
	struct efi_text_output *out;
	void *error_handle, *error, *runtime;
	struct efi_boot_services *boot;
	u64 nr_tables;
	struct {
		struct efi_guid guid;
		const void *table;
	} *tables;
};

struct efi_loaded_image {				/* [9.1] */
	u32 revision, pad;
	void *parent, *system, *device, *path, *reserved;
	u32 options_size;				/* bytes */
	u32 pad2;
	const u16 *options;				/* the last 0 may be missing */
};

struct efi_load_file2 {					/* [13.2] */
	efi_status (*load)(struct efi_load_file2 *self, const struct efi_path *path, u8 boot,
			   u64 *size, void *buf);
};

struct efi_file {					/* [13.5] */
	u64 revision;
	efi_status (*open)(struct efi_file *self, struct efi_file **out, const u16 *name, u64 mode,
			   u64 attributes);
	efi_status (*close)(struct efi_file *self);
	void *erase;
	efi_status (*read)(struct efi_file *self, u64 *size, void *buf);
	void *write;
	efi_status (*get_position)(struct efi_file *self, u64 *at);
	efi_status (*set_position)(struct efi_file *self, u64 at);
};

#define EFI_FILE_READ		1
#define EFI_FILE_END		(~0ull)		/* a position */

struct efi_volume {					/* [13.4] */
	u64 revision;
	efi_status (*open)(struct efi_volume *self, struct efi_file **root);
};

#endif
