/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot story. head.S has relocated the image and turned the MMU on; from here on it is told in
 * main(), at the end. Each step either works or stops the machine with a line that says what is
 * wrong. When the guest starts, all of boot/ is gone.
 */
#include <string.h>

#include "boot/features.h"
#include "boot/guest/bars.h"
#include "boot/guest/calls.h"
#include "boot/guest/control.h"
#include "boot/guest/cpus.h"
#include "boot/guest/gic.h"
#include "boot/guest/home.h"
#include "boot/guest/its.h"
#include "boot/guest/keep.h"
#include "boot/guest/load.h"
#include "boot/guest/map.h"
#include "boot/guest/memory_map.h"
#include "boot/guest/selfcheck.h"
#include "boot/guest/smmu.h"
#include "boot/guest/suspend.h"
#include "boot/guest/watch.h"
#include "boot/guest/worked.h"
#include "boot/machine/cmdline.h"
#include "boot/machine/cpu_start.h"
#include "boot/machine/earlycon.h"
#include "boot/machine/kept.h"
#include "boot/machine/spin_table.h"
#include "boot/machine/uart_probe.h"
#include "boot/move.h"
#include "boot/probe_tags.h"
#include "boot/report.h"
#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/caps.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/enter.h"
#include "hyp/kind.h"
#include "hyp/panic.h"
#include "lib/sections.h"
#include "mm/el2.h"

/* What is known of the machine and the guest comes along when Mavis moves: carry(). */
static struct host host __noinit;
static struct config config __noinit;
static struct bundle bundle __noinit;
static u64 tree_size __noinit;
static ipa_t control_page;		/* 0 before it has a place */

static struct diag diag;

/* It is only read, but what the guest gets may be moved to where it was (load_guest()). */
static void map_memory(u64 base, u64 size, const char *what)
{
	if (el2_map(PA(base), size, S1_DATA))
		stop("%s: EL2 cannot map %#lx bytes at %#lx: out of range, or the page pool is used up",
		     what, size, base);
}

/* The header says how much there is to map; host_check() then looks at the whole. */
static const void *map_tree(u64 fdt)
{
	struct uart uart;

	tree_size = 0;
	if (fdt && IS_ALIGNED(fdt, 8)) {
		map_memory(fdt, 8, "device tree");
		tree_size = host_tree_size((const void *)fdt);
	}
	if (tree_size)
		map_memory(fdt, tree_size, "device tree");
	if (host_check((const void *)fdt, tree_size, &diag)) {
		if (uart_probe(&uart))
			console_open(&uart);
		stop("%s", diag.text);
	}
	return (const void *)fdt;
}

static bool opens(const struct uart *u)
{
	return !el2_map(PA(u->base), UART_SIZE, S1_DEVICE) && uart_open(u);
}

/* Before all else that can go wrong, so that there is somewhere to say it. */
static void open_console(const void *fdt)
{
	struct host_uart *u = &host.uart;
	const char *args = host_read_uart(fdt, u);
	struct uart named;
	int err = earlycon_parse(args, &named, &diag);

	if (err > 0 && opens(&named))
		*u = (struct host_uart){ .found = true, .uart = named, .path = "by earlycon=" };
	else
		u->found = u->found && opens(&u->uart);
	if (u->found)
		console_open(&u->uart);
	if (cmdline_has(args, CMDLINE_QUIET))
		console_decide(true);
	debug_asked = cmdline_has(args, CMDLINE_DEBUG);
	if (err < 0)
		print("Warning: %s\n", diag.text);
}

/*
 * From here on nothing writes memory any more that the loader has told to: before any is chosen for
 * Mavis.
 */
static void stop_writers(void)
{
	check(smmu_take(&host, &diag), &diag);
	check(gic_find(&host, &diag), &diag);
	check(its_stop(&host, &diag), &diag);
	check(gic_stop_lpis(&host, &diag), &diag);
}

static void read_host(const void *fdt, u64 el)
{
	unsigned dropped;

	check(host_read(fdt, &host, &diag), &diag);
	firmware_init(host.conduit);
	if (el == 1 && FIELD(read_sysreg(CurrentEL), 3, 2) == 2)
		stop("this CPU has no FEAT_E2H0, HCR_EL2.E2H is always 1: Mavis needs one that can clear it");
	if (el != 2)
		stop("entered at EL%lu: Mavis needs EL2: start it there (QEMU virt: -machine virtualization=on)",
		     el);
	stop_writers();
	check(host_boot_cpu_first(&host, read_sysreg(mpidr_el1), &diag), &diag);
	dropped = cpu_start_check(&host, &diag);
	report_machine(&host);
	if (dropped)
		print("Warning: %u CPU%s cannot be started and %s not the guest's: %s\n", dropped,
		      dropped == 1 ? "" : "s", dropped == 1 ? "is" : "are", diag.text);
	report_command_line(host.bootargs);
}

/* What of Mavis stays for this config (enum part). */
static void ask_for_parts(void)
{
	debug_asked = config.debug;
	control_asked = config.control;
	for (unsigned i = 0; i < config.nr_regions; i++)
		control_asked |= config.regions[i].opts.unaligned == UNALIGNED_EMULATED;
	for (unsigned i = 0; i < config.nr_bars; i++)
		control_asked |= config.bar[i].region.opts.unaligned == UNALIGNED_EMULATED;
}

/* Where there is nothing an access would be EL2's last: these abort, and read as ones. */
static void map_bundle(struct range b)
{
	u64 first = ALIGN_DOWN(b.base, sizeof(u64));
	u64 last = ALIGN_DOWN(range_end(b) - 1, sizeof(u64));

	if (!b.size)
		return;
	check(keep_check_bundle(&host, cpu_mm_caps().pa_bits, &diag), &diag);
	map_memory(b.base, b.size, "bundle");
	if (!host_has_memory(&host, b) && (!~read64(first) || !~read64(last)))
		stop("bundle: /chosen says that it has %lu KiB at %#lx, where there is not only memory: load it elsewhere",
		     b.size >> 10, b.base);
}

static void read_bundle(void)
{
	struct range b = host.bundle;

	map_bundle(b);
	check(bundle_open((const void *)b.base, b.size, &bundle, &diag), &diag);
	check(config_read(bundle.config.data, bundle.config.size, &host, &config, &diag), &diag);
	ask_for_parts();
	console_decide(config.quiet);
	check(host_withhold(&host, config.withhold, &diag), &diag);
	report_kept(&host, &config);
	calls_ask_for_memory(&host, &config);
}

/* Their pointers are to the tree, to the bundle, or made to fit. */
static void carry(struct range to)
{
	const void *unused = &host.mmio[host.nr_mmio], *rest = &host.nr_mmio;

	move_carry(to, config.regions, config.nr_regions * sizeof(*config.regions));
	config_drop_copy(&config, bundle.config.data);
	config.bootargs = move_pointer(to, config.bootargs);
	config.regions = move_pointer(to, config.regions);
	host.bootargs = move_pointer(to, host.bootargs);
	for (unsigned i = 0; i < host.nr_kept; i++)
		host.kept[i].why = move_pointer(to, host.kept[i].why);
	move_carry(to, &config, sizeof(config));
	move_carry(to, &bundle, sizeof(bundle));
	move_carry(to, &tree_size, sizeof(tree_size));
	move_carry(to, &host, (u64)unused - (u64)&host);
	move_carry(to, rest, (u64)(&host + 1) - (u64)rest);
}

/* Mavis lies where the loader found room: in the middle of what the guest might use. */
static void move(u64 fdt)
{
	struct range home;

	check(home_find(&host, &config, &home, &diag), &diag);
	if (home.size)
		map_memory(home.base, home.size, "the place where Mavis moves");
	if (home.size && !move_keeps(home))
		stop("memory: %#lx does not keep what is written to it: the machine's tree says that memory is there: correct it",
		     home.base);
	report_memory(&host, home);
	if (!home.size)
		return;
	move_copy(home);
	carry(home);
	move_start(home, fdt, bundle.config.size);
}

/* Only now: who comes out of one waits in this image. */
static void empty_spin_tables(void)
{
	int missing = spin_table_empty(&host, &diag);

	check(MIN(missing, 0), &diag);
	if (missing)
		print("Warning: CPUs that the device tree disables, %d of them: %s\n", missing,
		      diag.text);
}

/* Makes what is known already (carry()) visible. */
static void see_again(u64 fdt)
{
	ask_for_parts();
	if (host.uart.found && opens(&host.uart.uart))
		console_open(&host.uart.uart);
	map_memory(fdt, tree_size, "device tree");
	map_memory(host.bundle.base, host.bundle.size, "bundle");
	stop_writers();
}

/* What the machine and the guest are, seen from the place where Mavis stays. */
static void begin(u64 fdt, u64 el)
{
	const void *tree;

	if (image_place.size) {
		see_again(fdt);
		return;
	}
	tree = map_tree(fdt);
	open_console(tree);
	read_host(tree, el);
	read_bundle();
	move(fdt);
}

static void make_stage2(void)
{
	struct mm_caps caps = cpu_mm_caps();

	caps.fwb &= !config.no_fwb;
	check(smmu_required(&host, &config, &diag), &diag);
	check(smmu_make_room(&host, &config, &diag), &diag);
	check(cpus_make_room(&host, &config, &diag), &diag);
	check(its_take(&host, &config, &diag), &diag);
	check(memory_map_start(&guest_regions, &config, &caps, &diag), &diag);
	check(bars_find(&config, &host, &guest_regions, &diag), &diag);
	check(memory_map_finish(&guest_regions, &host, &config, image_range(), &caps, &diag),
	      &diag);
	check(guest_map(&guest_regions, &caps, &diag), &diag);
	report_flash(&host);
	check(gic_take(&diag), &diag);
	guest.mte = guest_regions.mte;
	guest.gicv3 = host.gic.version == 3;
	check(calls_settle(&host, &config, &guest_regions, &call_rules, &diag), &diag);
	if (config.control)
		control_page = control_place(&host);
}

/* Before anything is written to where the config says that memory is. */
static void say_doubts(void)
{
	struct doubts doubts = {
		.host = &host,
		.config = &config,
		.regions = &guest_regions,
		.caps = guest.caps,
		.own_tree = bundle.dtb.data,
	};

	report_dma(&host);
	report_doubts(&doubts);
	report_calls(&host, &config);
}

static void make_cpus(void)
{
	struct idreg_policy policy = { .ipa_bits = guest.s2.pt.bits, .mte = guest.mte };

	check(cpus_init(&host, config.cpus, read_sysreg(mpidr_el1), &diag), &diag);
	kinds_init(&policy);
	cpus[0].kind = kind_here();
	vcpu_init(&cpus[0], true);
}

/*
 * The proof, while nothing but EL2 has run: does the machine make of each region what the table
 * says?
 */
static void check_stage2(void)
{
	unsigned nr = guest_regions.nr + bars.nr, differ = 0;

	memset(guest_checks, 0, nr * sizeof(guest_checks[0]));
	selfcheck(guest_regions.region, guest_regions.nr, guest_checks);
	/* What follows its BAR is nowhere, or in a window that was just checked. */
	check(bars_trap(guest_checks + guest_regions.nr, &diag), &diag);
	check(smmu_enable(&host, &diag), &diag);
	report_regions(config.verbose, host.qemu);
	for (unsigned i = 0; i < nr; i++)
		differ += guest_checks[i].differ != 0;
	report_mte(&config);
	if (config.json)
		report_json(&host, &config);
	if (differ && config.strict)
		stop("/guest: strict: the self-check found %u regions that differ from what the architecture says: see DIFFERS above",
		     differ);
}

/* Once all that Mavis works itself is known to hyp/mmio.c. */
static void offer_control(void)
{
	if (config.debug && debug_prepare())
		stop("/guest: debug: the page pool is used up");
	if (config.debug)
		print("Warning: /guest: debug: the guest can read and write all physical addresses but Mavis's own%s\n",
		      debug_can() ? "" : "; no gdb: Mavis cannot read this console");
	if (config.control)
		check(control_offer(control_page, read_sysreg(cntfrq_el0), &diag), &diag);
	check(watch_begin(&diag), &diag);
}

/* Entered from head.S with the device tree's address and the exception level. */
void main(u64 fdt, u64 el) __attribute__((noreturn));

void main(u64 fdt, u64 el)
{
	/* With somewhere to put a register vectors.S can let an access fail (drivers/io.h). */
	cpus[0] = (struct cpu){ 0 };
	if (el == 2)
		write_sysreg(&cpus[0], tpidr_el2);
	begin(fdt, el);
	empty_spin_tables();
	load_verify(&bundle, &config);
	make_stage2();
	suspend_settle(&host);
	say_doubts();

	struct entry entry = load_guest(&bundle, &config, &host, &guest_regions, control_page);

	make_cpus();
	check_stage2();
	check(worked_check(&guest_regions, &diag), &diag);
	if (el2_unmap_memory())
		stop("EL2 cannot unmap the guest's memory: the page pool is used up");
	check(guest_hand_over(&host, &diag), &diag);
	guest.pa_bits = (u8)guest_pa_bits(&guest_regions, el2_end());
	offer_control();
	probe_tags();
	report_start(&entry, nr_cpus, &host);
	console_share();
	guest_start(entry.pc.v, entry.fdt.v);
}
