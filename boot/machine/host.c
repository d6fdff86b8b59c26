/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine/host.h"
#include "boot/machine/kept.h"
#include "boot/machine/parts.h"
#include "lib/errno.h"
#include <string.h>

static const char pass_a_tree[] =
	"pass the machine's device tree in x0 (QEMU: -dtb, or virt's own; U-Boot: booti's third argument)";

/*
 * More than booting.rst allows a tree might be no memory, and must not be mapped as if it were.
 */
u64 host_tree_size(const void *fdt)
{
	return fdt_magic(fdt) == FDT_MAGIC ? MIN(fdt_totalsize(fdt), (u32)MIB(2)) : 0;
}

int host_check(const void *fdt, u64 size, struct diag *d)
{
	struct diag why;

	if (!IS_ALIGNED((uintptr_t)fdt, 8))
		return fail(d, -EINVAL,
			    "device tree at %#lx is not 8-byte-aligned, as the arm64 boot protocol has it; %s",
			    (unsigned long)(uintptr_t)fdt, pass_a_tree);
	if (!size)
		return fail(d, -ENOENT, "device tree missing: there is none at %#lx; %s",
			    (unsigned long)(uintptr_t)fdt, pass_a_tree);
	if (size >= sizeof(struct fdt_header) && fdt_magic(fdt) == FDT_MAGIC &&
	    fdt_totalsize(fdt) > MIB(2))
		return fail(d, -E2BIG,
			    "device tree at %#lx is too large: its header says %u bytes, and the arm64 boot protocol allows 2 MiB; if they are mostly room, as in a dump from QEMU, pack it: dtc -I dtb -O dtb -o packed.dtb <the tree>",
			    (unsigned long)(uintptr_t)fdt, fdt_totalsize(fdt));
	if (dt_check(fdt, size, &why))
		return fail(d, -EINVAL, "device tree at %#lx is corrupt: %.100s; %s",
			    (unsigned long)(uintptr_t)fdt, why.text, pass_a_tree);
	return 0;
}

static int read_root(struct host *host, const struct dt_walk *w, struct diag *d)
{
	if (!w->bus[0].mapped)
		return dt_fail(w, d, -EINVAL, "#address-cells, #size-cells",
			       "must be 1 or 2 each; correct the device tree");
	return host_read_caller(host, w, d);
}

static int read_initrd(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct dt_prop first = dt_prop(w, "linux,initrd-start"),
		       last = dt_prop(w, "linux,initrd-end");
	u64 start, end;

	if (!first.data && !last.data)
		return 0;
	if (!dt_number(first, &start) || !dt_number(last, &end))
		return dt_fail(w, d, -EINVAL, "linux,initrd-start, linux,initrd-end",
			       "both must be there, with 1 or 2 cells; the loader sets them for the bundle");
	if (end < start || end > BIT(DT_PA_BITS))
		return dt_fail(w, d, -EINVAL, "linux,initrd-end",
			       "%#lx does not fit its start, %#lx", (unsigned long)end,
			       (unsigned long)start);
	host->bundle = (struct range){ start, end - start };
	return 0;
}

static int read_chosen(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct dt_prop args = dt_prop(w, "bootargs");

	if (args.len && args.data) {
		host->bootargs = dt_string(args);
		if (!host->bootargs)
			return dt_fail(w, d, -EINVAL, "bootargs",
				       "is not closed by a NUL; correct the device tree");
	}
	return read_initrd(host, w, d);
}

static int read_psci(struct host *host, const struct dt_walk *w, struct diag *d)
{
	const char *method = dt_string(dt_prop(w, "method"));

	if (!dt_enabled(w))
		return 0;
	host->psci = HOST_PSCI;
	dt_path(w, host->psci_path, sizeof(host->psci_path));
	if (method && !strcmp(method, "smc"))
		host->conduit = CONDUIT_SMC;
	else if (method && !strcmp(method, "hvc"))
		host->conduit = CONDUIT_HVC;
	else
		return dt_fail(w, d, -EINVAL, "method",
			       "must be \"smc\" or \"hvc\"; correct the device tree");
	return 0;
}

/* QEMU's own devices bear its name. */
static bool is_qemus(const struct dt_walk *w)
{
	const char *compatible = dt_string(w->prop[DT_COMPATIBLE]);

	return compatible && !strncmp(compatible, "qemu,", 5);
}

/* A node that says later versions as well is one of these. */
static void read_old_psci(struct host *host, const struct dt_walk *w)
{
	const char *s = dt_string(w->prop[DT_COMPATIBLE]);

	if (!s || strcmp(s, "arm,psci") || !dt_enabled(w) || host->psci == HOST_PSCI)
		return;
	host->psci = HOST_PSCI_OLD;
	dt_path(w, host->psci_path, sizeof(host->psci_path));
}

static int read_device(struct host *host, const struct dt_walk *w, struct diag *d)
{
	enum dt_kind kind = dt_kind(w);
	const char *why = kept_why(kind);
	int err = 0;

	host->qemu |= is_qemus(w);
	switch (kind) {
	case DT_GICV2:
		err = host_read_gic(host, w, 2, d);
		break;
	case DT_GICV3:
		err = host_read_gic(host, w, 3, d);
		if (!err && dt_prop(w, "mbi-ranges").data)
			err = host_read_doorbell(host, w, 0, d);
		break;
	case DT_ITS:
		err = host_read_its(host, w, d);
		if (!err)
			err = host_read_its_doorbell(host, w, d);
		break;
	case DT_V2M:
		err = host_read_doorbell(host, w, 0, d);
		break;
	case DT_SMMU:
		host->other_smmu |= !dt_is_off(w);
		break;
	case DT_SMMUV3:
		err = host_read_smmu(host, w, d);
		break;
	case DT_PSCI:
		return read_psci(host, w, d);
	default:
		read_old_psci(host, w);
		err = host_read_master(host, w, d);
		if (!err && !why)
			err = host_read_caller(host, w, d);
	}
	if (err)
		return err;
	if (why)
		return host_keep(host, w, why, d);
	if (dt_in_sram(w))
		err = host_read_sram_part(host, w, d);
	if (err)
		return err;
	/* Nobody asked for what a master does that no driver is to find. */
	return dt_is_off(w) && dt_is_master(w) ? 0 : host_read_mmio(host, w, d);
}

static int read_node(struct host *host, const struct dt_walk *w, struct diag *d)
{
	if (!w->depth)
		return read_root(host, w, d);
	if (dt_is_memory(w))
		return host_read_memory(host, w, d);
	if (w->depth == 2 && !strcmp(dt_parent(w)->name, "reserved-memory"))
		return host_read_reserved(host, w, d);
	if (dt_at(w, "chosen"))
		return read_chosen(host, w, d);
	if (dt_is_cpu(w))
		return host_read_cpu(host, w, d);
	return read_device(host, w, d);
}

int host_read(const void *fdt, struct host *host, struct diag *d)
{
	struct dt_walk w;
	u64 root = 0, first = 0;	/* the root's interrupt-parent, and the first of all */
	int err;

	host->fdt = fdt;
	host->nr_memory = host->nr_reserved = host->nr_mmio = host->nr_kept = 0;
	host->nr_cpus = host->nr_parked = host->nr_callers = 0;
	host->psci = HOST_PSCI_NONE;
	host->conduit = CONDUIT_NONE;
	memset(&host->gic, 0, sizeof(host->gic));
	host->bundle = (struct range){ 0, 0 };
	host->bootargs = "";
	host->nr_smmus = host->nr_streams = host->nr_doorbells = 0;
	host->nr_masters = host->more_masters = 0;
	host->other_smmu = host->qemu = host->asked_firmware = false;

	dt_walk(&w, fdt);
	while (dt_next(&w)) {
		err = read_node(host, &w, d);
		if (err)
			return err;
		if (!first)
			dt_number(w.prop[DT_INTERRUPT_PARENT], &first);
		if (!w.depth)
			root = first;
	}
	if (!host->nr_cpus)
		return fail(d, -ENODEV,
			    "/cpus: no enabled node with device_type = \"cpu\"; correct the device tree");
	err = host_finish_memory(host, d);
	if (!err)
		err = host_finish_gic(host, root || host->gic.version ? root : first, d);
	if (!err)
		err = host_finish_smmu(host, d);
	if (!err)
		err = host_finish_mmio(host, d);
	return err ? err : host_finish_callers(host, d);
}
