/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a boot's work and memory grow with the machine's memory, its CPUs, and the config's regions,
 * counted on the host: the files of boot/ and mm/ that go from the two device trees to stage 2 are
 * compiled with -fsanitize-coverage=trace-pc, which calls a function in every basic block, so a
 * count is exact and the same in each run. (libfdt and the C library's memory functions are not
 * counted: bench/scale-run counts all that EL2 does, for as much as QEMU has.) Fails where the
 * growth is more than that of n log n.
 *
 * The regions are bad ones: of several types in no order, each of other attributes than its
 * neighbours, that all lie in one bank of the host's memory, most with a gap behind them.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "boot/config/config.h"
#include "boot/guest/cpus.h"
#include "boot/guest/keep.h"
#include "boot/guest/map.h"
#include "boot/guest/memory_map.h"
#include "boot/machine/host.h"
#include "hyp/guest.h"
#include "lib/cache.h"
#include "mm/el2.h"
#include "mm/phys.h"
#include "mm/tlb.h"

#define RAM_BASE	GIB(1)
#define REGIONS_BASE	(RAM_BASE + MIB(64))
#define STRIDE		KIB(64)
#define POOL_PAGES	2048u
#define TREE_SIZE	MIB(1)

static unsigned long blocks;
static _Alignas(PAGE_SIZE) u8 memory[POOL_PAGES * PAGE_SIZE];
static _Alignas(8) u8 machine_tree[TREE_SIZE], config_tree[TREE_SIZE];
static struct host host;
static struct config config;

struct pool page_pool;
char __stack_end[1];

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

void *phys(pa_t pa)
{
	return memory + (pa.v - RAM_BASE);
}

void dcache_clean_inval_poc(u64 start, u64 end)
{
	(void)start, (void)end;
}

bool tlb_flush_twice;

void tlb_publish(void)
{
}

void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest)
{
	(void)stage, (void)in, (void)size, (void)smallest;
}

/* What the boot does beside that is not asked for here. */
int el2_clean(pa_t pa, u64 size)
{
	(void)pa, (void)size;
	return -1;
}

int el2_grow_pool(pa_t pa, u64 size)
{
	(void)pa, (void)size;
	return -1;
}

int el2_alloc_stack(u64 *top)
{
	(void)top;
	return -1;
}

int keep_memory(struct host *h, const struct config *c, u64 size, u64 align, const char *what,
		pa_t *out, struct diag *d)
{
	(void)h, (void)c, (void)size, (void)align, (void)what, (void)out, (void)d;
	return -1;
}

static void sound(int err)
{
	if (err < 0) {
		fprintf(stderr, "bench: no tree: %s\n", fdt_strerror(err));
		exit(EXIT_FAILURE);
	}
}

static void cells(void *tree, const char *name, u64 first, u64 second)
{
	fdt64_t value[] = { cpu_to_fdt64(first), cpu_to_fdt64(second) };

	sound(fdt_property(tree, name, value, sizeof(value)));
}

static void begin(void *tree)
{
	sound(fdt_create(tree, TREE_SIZE));
	sound(fdt_finish_reservemap(tree));
	sound(fdt_begin_node(tree, ""));
}

static void end(void *tree)
{
	sound(fdt_end_node(tree));
	sound(fdt_finish(tree));
}

static void make_cpus(void *tree, unsigned cpus)
{
	char name[32];

	sound(fdt_begin_node(tree, "cpus"));
	sound(fdt_property_u32(tree, "#address-cells", 1));
	sound(fdt_property_u32(tree, "#size-cells", 0));
	for (unsigned i = 0; i < cpus; i++) {
		snprintf(name, sizeof(name), "cpu@%x", i);
		sound(fdt_begin_node(tree, name));
		sound(fdt_property_string(tree, "device_type", "cpu"));
		sound(fdt_property_string(tree, "enable-method", "psci"));
		sound(fdt_property_u32(tree, "reg", i));
		sound(fdt_end_node(tree));
	}
	sound(fdt_end_node(tree));
}

static void make_machine(u64 gib, unsigned cpus)
{
	void *tree = machine_tree;
	fdt64_t gic[] = { cpu_to_fdt64(0x8000000), cpu_to_fdt64(KIB(64)),
			  cpu_to_fdt64(0x80a0000), cpu_to_fdt64(cpus * KIB(128)) };

	begin(tree);
	sound(fdt_property_u32(tree, "#address-cells", 2));
	sound(fdt_property_u32(tree, "#size-cells", 2));
	sound(fdt_begin_node(tree, "memory@40000000"));
	sound(fdt_property_string(tree, "device_type", "memory"));
	cells(tree, "reg", RAM_BASE, GIB(gib));
	sound(fdt_end_node(tree));
	sound(fdt_begin_node(tree, "psci"));
	sound(fdt_property_string(tree, "compatible", "arm,psci-1.0"));
	sound(fdt_property_string(tree, "method", "smc"));
	sound(fdt_end_node(tree));
	sound(fdt_begin_node(tree, "intc@8000000"));
	sound(fdt_property_string(tree, "compatible", "arm,gic-v3"));
	sound(fdt_property(tree, "interrupt-controller", NULL, 0));
	sound(fdt_property_u32(tree, "#interrupt-cells", 3));
	sound(fdt_property(tree, "reg", gic, sizeof(gic)));
	sound(fdt_end_node(tree));
	make_cpus(tree, cpus);
	end(tree);
}

static void make_config(unsigned regions)
{
	static const char *const types[] = { "ram", "device-memory", "prefetchable", "mmio" };
	void *tree = config_tree;
	char name[32];

	begin(tree);
	sound(fdt_property_string(tree, "compatible", "mavis,config"));
	sound(fdt_begin_node(tree, "guest"));
	sound(fdt_begin_node(tree, "regions"));
	/* 389 is prime to every number here: each place once, in no order */
	for (u64 i = 0; i < regions; i++) {
		snprintf(name, sizeof(name), "r%lu", (unsigned long)i);
		sound(fdt_begin_node(tree, name));
		sound(fdt_property_string(tree, "type", types[i % 4]));
		cells(tree, "reg", REGIONS_BASE + i * 389 % regions * STRIDE,
		      STRIDE / (1 + !!(i % 5)));
		sound(fdt_end_node(tree));
	}
	sound(fdt_end_node(tree));
	sound(fdt_end_node(tree));
	end(tree);
}

struct point {
	u64 gib;
	unsigned cpus, regions;
};

struct cost {
	unsigned long blocks;
	unsigned rows, tables, kept;	/* tables: pages of stage 2; kept: of the pool at EL2 */
};

/* From the two trees to stage 2, as boot/main.c goes. */
static int measure(const struct point *p, struct cost *c, struct diag *d)
{
	const struct mm_caps caps = { .pa_bits = 48, .fwb = true, .mte = true };
	const struct range image = { RAM_BASE + GIB(p->gib) - MIB(2), MIB(2) };
	int err;

	make_machine(p->gib, p->cpus);
	make_config(p->regions);
	pool_init(&page_pool, PA(RAM_BASE), sizeof(memory));
	blocks = 0;
	err = host_check(machine_tree, fdt_totalsize(machine_tree), d);
	if (!err)
		err = host_read(machine_tree, &host, d);
	if (!err)
		err = config_read(config_tree, fdt_totalsize(config_tree), &host, &config, d);
	if (!err)
		err = memory_map_start(&guest_regions, &config, &caps, d);
	if (!err)
		err = memory_map_finish(&guest_regions, &host, &config, image, &caps, d);
	if (!err)
		err = guest_map(&guest_regions, &caps, d);
	*c = (struct cost){ blocks, guest_regions.nr, POOL_PAGES - page_pool.nr_free,
			    (unsigned)cpus_pool_pages(&host, &config) };
	return err;
}

/* In thousandths; log2 of what is no power of two is a straight line to the next. */
static u64 n_log_n(u64 n)
{
	unsigned whole = 63 - (unsigned)__builtin_clzl(n);

	return n * (whole * 1000 + (n - BIT(whole)) * 1000 / BIT(whole));
}

/*
 * True if the cost has grown more from one point to the next, for what n log n has grown, than
 * between the two before: by more than a quarter.
 */
static bool steeper(const u64 n[3], const unsigned long cost[3])
{
	double before = (double)(cost[1] - cost[0]) / (double)(n_log_n(n[1]) - n_log_n(n[0]));
	double now = (double)(cost[2] - cost[1]) / (double)(n_log_n(n[2]) - n_log_n(n[1]));

	return cost[2] > cost[1] && cost[1] >= cost[0] && now > before * 1.25 + 1;
}

/* A line for each point, in all of which but one dimension stands still. */
static void grow(const char *what, const struct point *points, unsigned nr)
{
	unsigned long cost[3] = { 0 };
	u64 n[3] = { 0 };

	for (unsigned i = 0; i < nr; i++) {
		const struct point *p = &points[i];
		struct diag d = { 0 };
		struct cost c;

		if (measure(p, &c, &d)) {
			fprintf(stderr, "bench: %lu GiB, %u CPUs, %u regions: %s\n",
				(unsigned long)p->gib, p->cpus, p->regions, d.text);
			exit(EXIT_FAILURE);
		}
		n[0] = n[1], n[1] = n[2], n[2] = what[0] == 'm' ? p->gib : what[0] == 'C' ?
						 p->cpus : p->regions;
		cost[0] = cost[1], cost[1] = cost[2], cost[2] = c.blocks;
		printf("%-8s %8lu %8u %12lu %12u %12u\n", what, (unsigned long)n[2], c.rows,
		       c.blocks, c.tables * 4, c.kept * 4);
		if (i > 1 && steeper(n, cost)) {
			fprintf(stderr, "bench: from %lu to %lu %s the work grows more than n log n\n",
				(unsigned long)n[1], (unsigned long)n[2], what);
			exit(EXIT_FAILURE);
		}
	}
}

int main(void)
{
	static const struct point gib[] = {
		{ 1, 1, 0 }, { 4, 1, 0 }, { 16, 1, 0 }, { 64, 1, 0 }, { 256, 1, 0 }, { 1024, 1, 0 },
	}, cpus[] = {
		{ 1, 1, 0 }, { 1, 2, 0 }, { 1, 4, 0 }, { 1, 8, 0 }, { 1, 16, 0 }, { 1, 32, 0 },
		{ 1, 64, 0 },
	}, regions[] = {
		{ 4, 1, 10 }, { 4, 1, 30 }, { 4, 1, 100 }, { 4, 1, 300 }, { 4, 1, 1000 },
		{ 4, 1, 3000 }, { 4, 1, 10000 },
	};

	printf("%-8s %8s %8s %12s %12s %12s\n", "", "", "rows", "blocks run", "stage 2 KiB",
	       "EL2 KiB");
	grow("memory", gib, ARRAY_SIZE(gib));
	grow("CPUs", cpus, ARRAY_SIZE(cpus));
	grow("regions", regions, ARRAY_SIZE(regions));
	return EXIT_SUCCESS;
}
