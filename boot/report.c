/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/report.h"

#include "boot/features.h"
#include "boot/image.h"
#include "drivers/console.h"
#include "lib/sysreg.h"

#define PAR_ADDRESS	GENMASK(51, 12)

static const char *conduit_name(enum conduit c)
{
	static const char *const name[] = { "no PSCI", "PSCI by SMC", "PSCI by HVC" };

	return name[c];
}

/* A size as a person writes it: the largest unit that divides it. */
static const char *size_text(char *buf, size_t n, u64 size)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned i = 0;

	for (; i + 1 < ARRAY_SIZE(unit) && size && IS_ALIGNED(size, 1024); i++)
		size >>= 10;
	format(buf, n, "%lu %s", size, unit[i]);
	return buf;
}

void report_machine(const struct host *host)
{
	char text[160], size[24];
	u64 total = 0;

	for (unsigned i = 0; i < host->nr_memory; i++)
		total += host->memory[i].size;

	print("\nMavis " MAVIS_VERSION ": EL2 on %s (MIDR_EL1 %#lx), %u CPU%s, %s\n",
	      features_cpu_name(), read_sysreg(midr_el1), host->nr_cpus,
	      host->nr_cpus == 1 ? "" : "s", conduit_name(host->conduit));
	features_list(text, sizeof(text));
	print("Features: %s\n", text[0] ? text : "none of those that Mavis looks for");
	if (host->gic.version)
		print("Interrupts: GICv%u, the guest's own\n", host->gic.version);
	print("Console: %s\n", host->uart.found ? host->uart.path : "none");
	print("Memory: %s; Mavis keeps %lu KiB at %#lx\n", size_text(size, sizeof(size), total),
	      image_range().size >> 10, image_range().base);
	if (host->has_smmu)
		print("DMA: not isolated; the SMMU is the guest's\n");
	else
		print("DMA: not isolated; no SMMU\n");
}

/* MemAttr[3:0] as the Arm ARM writes it, and its meaning. */
static void print_stage2(const struct region *r, const struct mm_caps *caps)
{
	const struct s2_mem *mem = s2_decode(r->attr.memattr, caps->fwb, caps->mte_perm);
	u8 m = r->attr.memattr;

	print("%c%c%c 0b%u%u%u%u %-15s", r->attr.read ? 'r' : '-', r->attr.write ? 'w' : '-',
	      r->attr.exec ? 'x' : '-', m >> 3 & 1, m >> 2 & 1, m >> 1 & 1, m & 1,
	      mem ? mem->name : "reserved");
}

/* PAR_EL1.ATTR under each stage 1 that was tried, then whether all was as the architecture says. */
static void print_check(const struct selfcheck *c, const struct mm_caps *caps)
{
	if (!c->checked) {
		print("  %-8s  %-7s", "-", "emulated");
		return;
	}
	print("  %02x %02x ", c->said[S1_MMU_OFF], c->said[S1_DC]);
	if (caps->mte)
		print("%02x", c->said[S1_DC_DCT]);
	else
		print("--");
	print("  %-8s", c->differ ? "DIFFERS" : "ok");
}

static bool same_difference(const struct selfcheck *a, const struct selfcheck *b)
{
	return a->setting == b->setting && a->faulted == b->faulted && a->want == b->want &&
	       a->want_sh == b->want_sh && (a->par & ~PAR_ADDRESS) == (b->par & ~PAR_ADDRESS);
}

/* Each kind of difference once, with the first region that has it and how many more do. */
static void print_differences(const struct region_table *t, const struct selfcheck *checks)
{
	for (unsigned i = 0; i < t->nr; i++) {
		const struct selfcheck *c = &checks[i];
		unsigned more = 0, earlier = 0;

		if (!c->differ)
			continue;
		for (unsigned j = 0; j < t->nr; j++)
			if (j != i && checks[j].differ && same_difference(c, &checks[j]))
				*(j < i ? &earlier : &more) += 1;
		if (earlier)
			continue;
		print("  DIFFERS: %s at %#lx and %u more, stage 1 %s: ", t->region[i].name, c->ipa,
		      more, s1_defaults[c->setting].name);
		if (c->faulted)
			print("no translation, PAR_EL1 is %#lx\n", c->par);
		else
			print("the machine says ATTR 0x%02x SH %u, the architecture 0x%02x SH %u\n",
			      (unsigned)FIELD(c->par, 63, 56), (unsigned)FIELD(c->par, 8, 7),
			      c->want, c->want_sh);
	}
}

void report_regions(const struct region_table *t, const struct selfcheck *checks,
		    const struct mm_caps *caps)
{
	char size[24];

	print("\n  %-25s  %11s  %-13s  %-26s  %-8s  %-8s  %s\n", "guest physical", "size", "type",
	      "stage 2", "PAR_EL1", "check", "region");
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];

		print("  %012lx-%012lx  %11s  %-13s  ", r->ipa.v, r->ipa.v + r->size - 1,
		      size_text(size, sizeof(size), r->size), region_type_name(r->type));
		print_stage2(r, caps);
		print_check(&checks[i], caps);
		print("  %s", r->name);
		if (r->pa.v != r->ipa.v)
			print(" (at %#lx)", r->pa.v);
		print("\n");
	}
	print_differences(t, checks);
}

void report_start(const struct entry *e, unsigned cpus)
{
	print("\nGuest: %lu KiB at %#lx%s, device tree at %#lx", e->kernel_size >> 10, e->kernel.v,
	      e->moved ? " (moved there)" : "", e->fdt.v);
	if (e->ramdisk_size)
		print(", ramdisk %lu KiB at %#lx", e->ramdisk_size >> 10, e->ramdisk.v);
	print("; %u CPU%s; starts at EL1, %#lx\n\n", cpus, cpus == 1 ? "" : "s", e->pc.v);
}
