/* SPDX-License-Identifier: Apache-2.0 */
/* The guest bundle: a cpio archive (newc) that the loader hands over as an initrd. */
#ifndef HYP_BUNDLE_H
#define HYP_BUNDLE_H

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
 * Finds the members in @size untrusted bytes at @archive. `config.dtb` and `kernel` must be there, no known name twice;
 * unknown names are skipped. Errors say what the bytes are instead (gzip, an empty initrd, ...) and what to do.
 */
int bundle_open(const void *archive, u64 size, struct bundle *b, struct diag *d);

/* The fields of an arm64 Image header that placing it needs. */
struct image {
	u64 text_offset;
	u64 image_size;			/* with bss; never less than the file */
	bool anywhere;			/* flags bit 3: any 2 MiB-aligned base will do */
};

/*
 * Reads the arm64 Image header of @kernel. Compressed, big-endian and non-arm64 kernels, and those whose page size the
 * guest's CPU cannot do, are refused by name.
 */
int image_read(const struct member *kernel, struct image *image, struct diag *d);

#endif
