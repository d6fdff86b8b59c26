/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The boot story. head.S has relocated the image and turned the MMU on; from here on it is told in
 * main(), at the end. Each step either works or stops the machine with a line that says what is
 * wrong.
 */
#include <string.h>

#include "boot/features.h"
#include "boot/image.h"
#include "boot/load.h"
#include "boot/mmu.h"
#include "boot/panic.h"
#include "boot/probe_tags.h"
#include "boot/report.h"
#include "drivers/console.h"
#include "drivers/cpu_power.h"
#include "drivers/firmware.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/lpi.h"
#include "hyp/pci.h"
#include "hyp/regions.h"
#include "hyp/selfcheck.h"
#include "hyp/sysreg.h"
#include "hyp/vcpu.h"

static struct host host __noinit;
static struct region_table regions __noinit;
/* of regions, then of config.pci */
static struct selfcheck checks[REGION_MAX + PCI_REGION_MAX] __noinit;
static struct mm_caps caps;
static struct config config;
static struct bundle bundle;

static struct diag diag;

/* It is only read, but what the guest gets may be moved to where it was (load_guest()). */
static void map_memory(u64 base, u64 size, const char *what)
{
	if (el2_map(PA(base), size, S1_DATA))
		stop("%s: EL2 cannot map %#lx bytes at %#lx: out of range, or the page pool is "
		     "used up",
		     what, size, base);
}

static int map_device(pa_t pa, u64 size)
{
	return el2_map(pa, size, S1_DEVICE);
}

/* The header says how much there is to map; host_check() then looks at the whole. */
static const void *map_tree(u64 fdt)
{
	struct uart uart;
	u64 size = 0;

	if (fdt && IS_ALIGNED(fdt, 8)) {
		map_memory(fdt, 8, "device tree");
		size = host_tree_size((const void *)fdt);
	}
	if (size)
		map_memory(fdt, size, "device tree");
	if (host_check((const void *)fdt, size, &diag)) {
		if (uart_probe(&uart, map_device))
			console_open(&uart);
		stop("%s", diag.text);
	}
	return (const void *)fdt;
}

/* Before all else that can go wrong, so that there is somewhere to say it. */
static void open_console(const void *fdt)
{
	struct host_uart *u = &host.uart;
	struct uart uart;

	host_read_uart(fdt, u);
	if (!u->found || map_device(PA(u->range.base), u->range.size))
		return;
	uart = uart_open(uart_match(u->compatible), u->range.base, u->reg_shift, u->io_width);
	console_open(&uart);
}

static void read_host(const void *fdt, u64 el)
{
	check(host_read(fdt, &host, &diag), &diag);
	firmware_init(host.conduit);
	if (el == 1 && FIELD(read_sysreg(CurrentEL), 3, 2) == 2)
		stop("this CPU has no FEAT_E2H0, HCR_EL2.E2H is always 1: Mavis needs one that "
		     "can clear it");
	if (el != 2)
		stop("entered at EL%lu: Mavis needs EL2: start it there (QEMU virt: -machine "
		     "virtualization=on)",
		     el);
	check(host_boot_cpu_first(&host, read_sysreg(mpidr_el1), &diag), &diag);
	report_machine(&host);
	check(cpu_power_init(&host, PA((u64)spin_table_arrival), el2_poke, &diag), &diag);
}

static void read_bundle(void)
{
	struct range b = host.bundle;

	if (b.size)
		map_memory(b.base, b.size, "bundle");
	check(bundle_open((const void *)b.base, b.size, &bundle, &diag), &diag);
	regions.nr = 0;
	check(config_read(bundle.config.data, bundle.config.size, &host, &config, &regions, &diag),
	      &diag);
	load_verify(&bundle, &config, &host);
}

static void make_stage2(void)
{
	caps = features_mm();
	caps.fwb &= !config.no_fwb;
	check(pci_regions_find(&config, &host, &caps, &regions, map_device, &diag), &diag);
	check(regions_build(&regions, &host, &config, image_range(), &caps, &diag), &diag);
	check(guest_map(&regions, &caps, &page_pool, &diag), &diag);
	check(lpi_hide(&host.gic, map_device, &diag), &diag);
	guest.mte = regions.mte;
	if (config.control)
		config.control_page = IPA(control_place(&regions, &host, guest.s2.pt.bits));
}

/* Each CPU of the guest needs an EL2 stack; this one keeps the one it has. */
static void make_cpus(void)
{
	struct idreg_policy policy = { .ipa_bits = guest.s2.pt.bits, .mte = guest.mte };

	check(cpus_init(&host, config.cpus, read_sysreg(mpidr_el1), &diag), &diag);
	cpus[0].stack = (u64)__stack_end;
	for (unsigned i = 1; i < nr_cpus; i++)
		if (el2_alloc_stack(&cpus[i].stack))
			stop("CPU %#lx: no room for its stack in the page pool", cpus[i].mpidr);
	guest.gicv3 = host.gic.version == 3;
	sysreg_init(&policy);
	vcpu_init(&cpus[0]);
}

/* Once all that Mavis works itself is known to hyp/mmio.c. */
static void offer_control(void)
{
	struct control_setup setup = {
		.regions = &regions,
		.config = &config,
		.checks = checks,
		.caps = caps,
		.pool = &page_pool,
		.cntfrq = read_sysreg(cntfrq_el0),
		.clean = el2_clean,
	};

	if (config.control)
		check(control_init(&setup, &diag), &diag);
}

/*
 * The proof, while nothing but EL2 has run: does the machine make of each region what the table
 * says?
 */
static void check_stage2(void)
{
	unsigned differ = 0;

	memset(checks, 0, (regions.nr + config.nr_pci) * sizeof(checks[0]));
	selfcheck(regions.region, regions.nr, &caps, checks);
	/* What follows its BAR is nowhere, or in a window that was just checked. */
	check(pci_regions_trap(&config, &host, &caps, el2_clean, checks + regions.nr, &diag),
	      &diag);
	report_regions(&regions, &config, checks, &caps);
	for (unsigned i = 0; i < regions.nr + config.nr_pci; i++)
		differ += checks[i].differ != 0;
	report_mte(&regions, &config, &caps);
	if (differ && config.strict)
		stop("/guest: strict: the self-check found %u regions that differ from what the "
		     "architecture says: see DIFFERS above",
		     differ);
}

/* Entered from head.S with the device tree's address and the exception level. */
void main(u64 fdt, u64 el) __attribute__((noreturn));

void main(u64 fdt, u64 el)
{
	const void *tree = map_tree(fdt);

	open_console(tree);
	read_host(tree, el);
	read_bundle();
	make_stage2();

	struct entry entry = load_guest(&bundle, &config, &host, &regions);

	make_cpus();
	check_stage2();
	offer_control();
	if (el2_unmap_memory())
		stop("EL2 cannot unmap the guest's memory: the page pool is used up");
	probe_tags(&regions, &caps);
	report_start(&entry, nr_cpus);
	console_share(config.quiet);
	guest_enter(entry.pc.v, entry.fdt.v);
}
