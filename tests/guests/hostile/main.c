/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "boot/machine/fdt.h"
#include "drivers/console.h"
#include "drivers/firmware.h"
#include "lib/range.h"
#include "mm/attr.h"
#include "tests/guests/hostile/hostile.h"

#define MAX_OWN		2048
#define MAX_SAID	5

struct features features;
struct host host;
bool thorough;

static char stacks[MAX_LAB_CPUS][STACK_SIZE] __attribute__((aligned(16)));
struct context contexts[MAX_LAB_CPUS] = {
	{ .stack = (u64)(stacks[0] + STACK_SIZE) }, { .stack = (u64)(stacks[1] + STACK_SIZE) },
};

static struct range own[MAX_OWN];
static unsigned nr_own;

static const struct {
	const char *name;
	void (*attack)(struct tally *t);
} classes[] = {
	{ "memory", attack_memory },
	{ "walks", attack_walks },
	{ "calls", attack_calls },
	{ "power", attack_power },
	{ "registers", attack_registers },
	{ "flash", attack_flash },
	{ "control", attack_control },
	{ "pci", attack_pci },
	{ "buses", attack_buses },
	{ "races", attack_races },
	{ "dma", attack_dma },
	{ "lpis", attack_lpis },
	{ "gic", attack_gic },
	{ "console", attack_console },
	{ "its", attack_its },
};

const char guest_name[] = "hostile";

u64 any(void)
{
	static u64 states[MAX_LAB_CPUS] = { 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9 };
	u64 *x = &states[read_sysreg(tpidr_el1) == (u64)&contexts[1]];

	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

void count(struct tally *t, bool withstood, const char *what, u64 detail)
{
	t->tried++;
	t->withstood += withstood;
	if (!withstood && t->tried - t->withstood <= MAX_SAID)
		print("hostile: not withstood: %s, %#lx\n", what, detail);
}

static void add_own(struct range r)
{
	if (nr_own == MAX_OWN)
		give_up("the tree has too many ranges");
	own[nr_own++] = pages_around(r);
}

static void read_own(void)
{
	for (unsigned i = 0; i < host.nr_memory; i++)
		add_own(host.memory[i]);
	for (unsigned i = 0; i < host.nr_mmio; i++)
		add_own(host.mmio[i].range);
	/* What the config reserves for races.c. */
	for (unsigned i = 0; i < host.nr_reserved; i++)
		if (!strncmp(host.reserved[i].name, "tables", 6))
			add_own(host.reserved[i].range);
	nr_own = ranges_normalise(own, nr_own);
}

bool own_range(unsigned i, struct range *r)
{
	if (i >= nr_own)
		return false;
	*r = own[i];
	return true;
}

bool is_own(struct range r)
{
	for (unsigned i = 0; i < nr_own; i++)
		if (range_contains(own[i], r))
			return true;
	return false;
}

/* The console first, so that there is somewhere to complain. */
static void read_machine(const void *fdt)
{
	struct host_uart found;
	struct diag d;

	host_read_uart(fdt, &found);
	if (found.found && !mmu_map(ALIGN_DOWN(found.range.base, PAGE_SIZE),
				    ALIGN_DOWN(found.range.base, PAGE_SIZE), PAGE_SIZE,
				    MAP_DEVICE) && uart_open(&found.uart))
		console_open(&found.uart);
	console_decide(false);
	if (host_read(fdt, &host, &d))
		give_up(d.text);
	host.uart = found;
	if (host_boot_cpu_first(&host, read_sysreg(mpidr_el1) & MPIDR_AFFINITY, &d))
		give_up(d.text);
}

/* What stage 2 maps is at its own address, and in the tree. */
static const char *walk_stage_2(void)
{
	struct call_result c;

	for (u64 at = 0;; at = c.r[0] + c.r[2]) {
		c = control(CONTROL_WALK, at, 0, 0);
		if (c.status == CONTROL_EINVAL)
			return NULL;
		if (!c.r[2])
			return "WALK does not go on";
		if (!c.status && (c.r[1] != c.r[0] ||
				  !is_own((struct range){ c.r[0], c.r[2] }))) {
			print("hostile: stage 2 has %#lx at %#lx, %#lx bytes\n", c.r[1], c.r[0],
			      c.r[2]);
			return "stage 2 maps what the tree does not have";
		}
	}
}

/* None where Mavis is whole, as far as that is seen from here. */
static const char *look(void)
{
	static s64 version;
	s64 now = call(PSCI_VERSION, 0, 0, 0).status;

	if (!version)
		version = now;
	if (now <= 0 || now != version)
		return "PSCI_VERSION answers something else";
	return walk_stage_2();
}

u64 outside(void)
{
	for (;;) {
		struct range r = host.memory[any() % host.nr_memory];
		u64 at = any() & 1 ? range_end(r) + any() % MIB(2) :
			 any() & 1 ? r.base - 1 - any() % MIB(2) : any() & GENMASK(39, 0);

		at = ALIGN_DOWN(at, PAGE_SIZE);
		if (!is_own((struct range){ at, PAGE_SIZE }))
			return at;
	}
}

bool asked_for(const char *word)
{
	for (const char *s = host.bootargs; *s; s++)
		if (!strncmp(s, word, strlen(word)))
			return true;
	return false;
}

void lab_main(const void *fdt)
{
	const char *wrong;

	read_machine(fdt);
	read_own();
	calls_init(false);
	thorough = asked_for("thorough");
	features.lse = FIELD(read_sysreg(id_aa64isar0_el1), 23, 20) >= 2;
	features.zva = !(read_sysreg(dczid_el0) & BIT(4));
	mmu_set_test_types(MAIR_NORMAL_WB, MAIR_NORMAL_WB);
	if (host.nr_cpus > 1 && !other_start(host.cpu[1].mpidr))
		give_up("the second CPU does not start");
	wrong = look();
	print("hostile: begins, %s\n", wrong ? wrong : "whole");
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++) {
		struct tally t = { 0 };

		classes[i].attack(&t);
		wrong = look();
		print("hostile: %s: %lu tried, %lu withstood, %s\n", classes[i].name, t.tried,
		      t.withstood, wrong ? wrong : "whole");
	}
	print("hostile: done\n");
	for (;;)			/* who looks from outside may not be done */
		asm volatile("wfi");
}
