/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt controller's frames, in the order in which its bindings list them.
 *
 * EL2 takes no interrupts, so the guest can have any controller as it is that leaves EL2 nothing to
 * do: one that writes no memory by itself (a GICv3 does: hyp/gic.h) and sends interrupts to EL1
 * unless told otherwise. The BCM2836's is one. Of a controller that Mavis does not know it cannot
 * say that, and refuses it.
 */
#include "boot/machine/parts.h"
#include "lib/errno.h"

/* Entry @i of `reg`, or an empty range. */
static int frame(const struct dt_walk *w, unsigned i, struct range *out, struct diag *d)
{
	int ret = i < dt_reg_count(w) ? dt_reg(w, i, out, d) : 0;

	if (ret <= 0)
		*out = (struct range){ 0, 0 };
	return ret < 0 ? ret : 0;
}

/* GICD, GICC, and where there are Virtualization Extensions GICH and GICV. */
static int read_v2(struct host_gic *gic, const struct dt_walk *w, struct diag *d)
{
	struct range *const frames[] = { &gic->gicd, &gic->gicc, &gic->gich, &gic->gicv };
	int err;

	for (unsigned i = 0; i < ARRAY_SIZE(frames); i++) {
		err = frame(w, i, frames[i], d);
		if (err)
			return err;
	}
	if (!gic->gicd.size || !gic->gicc.size)
		return dt_fail(w, d, -EINVAL, "reg",
			       "must have the distributor and the CPU interface");
	return 0;
}

/*
 * GICD, the redistributor regions, and for GICv2 guests GICC, GICH, GICV, which Mavis has no use
 * for.
 */
static int read_v3(struct host_gic *gic, const struct dt_walk *w, struct diag *d)
{
	u64 regions = 1;
	int err;

	dt_number(dt_prop(w, "#redistributor-regions"), &regions);
	dt_number(dt_prop(w, "redistributor-stride"), &gic->gicr_stride);
	if (!regions || regions > HOST_MAX_GICR)
		return dt_fail(w, d, -EINVAL, "#redistributor-regions", "%lu is not 1 to %d",
			       (unsigned long)regions, HOST_MAX_GICR);

	err = frame(w, 0, &gic->gicd, d);
	if (err)
		return err;
	for (unsigned i = 0; i < regions; i++) {
		err = frame(w, 1 + i, &gic->gicr[i], d);
		if (err)
			return err;
		if (!gic->gicd.size || !gic->gicr[i].size)
			return dt_fail(w, d, -EINVAL, "reg",
				       "must have the distributor and %lu redistributor region(s)",
				       (unsigned long)regions);
	}
	gic->nr_gicr = (unsigned)regions;
	return 0;
}

int host_read_gic(struct host *host, const struct dt_walk *w, unsigned version, struct diag *d)
{
	struct host_gic *gic = &host->gic;

	/*
	 * A second one is cascaded from the first, and a device as others are. For interrupt
	 * controllers Linux does not look whether the bus above is disabled, nor does this.
	 */
	if (gic->version || !dt_enabled(w))
		return 0;
	gic->version = (u8)version;
	gic->node = w->node;
	return version == 3 ? read_v3(gic, w, d) : read_v2(gic, w, d);
}

/*
 * The frame that devices write to is behind the first, also where `reg` ends before it (TI's K3);
 * and the addresses may be in another node's `reg` then (the distributor's of AMD's Elba).
 */
int host_read_its(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_gic *gic = &host->gic;
	struct range r;
	int err = frame(w, 0, &r, d);

	if (err || !r.size)
		return err;
	if (r.size == ITS_FRAME)
		r.size += ITS_FRAME;
	if (gic->nr_its == HOST_MAX_ITS)
		return dt_fail(w, d, -E2BIG, "reg",
			       "is one more than the %d ITSs that Mavis takes: remove the rest from the device tree, or build it with a larger HOST_MAX_ITS",
			       HOST_MAX_ITS);
	gic->its[gic->nr_its++] = (struct host_its){
		.range = r,
		.node = w->node,
		.enabled = dt_enabled(w),
		.noncoherent = dt_prop(w, "dma-noncoherent").data,
	};
	return 0;
}

static int check_controller(const struct dt_walk *w, struct diag *d)
{
	enum dt_kind kind = dt_kind(w);
	const char *compatible = dt_string(w->prop[DT_COMPATIBLE]);

	if (kind != DT_GICV2 && kind != DT_GICV3 && kind != DT_INTC)
		return dt_fail(w, d, -ENODEV, "compatible",
			       "\"%.40s\" is no interrupt controller that Mavis can leave to the guest: those are GICv2, GICv3 and the BCM2836's",
			       compatible ? compatible : "");
	if (!dt_enabled(w))
		return dt_fail(w, d, -ENODEV, "status",
			       "the interrupt controller is disabled; correct the device tree");
	return 0;
}

static bool find_phandle(struct dt_walk *w, const void *fdt, u64 phandle)
{
	u64 val;

	dt_walk(w, fdt);
	while (dt_next(w))
		if (dt_number(w->prop[DT_PHANDLE], &val) && val == phandle)
			return true;
	return false;
}

/* The GIC that was found is where interrupts end: as a rule, so that no more need be read. */
static bool is_root(const struct host *host, u64 phandle)
{
	int node = host->gic.node;
	u64 val;

	return host->gic.version && dt_number(dt_prop_of(host->fdt, node, "phandle"), &val) &&
	       val == phandle &&
	       (!dt_number(dt_prop_of(host->fdt, node, "interrupt-parent"), &val) ||
		val == phandle);
}

int host_finish_gic(const struct host *host, u64 wanted, struct diag *d)
{
	struct dt_walk w;
	u64 up;

	if ((!wanted && host->gic.version) || is_root(host, wanted))
		return 0;
	for (unsigned i = 0; i < DT_MAX_DEPTH; i++, wanted = up) {
		if (!find_phandle(&w, host->fdt, wanted))
			return fail(d, -ENODEV,
				    "interrupt-parent: the interrupt controller is missing: no node has phandle %#lx; correct the device tree",
				    (unsigned long)wanted);
		if (!dt_number(w.prop[DT_INTERRUPT_PARENT], &up) || up == wanted)
			return check_controller(&w, d);
	}
	return dt_fail(&w, d, -EINVAL, "interrupt-parent",
		       "leads back to this node; correct the device tree");
}
