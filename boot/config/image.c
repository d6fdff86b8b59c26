// SPDX-License-Identifier: Apache-2.0
/*
 * The header of an arm64 Image (Documentation/arch/arm64/booting.rst, section 4). All of it is
 * little-endian.
 */
#include <string.h>

#include "boot/config/bundle.h"
#include "boot/config/filetype.h"
#include "lib/errno.h"

#define TEXT_OFFSET		8
#define IMAGE_SIZE		16
#define FLAGS			24
#define MAGIC			56
#define HEADER_SIZE		64

#define FLAG_BIG_ENDIAN		BIT(0)
#define FLAGS_PAGES(flags)	FIELD(flags, 2, 1)
#define FLAG_ANYWHERE		BIT(3)

/* The bundle aligns members to 4 bytes only, so a byte at a time. */
static u64 le64(const u8 *p)
{
	u64 value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | p[i];
	return value;
}

/* "kernel: is a uImage: take it out with dumpimage -T kernel", or @instead. */
static int refuse_file(const struct filetype *m, const char *what, const char *why,
		       const char *instead, struct diag *d)
{
	const char *how = m->kind == FILETYPE_COMPRESSED ? "decompress it with "
							  : "take what is in it out with ";

	return fail(d, -EINVAL, "%s: is %s%s: %s%s%s%s, and make the bundle again with tools/bundle",
		    what, m->name, why, m->tool ? how : "", m->tool ? m->tool : instead,
		    m->tool_of ? " " : "", m->tool_of ? what : "");
}

static int not_an_image(const struct member *kernel, struct diag *d)
{
	const struct filetype *m = filetype(kernel->data, kernel->size);

	if (!m)
		return fail(d, -EINVAL,
			    "kernel: has no arm64 Image header: give tools/bundle arch/arm64/boot/Image, or --load and --entry for a bare-metal program");
	return refuse_file(m, "kernel", "",
			   m->instead ? m->instead : "give an uncompressed arm64 Image", d);
}

int image_read(const struct member *kernel, struct image *image, struct diag *d)
{
	const u8 *header = kernel->data;
	u64 flags;

	if (kernel->size < HEADER_SIZE || memcmp(header + MAGIC, "ARM\x64", 4))
		return not_an_image(kernel, d);

	flags = le64(header + FLAGS);
	*image = (struct image){
		.text_offset = le64(header + TEXT_OFFSET),
		.image_size = le64(header + IMAGE_SIZE),
		.anywhere = flags & FLAG_ANYWHERE,
		.pages = (u8)FLAGS_PAGES(flags),
	};
	/* Kernels that leave image_size 0 may also have text_offset in the wrong endianness. */
	if (!image->image_size)
		return fail(d, -EINVAL,
			    "kernel: image_size in its header is 0: it is older than Linux 3.17; take a newer one");
	if (flags & FLAG_BIG_ENDIAN)
		return fail(d, -EINVAL,
			    "kernel: is big-endian: build it with CONFIG_CPU_LITTLE_ENDIAN=y");
	if (image->text_offset >= MIB(2) || !IS_ALIGNED(image->text_offset, PAGE_SIZE))
		return fail(d, -EINVAL,
			    "kernel: text_offset in its header is %#lx, not a multiple of 4 KiB below 2 MiB: the file is damaged; copy it again",
			    image->text_offset);
	image->image_size = MAX(image->image_size, kernel->size);
	return 0;
}

/* By the value of image->pages. A field from min to 7 says that stage 1 has the granule. */
static const struct granule {
	const char *name;
	const char *field;		/* of ID_AA64MMFR0_EL1 */
	u8 shift, min;
	const char *others;
} granules[] = {
	{ "", "", 0, 0, "" },
	{ "4 KiB", "TGran4", 28, 0, "16 or 64 KiB" },
	{ "16 KiB", "TGran16", 20, 1, "4 KiB" },
	{ "64 KiB", "TGran64", 24, 0, "4 KiB" },
};

int image_check_pages(const struct image *image, u64 mmfr0, struct diag *d)
{
	const struct granule *g = &granules[image->pages];
	u64 has = mmfr0 >> g->shift & 15;

	if (!image->pages || (has >= g->min && has < 8))
		return 0;
	return fail(d, -EINVAL,
		    "kernel: has pages of %s by its header, and this CPU has none of that size (ID_AA64MMFR0_EL1.%s): give one with pages of %s",
		    g->name, g->field, g->others);
}

int ramdisk_check(const struct member *ramdisk, struct diag *d)
{
	const struct filetype *m = ramdisk->data ? filetype(ramdisk->data, ramdisk->size) : NULL;

	if (!m || m->kind == FILETYPE_COMPRESSED || m->kind == FILETYPE_INITRAMFS)
		return 0;
	return refuse_file(m, "ramdisk", ", which Linux does not take",
			   "give a cpio archive (cpio -H newc), compressed or not", d);
}
