/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <inttypes.h>
#include <string.h>

#include "context.h"
#include "entry.h"
#include "handover.h"
#include "memory.h"
#include "observer.h"
#include "peek.h"
#include "report.h"
#include "tlb.h"

struct cpu cpus[MAX_CPUS];
unsigned online;
u64 epoch;

struct options options;
bool started;

#define MAX_IMAGES	4

static u64 image_size;
static u64 images[MAX_IMAGES];	/* where it has run: it may move itself */
static unsigned nr_images;

static u64 blocks;

/*
 * With one thread for all CPUs QEMU 10.0 gives a callback the number of the CPU that the block was
 * translated for. VMPIDR_EL2 tells who it is: at reset it is MPIDR_EL1, and EL2 keeps it so.
 */
unsigned machine_cpu(unsigned cpu)
{
	u64 mpidr;

	if (options.one_thread && peek_register("VMPIDR_EL2", &mpidr))
		return mpidr % MAX_CPUS;
	return cpu % MAX_CPUS;
}

bool machine_ours(u64 pc)
{
	for (unsigned i = 0; i < nr_images; i++)
		if (pc - images[i] < image_size)
			return true;
	return false;
}

static void add_image(u64 base)
{
	if (nr_images == MAX_IMAGES)
		nr_images--;
	images[nr_images++] = base;
	report_image(base, image_size);
}

#define HEADER_SIZE	64
#define HEADER_MAGIC	0x644d5241	/* "ARM\x64", at 56; image_size stands at 16 */

bool machine_header_at(u64 va, u64 *size)
{
	u8 header[HEADER_SIZE];
	u32 magic;

	if (va % PAGE || !peek_virtual(va, header, sizeof(header)))
		return false;
	memcpy(&magic, header + 56, sizeof(magic));
	memcpy(size, header + 16, sizeof(*size));
	return magic == HEADER_MAGIC;
}

/* EL2 runs what it has written itself: the image has moved. */
static void look_for_moved_image(u64 pc)
{
	u64 size;

	for (u64 base = ALIGN_DOWN(pc, PAGE); pc - base < image_size; base -= PAGE)
		if (machine_header_at(base, &size) && size == image_size) {
			add_image(base);
			report_note("the image has moved to %#" PRIx64, base);
			return;
		}
	add_image(ALIGN_DOWN(pc, PAGE));
}

void machine_start(u64 base, u64 size)
{
	u64 file = options.file_size ? options.file_size : size;

	image_size = size;
	memset(cpus, 0, sizeof(cpus));
	online = 0;
	epoch = 1;
	nr_images = 0;
	guest_seen_mmu = false;
	entry_reset();
	tables_reset();
	tlb_reset();
	handover_reset();
	memory_reset(base, file, !options.loader_clean);
	peek_register("CTR_EL0", &memory_ctr);
	add_image(base);
	observers_reset();
	tree_read(peek_x(0));
	started = true;
	report_note("starts: image at %#" PRIx64 ", %#" PRIx64 " bytes, file %#" PRIx64
		    ", CTR_EL0 %#" PRIx64 "%s", base, image_size, file, memory_ctr,
		    options.loader_clean ? "" : "; all else is dirty in a cache");
}

/* A CPU starts, or comes back from where firmware has turned it off: its registers are unknown. */
static void cpu_starts(unsigned c)
{
	struct cpu *cpu = &cpus[c];
	struct cpu fresh = { .seen = true, .ic_epoch = cpu->ic_epoch,
			     .ic_epoch_guest = cpu->ic_epoch_guest, .orders = cpu->orders + 1,
			     .store_orders = cpu->store_orders + 1,
			     .completions = cpu->completions + 1,
			     .shared_loads = cpu->shared_loads + 1,
			     .shared_stores = cpu->shared_stores + 1,
			     .wide_stores = cpu->wide_stores + 1,
			     .wide_completions = cpu->wide_completions + 1 };

	peek_register("SCTLR_EL2", &fresh.sctlr_el2);
	if (!cpu->seen)
		online++;
	*cpu = fresh;
	entry_cpu_starts(c);
}

static bool was_reset(unsigned c)
{
	u64 sctlr;

	return peek_register("SCTLR_EL2", &sctlr) && !(sctlr & SCTLR_M) &&
	       cpus[c].sctlr_el2 & SCTLR_M;
}

/* A loader may be an Image as well, and write another one. */
bool machine_has_moved(unsigned c, u64 pc, u64 size)
{
	return size == image_size && cpus[c].seen &&
	       memory_written_by_el2(machine_el2_leaf(c, pc).out) && !was_reset(c);
}

static void fetch_page(struct at at, unsigned el, u64 va, u64 size)
{
	const struct cpu *cpu = &cpus[at.cpu];
	u64 sctlr = el == 2 ? cpu->sctlr_el2 : cpu->sctlr_el1;
	struct leaf leaf = el == 2 ? machine_el2_leaf(at.cpu, va) : tables_stage2(at.cpu, va);
	bool cacheable = sctlr & SCTLR_I &&
			 (el == 2 && sctlr & SCTLR_M ? leaf.attr == WRITEBACK :
						       leaf.attr != NONCACHEABLE);

	if (leaf.attr != UNMAPPED)
		memory_fetch(at, leaf.out, size, cacheable, el == 2 ? EL2 : GUEST);
}

static void fetch(struct at at, unsigned el, u64 size)
{
	u64 end = at.pc + size, middle = ALIGN_DOWN(end - 1, PAGE);

	blocks++;
	if (middle > at.pc) {			/* on two pages */
		fetch_page(at, el, at.pc, middle - at.pc);
		fetch_page(at, el, middle, end - middle);
	} else {
		fetch_page(at, el, at.pc, size);
	}
}

static void el2_runs(struct at at, u64 size)
{
	struct cpu *cpu = &cpus[at.cpu];

	if (!machine_ours(at.pc)) {
		if (!cpu->seen || !memory_written_by_el2(machine_el2_leaf(at.cpu, at.pc).out))
			return;			/* a loader, after a reset */
		look_for_moved_image(at.pc);
	}
	if (!cpu->seen || (cpu->after_smc && was_reset(at.cpu)))
		cpu_starts(at.cpu);
	cpu->after_smc = false;
	if (cpu->in_guest)
		context_synchronize(at.cpu);	/* by taking the exception */
	cpu->in_guest = false;
	fetch(at, 2, size);
}

void machine_runs(struct at at, unsigned el, u64 size)
{
	if (el == 2) {
		el2_runs(at, size);
		return;
	}
	cpus[at.cpu].in_guest = true;
	if (!(cpus[at.cpu].sctlr_el1 & SCTLR_M))
		fetch(at, el, size);
}

void machine_totals(void)
{
	report_note("ends: %" PRIu64 " blocks at EL2 or with the guest's MMU off, %u CPUs", blocks,
		    online);
}
