/* SPDX-License-Identifier: Apache-2.0 */
/* The guest bundle: a cpio archive (newc) that the loader hands over as an initrd. */
#ifndef BOOT_CONFIG_BUNDLE_H
#define BOOT_CONFIG_BUNDLE_H

#include "lib/format.h"
#include "lib/types.h"

struct member {
	const void *data;		/* NULL: absent */
	u64 size;
};

struct bundle {
	struct member config, kernel, ramdisk, dtb;
};

/*
 * Finds the members in @size untrusted bytes at @archive. `config.dtb` and `kernel` must be there,
 * no known name twice or empty; unknown names are skipped, and what follows the archive's end is
 * not looked at. Errors say what the bytes are instead (gzip, zeroes, ...) and what to do; with
 * @size 0, that there is no bundle.
 */
int bundle_open(const void *archive, u64 size, struct bundle *b, struct diag *d);

/* The fields of an arm64 Image header that placing it needs. */
struct image {
	u64 text_offset;		/* less than 2 MiB */
	u64 image_size;			/* with bss; never less than the file */
	bool anywhere;			/* flags bit 3: any 2 MiB-aligned base will do */
	u8 pages;			/* flags bits 2:1: 1 to 3: 4, 16, 64 KiB; 0: not said */
};

/*
 * Reads the arm64 Image header of @kernel (the kernel's Documentation/arch/arm64/booting.rst).
 * -EINVAL: compressed, big-endian, no arm64 kernel, or one from before 3.17, which does not say how
 * large it is; the text says which.
 */
int image_read(const struct member *kernel, struct image *image, struct diag *d);

/*
 * -EINVAL: the kernel has pages of a size that a CPU with this ID_AA64MMFR0_EL1 has not. It would
 * stop before it can say so.
 */
int image_check_pages(const struct image *image, u64 mmfr0, struct diag *d);

/*
 * -EINVAL: @ramdisk, if there is one, is something that Linux cannot unpack. What nobody knows may
 * be a file system.
 */
int ramdisk_check(const struct member *ramdisk, struct diag *d);

#endif
