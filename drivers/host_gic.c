/* SPDX-License-Identifier: Apache-2.0 */
/* The interrupt controller's frames, in the order in which its bindings list them. */
#include "drivers/host_parts.h"
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

	/* A second one is cascaded from the first, and a device as others are. */
	if (gic->version || !dt_enabled(w))
		return 0;
	gic->version = (u8)version;
	gic->node = w->node;
	return version == 3 ? read_v3(gic, w, d) : read_v2(gic, w, d);
}

int host_read_its(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_gic *gic = &host->gic;
	struct range r;
	int err = frame(w, 0, &r, d);

	if (err || !r.size)
		return err;
	if (gic->nr_its == HOST_MAX_ITS)
		return dt_fail(w, d, -E2BIG, "reg", "more than %d ITSs: raise HOST_MAX_ITS",
			       HOST_MAX_ITS);
	gic->its[gic->nr_its++] = r;
	return 0;
}
