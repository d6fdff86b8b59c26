/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's tree is a copy of the host's, edited in place in one walk: each kind of node has a
 * function that changes it. What is left to say about nodes that went, and nodes that are missing,
 * come after that.
 */
#include "boot/guest/tree_parts.h"
#include "lib/errno.h"
#include <string.h>

static int delete_all(struct edit *e, const char *const *names, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++)
		err = edit_delete(e, names[i]);
	return err;
}

/*
 * Every CPU starts through Mavis, whatever the machine's firmware has. Linux counts a core's memory
 * errors by registers of the core's own, which trap, where the tree says so.
 */
static int edit_cpu(struct edit *e)
{
	static const char *const gone[] = { "cpu-release-addr", "edac-enabled" };
	u64 mpidr;
	int err;

	if (dt_number(e->w.prop[DT_REG], &mpidr) && mpidr == e->args->host->cpu[0].mpidr)
		e->boot_cpu = true;
	err = edit_set_string(e, "enable-method", "psci");
	return err ? err : delete_all(e, gone, ARRAY_SIZE(gone));
}

static int edit_psci(struct edit *e)
{
	static const char *const old[] = {
		"status",  "cpu_suspend",   "cpu_off",	    "cpu_on",
		"migrate", "affinity_info", "sys_poweroff", "sys_reset",
	};
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int err;

	e->psci = true;
	err = edit_set(e, "compatible", compatible, sizeof(compatible));
	if (!err)
		err = edit_set_string(e, "method",
				      e->args->host->conduit == CONDUIT_SMC ? "smc" : "hvc");
	return err ? err : delete_all(e, old, ARRAY_SIZE(old));
}

static int set_initrd(struct edit *e)
{
	static const char *const names[] = { "linux,initrd-start", "linux,initrd-end" };
	struct range r = e->args->ramdisk;
	int err;

	if (!r.size)
		return delete_all(e, names, ARRAY_SIZE(names));
	err = edit_set_u64(e, names[0], r.base);
	return err ? err : edit_set_u64(e, names[1], range_end(r));
}

/*
 * What speaks of the host's own boot: its firmware's tables, its memory map, other hypervisors'
 * modules.
 */
bool edit_is_leftover(const char *name)
{
	static const char *const prefixes[] = {
		"linux,uefi-", "linux,usable-memory", "linux,elfcorehdr", "linux,booted-from-kexec",
		"linux,ima-kexec-buffer", "linux,tpm-", "xen,", "multiboot,",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static int delete_leftovers(struct edit *e)
{
	const char *name;
	struct dt_prop p;
	int at = 0, err = 0;

	while (!err && dt_next_prop(&e->w, &at, &name, &p)) {
		if (!edit_is_leftover(name))
			continue;
		err = edit_delete(e, name);
		at = 0;
	}
	return err;
}

static int edit_chosen(struct edit *e)
{
	const char *bootargs = e->args->config->bootargs;
	int err;

	e->chosen = true;
	err = *bootargs ? edit_set_string(e, "bootargs", bootargs) : edit_delete(e, "bootargs");
	if (!err)
		err = set_initrd(e);
	return err ? err : delete_leftovers(e);
}

/*
 * The guest has the distributor and its CPUs' interface; the virtualization frames and their
 * interrupt are EL2's. A second GIC is cascaded from the first: a device.
 */
static int edit_gic(struct edit *e, unsigned version)
{
	static const char *const maintenance[] = { "interrupts", "interrupts-extended",
						   "interrupt-names" };
	u32 entry = (dt_parent(&e->w)->address_cells + dt_parent(&e->w)->size_cells) * 4u;
	struct dt_prop reg = e->w.prop[DT_REG];
	u64 regions = 1, keep;
	u8 *val;
	int err;

	if (e->gic || !dt_enabled(&e->w))
		return 0;
	e->gic = true;
	dt_number(dt_prop(&e->w, "#redistributor-regions"), &regions);
	keep = version == 2 ? 2 : 1 + MIN(regions, (u64)HOST_MAX_GICR);
	if (reg.len > keep * entry) {
		err = edit_resize(e, "reg", (u32)keep * entry, &val);
		if (err)
			return err;
	}
	return delete_all(e, maintenance, ARRAY_SIZE(maintenance));
}

/* A driver for flash writes commands to find out what it is: one for ROM, which reads only. */
static int edit_flash(struct edit *e)
{
	const struct region *region = NULL;
	struct range r;

	for (unsigned i = 0; i < dt_reg_count(&e->w) && !region; i++) {
		int ret = dt_reg(&e->w, i, &r, e->d);

		if (ret < 0)
			return ret;
		region = ret ? region_find(e->args->regions, IPA(r.base)) : NULL;
	}
	return region && !region->attr.write ? edit_set_string(e, "compatible", "mtd-rom") : 0;
}

static int edit_node(struct edit *e, enum dt_kind kind)
{
	const struct dt_walk *w = &e->w;

	if (!w->depth)
		return 0;
	if (dt_is_memory(w))
		return edit_memory(e);
	if (dt_is_cpu(w))
		return edit_cpu(e);
	if (dt_at(w, "chosen"))
		return edit_chosen(e);
	switch (kind) {
	case DT_GICV2:
		return edit_gic(e, 2);
	case DT_GICV3:
		return edit_gic(e, 3);
	case DT_PSCI:
		return edit_psci(e);
	case DT_FLASH:
		return edit_flash(e);
	case DT_CCPLEX:
		return edit_delete(e, "compatible");
	default:
		break;
	}
	if (dt_at(w, "psci"))
		return edit_psci(e);
	return dt_at(w, "reserved-memory") ? edit_reserved(e) : 0;
}

static int edit_nodes(struct edit *e)
{
	int err = 0;

	dt_walk(&e->w, e->fdt);
	while (!err && dt_next(&e->w)) {
		enum dt_kind kind = dt_kind(&e->w);

		err = edit_is_gone(e, kind) ? edit_take_away(e) : edit_node(e, kind);
	}
	return err;
}

/* A node below the root that the tree lacks, and what there is to change in it. */
static int add_node(struct edit *e, const char *name, int (*edit)(struct edit *e))
{
	int err = edit_add(e, name);

	if (!err)
		err = edit(e);
	if (!err)
		edit_leave(e, 0);
	return err;
}

static int add_nodes(struct edit *e)
{
	int err = 0;

	dt_stand(&e->w, 0, 0);
	if (!e->chosen)
		err = add_node(e, "chosen", edit_chosen);
	if (!err && !e->psci)
		err = add_node(e, "psci", edit_psci);
	if (!err)
		err = edit_remaining_ram(e);
	if (!err)
		err = edit_exposed(e);
	if (!err && e->args->control_page.v)
		err = edit_control(e);
	if (!err && !e->boot_cpu)
		err = fail(e->d, -ENOENT,
			   "/cpus: the guest's device tree has no node for the boot CPU, reg = %#lx",
			   (unsigned long)e->args->host->cpu[0].mpidr);
	return err;
}

u64 guest_fdt_bound(const struct guest_fdt_args *args)
{
	u64 base = args->base ? args->base_size : dt_used_size(args->host->fdt);

	/* CPUs: enable-method; memory: reg; /chosen and /psci with their names. */
	return base + strlen(args->config->bootargs) + args->host->nr_cpus * 24 +
	       EDIT_MAX_RAM * 16 + 1024 + edit_exposed_bound(args->regions);
}

int edit_check_base(const void *fdt, u64 size, struct diag *d)
{
	struct diag why;

	if (dt_check(fdt, size, &why))
		return fail(d, -EINVAL,
			    "guest.dtb in the bundle is corrupt: %.150s; make it with dtc, and the bundle anew",
			    why.text);
	return 0;
}

/*
 * Copies the tree to where it is edited, and checks what came in the bundle when it is there: a
 * member of an archive is aligned to 4 bytes only. There is room for all but blocks that would have
 * to change places.
 */
static int open_tree(struct edit *e, u32 room)
{
	const struct guest_fdt_args *args = e->args;
	const void *from = args->host->fdt;
	int err;

	if (args->base) {
		from = memcpy(e->fdt, args->base, args->base_size);
		err = edit_check_base(from, args->base_size, e->d);
		if (err)
			return err;
	}
	if (dt_open(from, e->fdt, room))
		return fail(e->d, -EINVAL,
			    "%s: its blocks are not in dtc's order: reservations, structure, strings; write it anew with dtc",
			    args->base ? "guest.dtb in the bundle" : "device tree");
	return 0;
}

/* What the loader reserved for itself is free by the time that the guest runs. */
static void drop_reservations(struct edit *e)
{
	struct range r;
	int i = 0;

	while (dt_reservation(e->fdt, i, &r))
		if (!range_valid(r) || !host_reserved_by_loader(e->args->host, r) ||
		    fdt_del_mem_rsv(e->fdt, i))
			i++;
}

int guest_fdt_write(void *buf, u64 size, const struct guest_fdt_args *args, struct diag *d)
{
	static struct edit e;
	u64 need = guest_fdt_bound(args);
	int err;

	if (need > MIB(2))
		return fail(d, -E2BIG,
			    "the guest's device tree may need %lu bytes; Linux takes 2 MiB at most",
			    (unsigned long)need);
	if (size < need)
		return fail(d, -ENOSPC,
			    "the guest's device tree may need %lu bytes, there is room for %lu",
			    (unsigned long)need, (unsigned long)size);
	memset(&e, 0, sizeof(e));
	e.fdt = buf;
	e.args = args;
	e.d = d;
	err = open_tree(&e, (u32)MIN(size, MIB(2)));
	if (err)
		return err;
	drop_reservations(&e);
	err = edit_collect_ram(&e);
	if (!err)
		err = edit_nodes(&e);
	if (!err)
		err = edit_references(&e);
	if (!err)
		err = add_nodes(&e);
	if (err)
		return err;
	fdt_pack(buf);
	return 0;
}
