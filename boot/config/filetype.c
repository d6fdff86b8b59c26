/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/filetype.h"

#include <string.h>

#define MAGIC(s)		s, sizeof(s) - 1, 0
#define MAGIC_AT(offset, s)	s, sizeof(s) - 1, offset

static const struct filetype types[] = {
	{ "gzip data", FILETYPE_COMPRESSED, "gunzip", MAGIC("\x1f\x8b") },
	{ "xz data", FILETYPE_COMPRESSED, "unxz", MAGIC("\xfd" "7zXZ\0") },
	{ "zstd data", FILETYPE_COMPRESSED, "unzstd", MAGIC("\x28\xb5\x2f\xfd") },
	{ "lz4 data", FILETYPE_COMPRESSED, "unlz4", MAGIC("\x04\x22\x4d\x18") },
	{ "lz4 data", FILETYPE_COMPRESSED, "unlz4", MAGIC("\x02\x21\x4c\x18") },
	{ "bzip2 data", FILETYPE_COMPRESSED, "bunzip2", MAGIC("BZh") },
	{ "lzma data", FILETYPE_COMPRESSED, "unlzma", MAGIC("\x5d\0\0") },
	{ "lzo data", FILETYPE_COMPRESSED, "lzop -d", MAGIC("\x89LZO\0") },
	{ "a cpio archive (newc)", FILETYPE_ARCHIVE, NULL, MAGIC("070701") },
	{ "a cpio archive of the crc format", FILETYPE_ARCHIVE, NULL, MAGIC("070702") },
	{ "a cpio archive of the odc format", FILETYPE_ARCHIVE, NULL, MAGIC("070707") },
	{ "a cpio archive of the old binary format", FILETYPE_ARCHIVE, NULL, MAGIC("\xc7\x71") },
	{ "a device tree or a FIT image", FILETYPE_OTHER, "give its parts instead",
	  MAGIC("\xd0\x0d\xfe\xed") },
	{ "a uImage", FILETYPE_OTHER, "give what mkimage was given instead",
	  MAGIC("\x27\x05\x19\x56") },
	{ "an ELF file", FILETYPE_OTHER,
	  "give arch/arm64/boot/Image, not vmlinux, or convert it with objcopy -O binary",
	  MAGIC("\x7f" "ELF") },
	{ "an EFI zboot image", FILETYPE_OTHER, "give arch/arm64/boot/Image, not vmlinuz.efi",
	  MAGIC_AT(4, "zimg") },
	{ "an arm64 kernel", FILETYPE_OTHER, NULL, MAGIC_AT(56, "ARM\x64") },
};

const struct filetype *filetype(const void *data, u64 size)
{
	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		const struct filetype *t = &types[i];

		if (size >= (u64)t->offset + t->size &&
		    !memcmp((const u8 *)data + t->offset, t->magic, t->size))
			return t;
	}
	return NULL;
}
