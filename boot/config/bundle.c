// SPDX-License-Identifier: Apache-2.0
/*
 * The newc format of cpio: per member a header of six characters of magic and 13 numbers of eight
 * hex digits each, the name with its NUL, and the data; name and data are padded to a multiple of 4
 * bytes from the archive's start. The member TRAILER!!! ends it; what comes after that does not
 * count.
 */
#include "boot/config/bundle.h"

#include <string.h>

#include "boot/config/filetype.h"
#include "lib/errno.h"

#define MAGIC		"070701"
#define MAGIC_SIZE	6
#define FIELD_SIZE	8
#define HEADER_SIZE	(MAGIC_SIZE + NR_FIELDS * FIELD_SIZE)
#define MODE_TYPE	0170000
#define MODE_REGULAR	0100000

enum {
	F_INO,
	F_MODE,
	F_UID,
	F_GID,
	F_NLINK,
	F_MTIME,
	F_FILESIZE,
	F_DEVMAJOR,
	F_DEVMINOR,
	F_RDEVMAJOR,
	F_RDEVMINOR,
	F_NAMESIZE,
	F_CHECK,
	NR_FIELDS
};

struct reader {
	const u8 *archive;
	u64 size, at;
	struct diag *d;
	u32 field[NR_FIELDS];		/* of the member that was read last, and so below */
	const char *name;
	struct member data;
};

static const char remedy[] =
	"make a bundle with tools/bundle and give it to the loader as the initrd";

static int no_bundle(struct diag *d)
{
	return fail(d, -ENOENT,
		    "no bundle: the device tree's /chosen names no initrd: %s (QEMU: -initrd, U-Boot: booti's second argument)",
		    remedy);
}

static bool all_zeros(const u8 *p, u64 size)
{
	u64 i = 0;

	while (i < size && !p[i])
		i++;
	return i == size;
}

/* Asked of what does not begin as a newc archive does. */
static int not_an_archive(const u8 *p, u64 size, struct diag *d)
{
	const struct filetype *m = filetype(p, size);

	if (m && (m->kind == FILETYPE_ARCHIVE || m->kind == FILETYPE_INITRAMFS))
		return fail(d, -EINVAL,
			    "bundle: is a cpio archive, but not in the newc format: %s",
			    remedy);
	if (!m && all_zeros(p, MIN(size, PAGE_SIZE)))
		return fail(d, -EINVAL,
			    "bundle: begins with zeros: not loaded, or overwritten: give it another address");
	return fail(d, -EINVAL, "bundle: is %s, not a cpio archive: %s, uncompressed",
		    m ? m->name : "something unknown", remedy);
}

static int cut_short(struct reader *r, const char *what)
{
	return fail(r->d, -EINVAL,
		    "bundle: is cut short: it has %lu bytes, and %s goes on after them: load all of it, or make it again with tools/bundle",
		    r->size, what);
}

static int damaged(struct reader *r, const char *why)
{
	return fail(r->d, -EINVAL,
		    "bundle: is damaged: the member at byte %#lx %s: copy it again, or make it again with tools/bundle",
		    r->at, why);
}

static bool read_hex(const u8 *p, u32 *value)
{
	*value = 0;
	for (unsigned i = 0; i < FIELD_SIZE; i++) {
		u32 digit = p[i] - '0', letter = (p[i] | 0x20) - 'a';

		if (digit > 9 && letter > 5)
			return false;
		if (digit > 9)
			digit = 10 + letter;
		*value = *value << 4 | digit;
	}
	return true;
}

/* Reads the member at r->at and moves on to the next. */
static int next(struct reader *r)
{
	const u8 *header = r->archive + r->at;
	u64 left = r->size - r->at;
	u64 data, end;

	if (left < HEADER_SIZE)
		return cut_short(r, left ? "a header" : "the last member, TRAILER!!!,");
	if (memcmp(header, MAGIC, MAGIC_SIZE))
		return damaged(r, "does not begin with " MAGIC);
	for (unsigned i = 0; i < NR_FIELDS; i++)
		if (!read_hex(header + MAGIC_SIZE + i * FIELD_SIZE, &r->field[i]))
			return damaged(r, "has a number that is not hexadecimal");

	data = ALIGN_UP((u64)HEADER_SIZE + r->field[F_NAMESIZE], 4);
	if (data > left)
		return cut_short(r, "a name");
	r->name = (const char *)header + HEADER_SIZE;
	if (!r->field[F_NAMESIZE] || r->name[r->field[F_NAMESIZE] - 1])
		return damaged(r, "has a name without an end");
	end = data + r->field[F_FILESIZE];
	if (end > left)
		return cut_short(r, "a member");
	r->data = (struct member){ header + data, r->field[F_FILESIZE] };
	r->at += MIN(ALIGN_UP(end, 4), left);
	return 0;
}

struct known {
	const char *name;
	u16 to;				/* in struct bundle */
	bool needed;
};

static const struct known known[] = {
	{ "config.dtb", offsetof(struct bundle, config), true },
	{ "kernel", offsetof(struct bundle, kernel), true },
	{ "ramdisk", offsetof(struct bundle, ramdisk), false },
	{ "guest.dtb", offsetof(struct bundle, dtb), false },
};

static struct member *member_of(struct bundle *b, const struct known *k)
{
	return (struct member *)((u8 *)b + k->to);
}

static int keep(struct reader *r, struct bundle *b)
{
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++) {
		struct member *m = member_of(b, &known[i]);

		if (strcmp(r->name, known[i].name))
			continue;
		if (m->data)
			return fail(r->d, -EEXIST,
				    "bundle: has `%s` twice: make it again with tools/bundle",
				    known[i].name);
		if ((r->field[F_MODE] & MODE_TYPE) != MODE_REGULAR)
			return fail(r->d, -EINVAL,
				    "bundle: `%s` is a link or directory, not a file: make the bundle with tools/bundle",
				    known[i].name);
		if (!r->data.size)
			return fail(r->d, -EINVAL,
				    "bundle: `%s` is empty: make the bundle again with tools/bundle",
				    known[i].name);
		*m = r->data;
	}
	return 0;
}

int bundle_open(const void *archive, u64 size, struct bundle *b, struct diag *d)
{
	struct reader r = { .archive = archive, .size = size, .d = d };
	int err;

	*b = (struct bundle){ .config.data = NULL };
	if (!size)
		return no_bundle(d);
	if (size < MAGIC_SIZE || memcmp(archive, MAGIC, MAGIC_SIZE))
		return not_an_archive(archive, size, d);

	do {
		err = next(&r);
		if (!err)
			err = keep(&r, b);
	} while (!err && strcmp(r.name, "TRAILER!!!"));
	if (err)
		return err;

	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].needed && !member_of(b, &known[i])->data)
			return fail(d, -ENOENT,
				    "bundle: has no member `%s`: it is another archive, such as a ramdisk; %s",
				    known[i].name, remedy);
	return 0;
}
