/* SPDX-License-Identifier: Apache-2.0 */
/* A host tree, and what was read of it. */
#ifndef TESTS_UNIT_HOST_FIXTURE_H
#define TESTS_UNIT_HOST_FIXTURE_H

#include "boot/machine/host.h"
#include "lib/errno.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

static void *fdt;
static struct host host;
static struct diag diag;

static inline void load(const char *name)
{
	free(fdt);
	fdt = tree_load(name);
}

static inline int unload(void **state)
{
	(void)state;
	free(fdt);
	fdt = NULL;
	return 0;
}

static inline void read_all(void)
{
	diag.text[0] = '\0';
	if (host_check(fdt, fdt_totalsize(fdt), &diag))
		fail_msg("host_check: %s", diag.text);
	memset(&host, 0xa5, sizeof(host));	/* what is not read must not matter */
	host_read_uart(fdt, &host.uart);
	if (host_read(fdt, &host, &diag))
		fail_msg("host_read: %s", diag.text);
}

static inline void load_and_read(const char *name)
{
	load(name);
	read_all();
}

static inline void says(const char *part)
{
	if (!strstr(diag.text, part))
		fail_msg("\"%s\" does not say \"%s\"", diag.text, part);
}

static inline void refused(const char *node, const char *prop)
{
	assert_int_equal(host_check(fdt, fdt_totalsize(fdt), &diag), 0);
	diag.text[0] = '\0';
	assert_true(host_read(fdt, &host, &diag) < 0);
	says(node);
	says(prop);
}

static inline void assert_range(struct range r, u64 base, u64 size)
{
	if (r.base != base || r.size != size)
		fail_msg("%#lx + %#lx instead of %#lx + %#lx", r.base, r.size, base, size);
}

static inline const struct host_mmio *find_mmio(u64 base)
{
	for (unsigned i = 0; i < host.nr_mmio; i++)
		if (host.mmio[i].range.base == base)
			return &host.mmio[i];
	return NULL;
}

static inline void assert_mmio(u64 base, u64 size, enum host_mmio_kind kind, const char *name)
{
	const struct host_mmio *m = find_mmio(base);

	if (!m)
		fail_msg("nothing at %#lx", base);
	assert_range(m->range, base, size);
	assert_int_equal(m->kind, kind);
	assert_string_equal(m->name, name);
}

#endif
