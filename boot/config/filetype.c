/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/filetype.h"

#include <string.h>

#define MAGIC(s)		.magic = s, .size = sizeof(s) - 1
#define AT(n)			.offset = n
#define WITHIN(s)		.within = s, .within_size = sizeof(s) - 1

#define COMPRESSED		.kind = FILETYPE_COMPRESSED
#define WRAPPED			.kind = FILETYPE_WRAPPED
#define OTHER			.kind = FILETYPE_OTHER

#define FOR_ARM64		"give one for arm64"

/* The first that fits. */
static const struct filetype types[] = {
	{ "gzip data", COMPRESSED, "gunzip", MAGIC("\x1f\x8b") },
	{ "xz data", COMPRESSED, "unxz", MAGIC("\xfd" "7zXZ\0") },
	{ "zstd data", COMPRESSED, "unzstd", MAGIC("\x28\xb5\x2f\xfd") },
	{ "lz4 data", COMPRESSED, "unlz4", MAGIC("\x04\x22\x4d\x18") },
	{ "lz4 data", COMPRESSED, "unlz4", MAGIC("\x02\x21\x4c\x18") },
	{ "bzip2 data", COMPRESSED, "bunzip2", MAGIC("BZh") },
	{ "lzma data", COMPRESSED, "unlzma", MAGIC("\x5d\0\0") },
	{ "lzo data", COMPRESSED, "lzop -d", MAGIC("\x89LZO\0") },
	{ "a cpio archive (newc)", .kind = FILETYPE_INITRAMFS, MAGIC("070701") },
	{ "a cpio archive of the crc format", .kind = FILETYPE_INITRAMFS, MAGIC("070702") },
	{ "a cpio archive of the odc format", .kind = FILETYPE_ARCHIVE, MAGIC("070707") },
	{ "a cpio archive of the old binary format", .kind = FILETYPE_ARCHIVE, MAGIC("\xc7\x71") },
	/* FDT_BEGIN_NODE and the name of the node that a FIT image must have. */
	{ "a FIT image", WRAPPED, "dumpimage -T flat_dt -p <number> (dumpimage -l has the numbers)",
	  MAGIC("\xd0\x0d\xfe\xed"), WITHIN("\0\0\0\1images\0") },
	{ "a device tree", OTHER, MAGIC("\xd0\x0d\xfe\xed") },
	{ "a uImage", WRAPPED, "dumpimage -T", .tool_of = true, MAGIC("\x27\x05\x19\x56") },
	{ "an Android boot image", WRAPPED, "unpack_bootimg --boot_img (Debian: mkbootimg)",
	  MAGIC("ANDROID!") },
	{ "an Android vendor boot image", WRAPPED,
	  "unpack_bootimg --vendor_boot_img (Debian: mkbootimg)", MAGIC("VNDRBOOT") },
	{ "an ELF file", OTHER,
	  .instead = "give tools/bundle arch/arm64/boot/Image, not vmlinux; it takes an ELF program apart",
	  MAGIC("\x7f" "ELF") },
	{ "an EFI zboot image", OTHER,
	  .instead = "give arch/arm64/boot/Image, not vmlinuz.efi", MAGIC("zimg"), AT(4) },
	{ "a kernel for x86 (bzImage)", OTHER, .instead = FOR_ARM64, MAGIC("HdrS"),
	  AT(0x202) },
	{ "a kernel for 32-bit Arm (zImage)", OTHER, .instead = FOR_ARM64,
	  MAGIC("\x18\x28\x6f\x01"), AT(0x24) },
	{ "a kernel for RISC-V", OTHER, .instead = FOR_ARM64, MAGIC("RSC\x05"), AT(56) },
	{ "an arm64 kernel", OTHER, MAGIC("ARM\x64"), AT(56) },
};

static bool has(const u8 *data, u64 size, const char *what, u64 len)
{
	for (u64 at = 0; at + len <= size; at++)
		if (!memcmp(data + at, what, len))
			return true;
	return false;
}

const struct filetype *filetype(const void *data, u64 size)
{
	const u8 *bytes = data;

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		const struct filetype *t = &types[i];

		if (size >= (u64)t->offset + t->size &&
		    !memcmp(bytes + t->offset, t->magic, t->size) &&
		    (!t->within ||
		     has(bytes, MIN(size, PAGE_SIZE), t->within, t->within_size)))
			return t;
	}
	return NULL;
}
