/* SPDX-License-Identifier: Apache-2.0 */
/* A host tree, and the guest's that was made of it. */
#ifndef TESTS_UNIT_GUEST_FDT_FIXTURE_H
#define TESTS_UNIT_GUEST_FDT_FIXTURE_H

#include "boot/machine/fdt.h"
#include "boot/guest/tree.h"
#include "lib/errno.h"
#include "tests/unit/test.h"
#include "tests/unit/tree.h"

static void *fdt;		/* the host's */
static u8 *out;			/* the guest's */
static struct host host;
static struct config config;
static struct region_table regions;
static struct guest_fdt_args args;
static struct diag diag;

static inline void add_ram(u64 base, u64 size)
{
	regions.region[regions.nr++] = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = size, .type = REGION_RAM,
	};
}

/*
 * The guest has all of the host's memory, all CPUs, no ramdisk, no command line: each test changes
 * what it is about.
 */
static inline void load(const char *name)
{
	free(fdt);
	fdt = tree_load(name);
	config = (struct config){ .bootargs = "" };
	args = (struct guest_fdt_args){ .host = &host, .config = &config, .regions = &regions };
}

static inline void read_tree(void)
{
	if (host_check(fdt, fdt_totalsize(fdt), &diag) || host_read(fdt, &host, &diag))
		fail_msg("%s", diag.text);
	regions.nr = 0;
	for (unsigned i = 0; i < host.nr_memory; i++)
		add_ram(host.memory[i].base, host.memory[i].size);
}

/* In an allocation of exactly the size that guest_fdt_bound() asks for. */
static inline int write_tree(void)
{
	u64 size = guest_fdt_bound(&args);

	free(out);
	out = malloc(size);
	assert_non_null(out);
	memset(out, 0xa5, size);
	diag.text[0] = '\0';
	return guest_fdt_write(out, size, &args, &diag);
}

static inline void write_guest(void)
{
	if (write_tree())
		fail_msg("guest_fdt_write: %s", diag.text);
	if (dt_check(out, fdt_totalsize(out), &diag) || fdt_check_full(out, fdt_totalsize(out)))
		fail_msg("the guest's tree is corrupt");
}

static inline void load_and_write(const char *name)
{
	load(name);
	read_tree();
	write_guest();
}

static inline int cleanup(void **state)
{
	(void)state;
	free(fdt);
	free(out);
	fdt = NULL;
	out = NULL;
	return 0;
}

static inline void says(const char *part)
{
	if (!strstr(diag.text, part))
		fail_msg("\"%s\" does not say \"%s\"", diag.text, part);
}

static inline void refused(int err, const char *first, const char *second)
{
	assert_int_equal(write_tree(), err);
	says(first);
	says(second);
}

#endif
