/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes master the bus: write and read memory by themselves. No property says it, so this
 * goes by what only masters have, and by the names that the Devicetree Specification (2.2.2) asks
 * for. A node with `dmas` is served by a master, and is none.
 */
#include <string.h>

#include "boot/machine/parts.h"

/* A node with one of these is a master for sure. */
static const u8 properties[] = {
	DT_DMA_CELLS,		/* a DMA controller */
	DT_DMA_COHERENT, DT_DMA_NONCOHERENT,
	DT_IOMMU_MAP, DT_IOMMUS,
	DT_MSI_PARENT,		/* it interrupts by a write, to where it is told */
};

/* The name before the unit address; and where vendors name a node otherwise, its `compatible`. */
static const char names[][20] = {
	"ahci", "camss", "crypto", "deinterlace", "display-controller", "dma", "dma-controller",
	"dmac", "dsp", "emmc", "emmc2", "esdhc", "ethernet", "etr", "fman", "gpu", "hdlcd", "hvs",
	"isi", "isp", "jpegdec", "jpegenc", "lcdif", "mixer", "mmc", "mmcnr", "nand-controller",
	"npu", "pci", "pcie",
	"pcie-ep", "pcie_ep",	/* the same controller as a card: the host writes by its windows */
	"remoteproc", "rga", "rotate", "sas", "sata", "sd", "sdhci", "tsec", "ufs", "ufshc", "usb",
	"usb3", "v3d", "video-codec", "video-decoder", "virtio_mmio", "vop", "vpu", "vpu-core",
	"vsp", "wifi", "xor",
};

static const char compatibles[][28] = {
	"allwinner,sun50i-a64-csi", "allwinner,sun8i-h3-csi",
	"arm,coresight-catu",	/* reads tables that say where an ETR writes */
	"arm,coresight-tmc",	/* an ETR writes the trace to memory */
	"arm,pl080", "arm,pl110", "arm,pl111", "arm,pl330",
	"brcm,bcm2835-mbox",	/* firmware writes where the message says */
	"brcm,bcm2835-unicam", "fsl,imx8mm-csi", "fsl,imx8mq-csi", "fsl,qoriq-mc",
	"hisilicon,mbigen-v2", "marvell,cp110-icu",	/* msi-parent is a child's */
	"qemu,fw-cfg-mmio", "snps,dwc3", "virtio,mmio",
};

static bool has_name(const char *node)
{
	const char *at = strchr(node, '@');
	size_t len = at ? (size_t)(at - node) : strlen(node);

	if (len >= sizeof(names[0]))
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (*node == *names[i] && !strncmp(node, names[i], len) && !names[i][len])
			return true;
	return false;
}

static bool is_compatible(const struct dt_walk *w)
{
	const char *s = NULL;

	while ((s = dt_next_string(w->prop[DT_COMPATIBLE], s)))
		for (unsigned i = 0; i < ARRAY_SIZE(compatibles); i++)
			if (*s == *compatibles[i] && !strcmp(s, compatibles[i]))
				return true;
	return false;
}

bool dt_is_master(const struct dt_walk *w)
{
	for (unsigned i = 0; i < ARRAY_SIZE(properties); i++)
		if (w->prop[properties[i]].data)
			return true;
	return dt_is_pci(w) || has_name(dt_name(w)) || is_compatible(w);
}

bool host_master_is_in(const struct host_master *m, struct range r)
{
	for (unsigned i = 0; i < m->nr_regs; i++)
		if (ranges_overlap(m->regs[i], r))
			return true;
	return false;
}

static void add_regs(struct host_master *m, struct range r)
{
	struct range *last = &m->regs[HOST_MAX_MASTER_REGS - 1];
	u64 end;

	if (m->nr_regs < HOST_MAX_MASTER_REGS) {
		m->regs[m->nr_regs++] = r;
		return;
	}
	end = MAX(range_end(*last), range_end(r));
	last->base = MIN(last->base, r.base);
	last->size = end - last->base;
}

/*
 * Without registers it is a bus, and its children are what counts. Those of a disabled one a region
 * may give to the guest; one that is wrong is no reason to stop.
 */
int host_read_master(struct host *host, const struct dt_walk *w, struct diag *d)
{
	struct host_master m = { .node = w->node, .off = dt_is_off(w) };
	struct range r;
	int ret;

	if (!dt_reg_count(w) || !dt_is_master(w))
		return 0;
	for (unsigned i = 0; i < dt_reg_count(w); i++) {
		ret = dt_reg(w, i, &r, d);
		if (ret < 0 && !m.off)
			return ret;
		if (ret > 0)
			add_regs(&m, r);
	}
	if (!m.nr_regs)
		return 0;
	if (host->nr_masters == HOST_MAX_MASTERS) {
		host->more_masters++;
		return 0;
	}
	format(m.name, sizeof(m.name), "%s", dt_name(w));
	host->master[host->nr_masters++] = m;
	return 0;
}
