/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep: each stage 2 encoding, under it each stage 1 type. */
#include <string.h>

#include "drivers/console.h"
#include "drivers/firmware.h"
#include "boot/machine/host.h"
#include "boot/machine/fdt.h"
#include "guests/lab/dma.h"
#include "guests/lab/lab.h"
#include "guests/lab/litmus.h"
#include "guests/lab/relate.h"
#include "guests/lab/speculate.h"
#include "lib/arch.h"
#include "mm/attr.h"

#define NR_S2		16
#define ROUNDS		1000000
#define QUICK_ROUNDS	256
#define RET		0xd65f03c0

static const u8 named_types[] = { 0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff, 0xf0 };

struct features features;

static char stacks[MAX_LAB_CPUS][STACK_SIZE] __attribute__((aligned(16)));
struct context contexts[MAX_LAB_CPUS] = {
	{ .stack = (u64)(stacks[0] + STACK_SIZE) }, { .stack = (u64)(stacks[1] + STACK_SIZE) },
};

_Static_assert(offsetof(struct context, attempt) == CONTEXT_ATTEMPT &&
	       offsetof(struct context, stack) == CONTEXT_STACK, "head.S has these");

static struct host host;

static unsigned cells;

const char guest_name[] = "lab";

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
	calls_init(host.conduit == CONDUIT_SMC);
	if (host_boot_cpu_first(&host, read_sysreg(mpidr_el1) & MPIDR_AFFINITY, &d))
		give_up(d.text);
}

static void read_features(void)
{
	features.lse = FIELD(read_sysreg(id_aa64isar0_el1), 23, 20) >= 2;
	features.lse128 = FIELD(read_sysreg(id_aa64isar0_el1), 23, 20) >= 3;
	features.ls64 = FIELD(read_sysreg(id_aa64isar1_el1), 63, 60);
	features.mops = FIELD(read_sysreg_s(SYS_ID_AA64ISAR2_EL1), 19, 16);
	features.sve = FIELD(read_sysreg(id_aa64pfr0_el1), 35, 32);
	features.xs = FIELD(read_sysreg(id_aa64isar1_el1), 59, 56);
	features.rcpc = FIELD(read_sysreg(id_aa64isar1_el1), 23, 20) >= 1;
	features.zva = !(read_sysreg(dczid_el0) & BIT(4));	/* DZP */
}

/* A string of the tree, which may have anything in it, as JSON has it. */
static void print_string(const char *s)
{
	print("\"");
	for (; s && *s; s++)
		if (*s >= ' ' && *s < 0x7f && *s != '"' && *s != '\\')
			print("%c", *s);
		else
			print("\\u%04x", (u8)*s);
	print("\"");
}

/* True if the lab's command line has @word in it. */
static bool asked_for(const char *word)
{
	for (const char *s = host.bootargs; *s; s++)
		if (!strncmp(s, word, strlen(word)))
			return true;
	return false;
}

/* The number after @word in the lab's command line, or @otherwise. */
static u64 number_asked_for(const char *word, u64 otherwise)
{
	for (const char *s = host.bootargs; *s; s++) {
		u64 n = 0;

		if (strncmp(s, word, strlen(word)))
			continue;
		for (s += strlen(word); *s >= '0' && *s <= '9'; s++)
			n = n * 10 + (u64)(*s - '0');
		return n;
	}
	return otherwise;
}

static void print_header(const u64 *info, unsigned planned)
{
	struct call_result revision = call(CONTROL_CALL_REVISION, 0, 0, 0);

	print("{\"t\":\"lab\",\"v\":2,\"mavis\":\"%lu.%lu\",\"midr\":\"%#lx\",\"cpus\":%u",
	      (u64)revision.status, revision.r[0], read_sysreg(midr_el1), host.nr_cpus);
	print(",\"fwb\":%d,\"mte\":%d,\"mte_perm\":%d,\"xs\":%d", features.fwb,
	      features.mte, !!(info[1] & CONTROL_INFO_MTE_PERM), features.xs);
	print(",\"cntfrq\":%lu,\"row\":%d", read_sysreg(cntfrq_el0), TRIES_ROW);
	print(",\"target\":\"%#lx\",\"size\":\"%#lx\",\"tree_model\":", target.ipa, target.size);
	print_string(fdt_getprop(host.fdt, 0, "model", NULL));
	print(",\"plan\":{\"cell\":%u,\"litmus\":%u}}\n",
	      NR_S2 * (asked_for("all-mair") ? 256u : (unsigned)sizeof(named_types)), planned);
}

/* Once: the second page returns to its caller. */
static void write_code(void)
{
	target_map(MAIR_NORMAL_WB);
	*(volatile u32 *)TEST_CODE = RET;
	cache_publish_code(TEST_CODE, sizeof(u32));
	target_unmap();
}

/* A byte that is UNPREDICTABLE in MAIR_EL1, on this CPU. */
static bool reserved(u8 mair)
{
	struct mem_attr attr;

	return mair_decode(mair, &attr) || (attr.xs0 && !features.xs) ||
	       (attr.tagged && !features.mte);
}

static void print_translations(void)
{
	struct call_result read = control(CONTROL_AT, TEST_VA, 0, 0),
			   write = control(CONTROL_AT, TEST_VA, 1, 0);

	print(",\"par\":\"%#lx\",\"par_w\":\"%#lx\"", translate(TEST_VA, false),
	      translate(TEST_VA, true));
	if (read.status || write.status)
		give_up("the control call AT failed");
	print(",\"par_s12\":\"%#lx\",\"par_s12_w\":\"%#lx\"", read.r[1], write.r[1]);
}

/* @set: what the control call said of this stage 2 encoding. */
static void cell(u8 mair, unsigned s2, s64 set, bool with_tries)
{
	cells++;
	print("{\"t\":\"cell\",\"s1\":\"%#04x\",\"s2\":%u,\"status\":", mair, s2);
	if (set == CONTROL_EINVAL || reserved(mair)) {
		print("\"reserved\"}\n");
		return;
	}
	if (set) {
		print("%d}\n", (int)set);
		return;
	}
	target_map(mair);
	print("0");
	print_translations();
	print("}\n");
	if (with_tries)
		tries_run(mair, s2);
	target_unmap();
}

static bool is_named(u8 mair)
{
	return memchr(named_types, mair, sizeof(named_types));
}

static void sweep(bool all_mair)
{
	for (unsigned s2 = 0; s2 < NR_S2; s2++) {
		s64 set = target_set(s2);

		for (unsigned i = 0; i < sizeof(named_types); i++)
			cell(named_types[i], s2, set, true);
		for (unsigned mair = 0; all_mair && mair < 256; mair++)
			if (!is_named((u8)mair))
				cell((u8)mair, s2, set, false);
	}
}

static struct litmus_plan plan_litmus(void)
{
	bool quick = asked_for("quick");

	return (struct litmus_plan){
		.rounds = number_asked_for("rounds=", quick ? QUICK_ROUNDS : ROUNDS),
		.all_edges = asked_for("all-edges"),
		.few_types = quick,
	};
}

void lab_main(const void *fdt)
{
	struct litmus_plan litmus;
	struct call_result info;

	read_machine(fdt);
	read_features();
	info = control(CONTROL_INFO, 0, 0, 0);
	if (info.status)
		give_up("no control calls: the config's guest node must say control");
	features.fwb = info.r[1] & CONTROL_INFO_FWB;
	if (!target_find(info.r[0]))
		give_up("the config must have a region of 8 KiB or more called target");
	if (host.nr_cpus > 1 && !other_start(host.cpu[1].mpidr))
		give_up("the second CPU does not start");

	litmus = plan_litmus();
	print("--- lab begin\n");
	print_header(info.r, litmus_planned(&litmus));
	identify();
	write_code();
	sweep(asked_for("all-mair"));
	relate_run();
	speed_run();
	if (asked_for("dma"))
		dma_run(&host);
	speculate_run(&host);
	litmus_run(&litmus);
	target_restore();
	print("{\"t\":\"end\",\"cells\":%u,\"tries\":%u,\"faults\":%u", cells, tries_done,
	      tries_faulted);
	print(",\"share\":%u,\"alias\":%u,\"speed\":%u,\"dma\":%u", shares_done, aliases_done,
	      speeds_done, dmas_done);
	print(",\"speculation\":%u,\"litmus\":%u}\n", speculations_done, litmus_done);
	print("--- lab end\n");
	power_off();
}
