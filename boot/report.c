/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/report.h"

#include "boot/features.h"
#include "boot/image.h"
#include "drivers/console.h"
#include "lib/sysreg.h"

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

	print("\nMavis " MAVIS_VERSION ": EL2 on %s (MIDR_EL1 %#lx), %u CPU%s, %s\n", features_cpu_name(),
	      read_sysreg(midr_el1), host->nr_cpus, host->nr_cpus == 1 ? "" : "s", conduit_name(host->conduit));
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

/* What the descriptors of @r say, in words. */
static const char *stage2_name(const struct region *r, const struct mm_caps *caps)
{
	const struct s2_mem *mem = s2_decode(r->attr.memattr, caps->fwb, caps->mte_perm);

	return mem ? mem->name : "reserved encoding";
}

void report_regions(const struct region_table *t, const struct mm_caps *caps)
{
	char size[24];

	print("\n  %-25s  %9s  %-13s  %-23s  %s\n", "guest physical", "size", "type", "stage 2", "region");
	for (unsigned i = 0; i < t->nr; i++) {
		const struct region *r = &t->region[i];

		print("  %012lx-%012lx  %9s  %-13s  %c%c%c %#x %-15s  %s", r->ipa.v, r->ipa.v + r->size - 1,
		      size_text(size, sizeof(size), r->size), region_type_name(r->type), r->attr.read ? 'r' : '-',
		      r->attr.write ? 'w' : '-', r->attr.exec ? 'x' : '-', r->attr.memattr, stage2_name(r, caps),
		      r->name);
		if (r->pa.v != r->ipa.v)
			print(" (at %#lx)", r->pa.v);
		print("\n");
	}
}

void report_start(const struct entry *e, unsigned cpus)
{
	print("\nGuest: %lu KiB at %#lx%s, device tree at %#lx", e->kernel_size >> 10, e->kernel.v,
	      e->moved ? " (moved there)" : "", e->fdt.v);
	if (e->ramdisk_size)
		print(", ramdisk %lu KiB at %#lx", e->ramdisk_size >> 10, e->ramdisk.v);
	print("; %u CPU%s; starts at EL1, %#lx\n\n", cpus, cpus == 1 ? "" : "s", e->pc.v);
}
