/* SPDX-License-Identifier: Apache-2.0 */
/* The way from the machine's tree to the guest's, on any bytes: a sound tree, or a refusal. */
#include <stdlib.h>
#include <string.h>

#include "boot/guest/dma_list.h"
#include "boot/guest/memory_map.h"
#include "boot/guest/tree.h"
#include "boot/machine/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static struct host host;
static struct config config;
static struct region region[3];
static struct region_table table;

static void check_refusal(const struct diag *d)
{
	CHECK(d->text[0] && memchr(d->text, '\0', sizeof(d->text)));
}

static void add_region(u64 base, enum region_type type, enum region_expose expose)
{
	struct region *r = &region[config.nr_regions++];

	*r = (struct region){
		.ipa = IPA(base), .pa = PA(base), .size = MIB(1), .type = type, .name = "extra@1",
	};
	r->opts.expose = expose;
	r->opts.allow_alias = true;
}

/* What the guest is to have: by a field of the tree's header that says nothing to Mavis. */
static void make_config(u32 choice)
{
	config = (struct config){ .bootargs = choice & 1 ? "quiet" : "", .regions = region };
	config.cpus = choice >> 1 & 3;
	config.memory = choice & 8 ? MIB(16) : 0;
	if (choice & 0x10)
		add_region(0x50000000, REGION_RAM, EXPOSE_RESERVED);
	if (choice & 0x20)
		add_region(0x60000000, REGION_RAM, EXPOSE_PMEM);
	if (choice & 0x40)
		add_region(0x8000000000, REGION_RAM, EXPOSE_MEMORY);
}

static bool make_table(struct diag *d)
{
	static const struct mm_caps caps = { .pa_bits = 48 };

	return !memory_map_start(&table, &config, &caps, d) &&
	       !memory_map_finish(&table, &host, &config, (struct range){ 0x40000000, MIB(4) },
				  &caps, d);
}

/* In an allocation of exactly the bytes that were asked for. */
static void write_guest(const struct guest_fdt_args *args, struct diag *d)
{
	u64 size = guest_fdt_bound(args);
	void *out = malloc(size);

	CHECK(out);
	if (guest_fdt_write(out, size, args, d)) {
		check_refusal(d);
	} else {
		CHECK(fdt_totalsize(out) <= size);
		CHECK(!fdt_check_full(out, fdt_totalsize(out)) && !dt_check(out, size, d));
		CHECK(fdt_path_offset(out, "/chosen") > 0);
	}
	free(out);
}

static void list_masters(void)
{
	struct dma_list l = { .host = &host, .regions = &table };
	char text[256];

	for (unsigned n = 0; dma_list_next(&l, text, sizeof(text)); n++)
		CHECK(n < HOST_MAX_SMMU + 3 && memchr(text, '\0', sizeof(text)));
}

/* What passed is sound for libfdt, too, once FDT_END is inside its block; blocks may overlap. */
static void check_copy(const void *tree)
{
	u32 room = 4 * dt_used_size(tree) + 64;
	void *copy = malloc(room);

	CHECK(copy && !dt_open(tree, copy, room) && !fdt_check_full(copy, room));
	free(copy);
}

static void run(void *tree, size_t size)
{
	struct guest_fdt_args args = { .host = &host, .config = &config, .regions = &table };
	struct diag d = { "" };
	u32 choice;

	if (host_check(tree, size, &d)) {
		check_refusal(&d);
		return;
	}
	check_copy(tree);
	host_read_uart(tree, &host.uart);
	if (host_read(tree, &host, &d)) {
		check_refusal(&d);
		return;
	}
	choice = fdt_boot_cpuid_phys(tree);
	make_config(choice);
	if (!make_table(&d)) {
		check_refusal(&d);
		return;
	}
	list_masters();
	if (choice & 0x80)
		args.ramdisk = (struct range){ 0x48000000, MIB(1) };
	if (choice & 0x100)
		args.control_page = IPA(0xfffff000);
	if (choice & 0x200) {
		args.base = tree;
		args.base_size = size;
	}
	write_guest(&args, &d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *tree = malloc(size);

	CHECK(tree || !size);
	if (size)
		memcpy(tree, data, size);
	run(tree, size);
	free(tree);
	return 0;
}
