/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle reader on any bytes, and the kernel header of what it finds. */
#include <stdlib.h>
#include <string.h>

#include "boot/config/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) abort(); } while (0)

/* Inside the archive. */
static void check_member(const struct member *m, const uint8_t *data, size_t size)
{
	const uint8_t *p = m->data;

	if (!p)
		return;
	CHECK(m->size && p >= data && p + m->size <= data + size);
}

static void check_image(const struct member *kernel)
{
	struct diag diag = { "" };
	struct image image;

	if (image_read(kernel, &image, &diag)) {
		CHECK(diag.text[0] && memchr(diag.text, '\0', sizeof(diag.text)));
		return;
	}
	CHECK(image.image_size >= kernel->size && image.text_offset < MIB(2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { "" };
	struct bundle b;

	if (bundle_open(data, size, &b, &diag)) {
		CHECK(diag.text[0] && memchr(diag.text, '\0', sizeof(diag.text)));
	} else {
		CHECK(b.config.data && b.kernel.data);
		check_member(&b.config, data, size);
		check_member(&b.kernel, data, size);
		check_member(&b.ramdisk, data, size);
		check_member(&b.dtb, data, size);
		check_image(&b.kernel);
	}
	if (size)
		check_image(&(struct member){ data, size });
	return 0;
}
