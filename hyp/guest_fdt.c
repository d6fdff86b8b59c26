/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/guest_fdt_parts.h"
#include "lib/errno.h"
#include <string.h>

static int refused(struct edit *e, const char *prop, int err)
{
	return dt_fail(&e->w, e->d, -EINVAL, prop,
		       "cannot be changed for the guest: libfdt error %d", err);
}

int edit_set(struct edit *e, const char *prop, const void *val, u32 len)
{
	struct dt_prop old = dt_prop(&e->w, prop);
	int err;

	if (old.data && old.len == len && !memcmp(old.data, val, len))
		return 0;
	err = fdt_setprop(e->fdt, e->w.node, prop, val, (int)len);
	dt_changed(&e->w);
	return err ? refused(e, prop, err) : 0;
}

int edit_set_string(struct edit *e, const char *prop, const char *val)
{
	return edit_set(e, prop, val, (u32)strlen(val) + 1);
}

int edit_resize(struct edit *e, const char *prop, u32 len, u8 **val)
{
	void *data;
	int err = fdt_setprop_placeholder(e->fdt, e->w.node, prop, (int)len, &data);

	dt_changed(&e->w);
	*val = data;
	return err ? refused(e, prop, err) : 0;
}

int edit_delete(struct edit *e, const char *prop)
{
	int err;

	if (!dt_prop(&e->w, prop).data)
		return 0;
	err = fdt_delprop(e->fdt, e->w.node, prop);
	dt_changed(&e->w);
	return err ? refused(e, prop, err) : 0;
}

int edit_drop(struct edit *e)
{
	struct dt_prop p = e->w.prop[DT_PHANDLE];
	int err;

	if (p.data && p.len == 4) {
		if (e->nr_gone == EDIT_MAX_GONE)
			return dt_fail(&e->w, e->d, -E2BIG, "phandle",
				       "more than %d nodes to remove: raise EDIT_MAX_GONE",
				       EDIT_MAX_GONE);
		e->gone[e->nr_gone++] = dt_cell(p.data);
	}
	err = dt_drop(&e->w);
	return err ? refused(e, "phandle", err) : 0;
}

static int delete_all(struct edit *e, const char *const *names, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++)
		err = edit_delete(e, names[i]);
	return err;
}

static bool kept(const struct edit *e, u64 mpidr)
{
	const struct host *host = e->args->host;
	unsigned want = e->args->config->cpus;

	if (!want || want > host->nr_cpus)
		want = host->nr_cpus;
	for (unsigned i = 0; i < want; i++)
		if (host->cpu[i].mpidr == mpidr)
			return true;
	return false;
}

/* Every CPU starts through Mavis, whatever the machine's firmware has. */
static int edit_cpu(struct edit *e)
{
	u64 mpidr;
	int err;

	if (!dt_number(e->w.prop[DT_REG], &mpidr) || !kept(e, mpidr)) {
		e->cpu_gone = true;
		return edit_drop(e);
	}
	if (mpidr == e->args->host->cpu[0].mpidr)
		e->boot_cpu = true;
	err = edit_set_string(e, "enable-method", "psci");
	return err ? err : edit_delete(e, "cpu-release-addr");
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
	struct range r = e->args->ramdisk;
	fdt64_t start = cpu_to_fdt64(r.base), end = cpu_to_fdt64(range_end(r));
	int err;

	if (r.size) {
		err = edit_set(e, "linux,initrd-start", &start, sizeof(start));
		return err ? err : edit_set(e, "linux,initrd-end", &end, sizeof(end));
	}
	err = edit_delete(e, "linux,initrd-start");
	return err ? err : edit_delete(e, "linux,initrd-end");
}

/*
 * What speaks of the host's own boot: its firmware's tables, its memory map, other hypervisors'
 * modules.
 */
static bool is_leftover(const char *name)
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

static int edit_chosen(struct edit *e)
{
	const char *bootargs = e->args->config->bootargs, *name;
	struct dt_prop p;
	u32 at = 0;
	int err;

	e->chosen = true;
	while (dt_next_prop(&e->w, &at, &name, &p)) {
		if (!is_leftover(name))
			continue;
		err = edit_delete(e, name);
		if (err)
			return err;
		at = 0;
	}
	err = *bootargs ? edit_set_string(e, "bootargs", bootargs) : edit_delete(e, "bootargs");
	return err ? err : set_initrd(e);
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
	u64 regions = 1, keep;
	u8 *reg;
	int err;

	if (e->gic || !dt_enabled(&e->w))
		return 0;
	e->gic = true;
	dt_number(dt_prop(&e->w, "#redistributor-regions"), &regions);
	keep = version == 2 ? 2 : 1 + MIN(regions, (u64)HOST_MAX_GICR);
	if (e->w.prop[DT_REG].len > keep * entry) {
		err = edit_resize(e, "reg", (u32)keep * entry, &reg);
		if (err)
			return err;
	}
	return delete_all(e, maintenance, ARRAY_SIZE(maintenance));
}

static bool is_boot_module(const struct dt_walk *w)
{
	const char *s = NULL;

	if (w->depth != 2 || strcmp(w->bus[1].name, "chosen"))
		return false;
	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		if (is_leftover(s))
			return true;
	return false;
}

static int edit_node(struct edit *e)
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
	if (is_boot_module(w))
		return edit_drop(e);
	switch (dt_kind(w)) {
	case DT_GICV2:
		return edit_gic(e, 2);
	case DT_GICV3:
		return edit_gic(e, 3);
	case DT_ITS:
		return edit_drop(e);
	case DT_PSCI:
		return edit_psci(e);
	default:
		return dt_at(w, "psci") ? edit_psci(e) : 0;
	}
}

int edit_add(struct edit *e, int parent, const char *name)
{
	int node = fdt_add_subnode(e->fdt, parent, name);

	dt_walk(&e->w, e->fdt);
	while (dt_next(&e->w) && e->w.node != MAX(node, parent))
		;
	return node < 0 ? refused(e, name, node) : 0;
}

static int add(struct edit *e, const char *name, int (*fill)(struct edit *e))
{
	int err = edit_add(e, 0, name);

	return err ? err : fill(e);
}

static int edit_tree(struct edit *e)
{
	int err = edit_collect_ram(e);

	dt_walk(&e->w, e->fdt);
	while (!err && dt_next(&e->w))
		err = edit_node(e);
	if (!err && e->nr_gone)
		err = edit_references(e);
	if (!err && !e->chosen)
		err = add(e, "chosen", edit_chosen);
	if (!err && !e->psci)
		err = add(e, "psci", edit_psci);
	if (!err)
		err = edit_remaining_ram(e);
	if (!err)
		err = edit_exposed(e);
	if (!err && !e->boot_cpu)
		err = fail(
			e->d, -ENOENT,
			"/cpus: the guest's device tree has no node for the boot CPU, reg = %#lx",
			(unsigned long)e->args->host->cpu[0].mpidr);
	return err;
}

/* What the loader reserved for itself is free by the time that the guest runs. */
static int edit_memreserve(struct edit *e)
{
	struct range r;
	int err = 0;

	for (int i = fdt_num_mem_rsv(e->fdt) - 1; i >= 0 && !err; i--) {
		err = fdt_get_mem_rsv(e->fdt, i, &r.base, &r.size);
		if (!err && range_valid(r) && host_reserved_by_loader(e->args->host, r))
			err = fdt_del_mem_rsv(e->fdt, i);
	}
	return err ? fail(e->d, -EINVAL,
			  "/memreserve/: cannot be changed for the guest: libfdt error %d", err)
		   : 0;
}

/* The host's tree without its slack: QEMU's is a megabyte long, of which 8 KiB are used. */
static void copy_host(u8 *buf, u64 size, const void *fdt)
{
	u32 reserve = (u32)ALIGN_UP(sizeof(struct fdt_header), 8);
	u32 structure =
		reserve + (u32)(fdt_num_mem_rsv(fdt) + 1) * sizeof(struct fdt_reserve_entry);
	u32 strings = structure + fdt_size_dt_struct(fdt);

	memset(buf, 0, reserve);
	memcpy(buf, fdt, sizeof(struct fdt_header));
	memcpy(buf + reserve, (const u8 *)fdt + fdt_off_mem_rsvmap(fdt), structure - reserve);
	memcpy(buf + structure, (const u8 *)fdt + fdt_off_dt_struct(fdt), strings - structure);
	memcpy(buf + strings, (const u8 *)fdt + fdt_off_dt_strings(fdt), fdt_size_dt_strings(fdt));
	fdt_set_off_mem_rsvmap(buf, reserve);
	fdt_set_off_dt_struct(buf, structure);
	fdt_set_off_dt_strings(buf, strings);
	fdt_set_totalsize(buf, (u32)size);
}

static int copy_base(void *buf, u64 size, const struct guest_fdt_args *args, struct diag *d)
{
	struct diag why;
	int err;

	memcpy(buf, args->base, args->base_size);
	if (dt_check(buf, args->base_size, &why))
		return fail(d, -EINVAL,
			    "guest.dtb in the bundle is corrupt: %.150s; make it with dtc, and the "
			    "bundle anew",
			    why.text);
	err = fdt_open_into(buf, buf, (int)size);
	return err ? fail(d, -EINVAL, "guest.dtb in the bundle: libfdt error %d", err) : 0;
}

u64 guest_fdt_bound(const struct guest_fdt_args *args)
{
	u64 base = args->base ? args->base_size : dt_packed_size(args->host->fdt);

	/* CPUs: enable-method; memory: reg; /chosen and /psci with their names. */
	return base + strlen(args->config->bootargs) + HOST_MAX_CPUS * 24 + EDIT_MAX_RAM * 16 +
	       1024 + edit_exposed_bound(args->regions);
}

int guest_fdt_write(void *buf, u64 size, const struct guest_fdt_args *args, struct diag *d)
{
	static struct edit e;
	u64 need = guest_fdt_bound(args);
	int err = 0;

	if (need > MIB(2))
		return fail(d, -E2BIG,
			    "the guest's device tree may need %lu bytes; Linux takes 2 MiB at most",
			    (unsigned long)need);
	if (size < need)
		return fail(d, -ENOSPC,
			    "the guest's device tree may need %lu bytes, there is room for %lu",
			    (unsigned long)need, (unsigned long)size);
	size = MIN(size, MIB(2));
	if (args->base)
		err = copy_base(buf, size, args, d);
	else
		copy_host(buf, size, args->host->fdt);

	memset(&e, 0, sizeof(e));
	e.fdt = buf;
	e.args = args;
	e.d = d;
	if (!err)
		err = edit_memreserve(&e);
	if (!err)
		err = edit_tree(&e);
	if (!err)
		fdt_pack(buf);
	return err;
}
