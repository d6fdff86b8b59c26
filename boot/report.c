/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/report.h"

#include <string.h>

#include "boot/cpu_name.h"
#include "boot/features.h"
#include "boot/guest/calls.h"
#include "boot/guest/dma_list.h"
#include "boot/known.h"
#include "boot/machine/cmdline.h"
#include "boot/machine/kept.h"
#include "boot/table.h"
#include "drivers/console.h"
#include "hyp/bar.h"
#include "hyp/debug.h"
#include "hyp/errata.h"
#include "hyp/guest.h"
#include "lib/arch.h"
#include "lib/sections.h"

static const char *cpu_starter(const struct host *host)
{
	static const char *const conduit[] = { "no PSCI", "PSCI by SMC", "PSCI by HVC" };

	if (host->cpu[0].method >= CPU_METHOD_SPIN_TABLE)
		return "spin-table";
	return conduit[firmware.psci_version ? host->conduit : CONDUIT_NONE];
}

/* Those of the CPU that boots; another kind of CPU says so when it starts. */
static void print_errata(u64 midr)
{
	unsigned nr = 0;

	for (unsigned i = 0; i < nr_errata; i++)
		if (erratum_is_of(&errata[i], midr))
			print("%s%s", nr++ ? ", " : "Errata worked around: ", errata[i].number);
	if (nr)
		print("\n");
	if (errata_actions(midr) & ERRATUM_DEADLOCK)
		print("  Warning: a guest without a workaround of its own can hang this kind of core\n");
}

void report_machine(const struct host *host)
{
	char text[160], name[48];

	cpu_name(name, sizeof(name), read_sysreg(midr_el1));
	print("\nMavis " MAVIS_VERSION ": EL2 on %u CPU%s (%s, MIDR_EL1 %#lx), %s\n", host->nr_cpus,
	      host->nr_cpus == 1 ? "" : "s", name, read_sysreg(midr_el1), cpu_starter(host));
	features_list(text, sizeof(text));
	print("Features: %s\n", text[0] ? text : "none of those that Mavis looks for");
	print_errata(read_sysreg(midr_el1));
	if (host->gic.version)
		print("Interrupts: GICv%u, the guest's own\n", host->gic.version);
	else
		print("Interrupts: no GIC; the guest's own\n");
	print("Console: %s%s\n", host->uart.found ? host->uart.path : "none",
	      host->uart.guessed ? ", a guess: /chosen names none that Mavis knows" : "");
	for (unsigned i = 0; i < host->nr_reserved; i++)
		if (host->reserved[i].firmware)
			print("Firmware keeps %lu KiB at %#lx (%s)\n",
			      host->reserved[i].range.size >> 10, host->reserved[i].range.base,
			      host->reserved[i].name);
}

void report_dma(const struct host *host)
{
	struct dma_list list = { .host = host, .regions = guest.regions };
	char text[720];

	while (dma_list_next(&list, text, sizeof(text)))
		print("%s\n", text);
}

void report_kept(const struct host *host, const struct config *config)
{
	unsigned at = 0;
	char text[160];

	while (kept_next(host, config->regions, config->nr_regions, &at, text, sizeof(text)))
		print("%s\n", text);
}

void report_flash(const struct host *host)
{
	for (unsigned i = 0; i < host->nr_mmio; i++) {
		const struct host_mmio *m = &host->mmio[i];
		const struct region *r = region_find(guest.regions, IPA(m->range.base));

		if (m->read_only && r && !r->attr.write && (!i || m[-1].node != m->node))
			print("Read-only: %s (a loader may be in it; a region with this host-node, of type mmio, may be written)\n",
			      m->name);
	}
}

void report_memory(const struct host *host, struct range home)
{
	struct range keeps = home.size ? home : image_range();
	u64 total = 0;
	char size[24];

	for (unsigned i = 0; i < host->nr_memory; i++)
		total += host->memory[i].size;
	print("Memory: %s; Mavis keeps %lu KiB at %#lx", table_size(size, sizeof(size), total),
	      keeps.size >> 10, keeps.base);
	if (home.size)
		print(" (moved there from %#lx)", image_range().base);
	print("\n");
}

void report_command_line(const char *args)
{
	char unknown[240], known[80];

	if (!cmdline_unknown(args, unknown, sizeof(unknown)))
		return;
	cmdline_known(known, sizeof(known));
	print("Command line: passed over: %s: Mavis knows %s (what is for Linux goes into the config's bootargs)\n",
	      unknown, known);
}

/*
 * PAR_EL1.ATTR under each stage 1 that was tried, then whether all was as the architecture says, or
 * @why nothing was.
 */
static void print_check(const struct selfcheck *c, const char *why)
{
	if (!c->checked) {
		print("  %-8s  %-8s", "-", why);
		return;
	}
	print("  %02x %02x ", c->said[S1_MMU_OFF], c->said[S1_DC]);
	if (guest.caps.mte)
		print("%02x", c->said[S1_DC_DCT]);
	else
		print("--");
	print("  %-8s", c->differ ? "DIFFERS" : "ok");
}

static bool same_difference(const struct selfcheck *a, const struct selfcheck *b)
{
	return a->setting == b->setting && a->faulted == b->faulted && a->want == b->want &&
	       a->want_sh == b->want_sh && (a->par & ~PAR_PA) == (b->par & ~PAR_PA);
}

/* Never instead of the difference: what a reader may know of it beforehand. */
static void explain(const char *known, bool qemu)
{
	if (known && qemu)
		print("           known: %s; this machine is QEMU, the config is right\n", known);
	else if (known)
		print("           known of an emulator: %s; this machine does not say that it is one\n",
		      known);
	else
		print("           not known: see docs/memory-attributes.md\n");
}

static void print_difference(const struct selfcheck *c, unsigned more, bool qemu)
{
	print("  DIFFERS: %s at %#lx and %u more, stage 1 %s: ", c->region->name, c->ipa, more,
	      s1_defaults[c->setting].name);
	if (c->faulted)
		print("no translation, PAR_EL1 is %#lx\n", c->par);
	else
		print("the machine says ATTR 0x%02x SH %u, the architecture 0x%02x SH %u\n",
		      PAR_ATTR(c->par), PAR_SH(c->par), c->want, c->want_sh);
	explain(known_difference(c, guest.caps.fwb), qemu);
}

/*
 * Each kind of difference once, with the first region that has it and how many more do. There are
 * many regions, and few kinds.
 */
static void print_differences(const struct selfcheck *checks, unsigned nr, bool qemu)
{
	static struct { u16 first, more; } kind[ARRAY_SIZE(guest_checks)];
	unsigned kinds = 0;

	for (unsigned i = 0; i < nr; i++) {
		unsigned k = 0;

		if (!checks[i].differ)
			continue;
		while (k < kinds && !same_difference(&checks[kind[k].first], &checks[i]))
			k++;
		if (k < kinds)
			kind[k].more++;
		else
			kind[kinds++].first = (u16)i;
	}
	for (unsigned k = 0; k < kinds; k++)
		print_difference(&checks[kind[k].first], kind[k].more, qemu);
}

/* @at: in the place of its addresses. @why: it was not checked. */
static void print_row(const struct region *r, const char *at, const struct selfcheck *c,
		      const char *why)
{
	char text[240];

	table_row(text, sizeof(text), r, at, &guest.caps);
	print("%s", text);
	print_check(c, why);
	table_name(text, sizeof(text), r);
	print("  %s", text);
}

/* A region that follows its BAR. */
static void print_bar(const struct bar *b, const struct selfcheck *c)
{
	print_row(&b->region, "follows the BAR", c, "no place");
	print(" (BAR %u of %04x:%02x:%02x.%u)\n", b->bar, b->f.segment, b->f.bus, b->f.dev,
	      b->f.fn);
}

/* Device registers that the config has no word about, with the same attributes and result. */
static bool is_like(unsigned i, unsigned j)
{
	const struct region *a = &guest.regions->region[i], *b = &guest.regions->region[j];
	const struct selfcheck *c = &guest_checks[i], *d = &guest_checks[j];

	return a->origin == REGION_FROM_HOST && b->origin == REGION_FROM_HOST &&
	       a->type == REGION_MMIO && b->type == REGION_MMIO &&
	       a->attr.memattr == b->attr.memattr && a->attr.write == b->attr.write &&
	       a->attr.exec == b->attr.exec && a->opts.vma == b->opts.vma &&
	       !strcmp(a->reason, b->reason) &&
	       !c->checked == !d->checked && !c->differ == !d->differ &&
	       !memcmp(c->said, d->said, sizeof(c->said));
}

/* Prints row @i of the table with those after it that share its line; returns how many, <= @max. */
static unsigned print_rows(unsigned i, unsigned max)
{
	struct region all = guest.regions->region[i];
	const struct region *last = &all;
	unsigned n = 1;
	char at[32];

	for (; n < max && is_like(i, i + n); n++) {
		last = &guest.regions->region[i + n];
		all.size += last->size;
	}
	format(at, sizeof(at), "%012lx-%012lx", all.ipa.v, last->ipa.v + last->size - 1);
	print_row(&all, at, &guest_checks[i], "emulated");
	if (n > 1)
		print(" and %u more", n - 1);
	print("\n");
	return n;
}

void report_regions(bool verbose, bool qemu)
{
	const struct region_table *t = guest.regions;
	char text[160];

	table_head(text, sizeof(text));
	print("\n%s  %-8s  %-8s  %s\n", text, "PAR_EL1", "check", "region");
	for (unsigned i = 0; i < t->nr;)
		i += print_rows(i, verbose ? 1 : t->nr - i);
	for (unsigned i = 0; i < bars.nr; i++)
		print_bar(&bars.bar[i], &guest_checks[t->nr + i]);
	print_differences(guest_checks, t->nr + bars.nr, qemu);
}

void report_doubts(struct doubts *d)
{
	char text[320];

	while (doubt_next(d, text, sizeof(text)))
		print("Warning: %s\n", text);
}

void report_calls(const struct host *host, const struct config *config)
{
	const struct config_pairs *allowed = &config->allow_smc;
	char text[320];

	for (unsigned i = 0; i < host->nr_callers; i++) {
		calls_describe(host, config, guest.regions, i, text, sizeof(text));
		print("Firmware calls: %s\n", text);
	}
	for (unsigned i = 0; i < allowed->nr; i++)
		print("Firmware calls: %#x to %#x: passed unchecked, by allow-smc\n",
		      allowed->pair[i].first, allowed->pair[i].last);
}

void report_mte(const struct config *config)
{
	char text[320];

	table_mte(text, sizeof(text), guest.regions, config, &guest.caps);
	print("%s", text);
}

void report_start(const struct entry *e, unsigned cpus, const struct host *host)
{
	print("\nGuest: %lu KiB at %#lx%s, device tree at %#lx", e->kernel_size >> 10, e->kernel.v,
	      e->moved ? " (moved there)" : "", e->fdt.v);
	if (e->ramdisk_size)
		print(", ramdisk %lu KiB at %#lx", e->ramdisk_size >> 10, e->ramdisk.v);
	print("; %u CPU%s; starts at EL1, %#lx; %s\n\n", cpus, cpus == 1 ? "" : "s", e->pc.v,
	      debug_asked			      ? "not contained (debug)" :
	      dma_is_contained(host, guest.regions) ? "contained" :
						      "contained but for DMA");
}
