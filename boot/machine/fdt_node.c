/* SPDX-License-Identifier: Apache-2.0 */
/* What one node of a device tree says: its path, kind, strings, numbers and addresses. */
#include "boot/machine/fdt.h"
#include "lib/errno.h"
#include <string.h>

static const struct {
	const char *compatible;
	enum dt_kind kind;
} kinds[] = {
	{ "arm,gic-v3",			DT_GICV3 },
	{ "arm,gic-v3-its",		DT_ITS },
	{ "arm,gic-400",		DT_GICV2 },
	{ "arm,cortex-a15-gic",		DT_GICV2 },
	{ "arm,cortex-a9-gic",		DT_GICV2 },
	{ "arm,cortex-a7-gic",		DT_GICV2 },
	{ "arm,pl390",			DT_GICV2 },
	{ "qcom,msm-qgic2",		DT_GICV2 },
	{ "brcm,brahma-b15-gic",	DT_GICV2 },
	{ "brcm,bcm2836-l1-intc",	DT_INTC },
	{ "arm,coresight-cpu-debug",	DT_DEBUG },
	{ "arm,coresight-cti",		DT_DEBUG },
	{ "arm,coresight-etm3x",	DT_ETM },
	{ "arm,coresight-etm4x",	DT_ETM },
	{ "arm,dsu-pmu",		DT_DSU },
	{ "nvidia,tegra194-ccplex",	DT_CCPLEX },
	{ "simple-framebuffer",		DT_SCREEN },
	{ "mmio-sram",			DT_SRAM },
	{ "ti,am654-r5f",		DT_CORE },
	{ "ti,j721e-r5f",		DT_CORE },
	{ "ti,j7200-r5f",		DT_CORE },
	{ "ti,am64-r5f",		DT_CORE },
	{ "ti,am62-r5f",		DT_CORE },
	{ "ti,j721s2-r5f",		DT_CORE },
	{ "ti,j721e-c66-dsp",		DT_CORE },
	{ "ti,j721e-c71-dsp",		DT_CORE },
	{ "ti,j721s2-c71-dsp",		DT_CORE },
	{ "ti,am62a-c7xv-dsp",		DT_CORE },
	{ "ti,am64-m4fss",		DT_CORE },
	{ "xlnx,zynqmp-r5f",		DT_CORE },
	{ "qemu,fw-cfg-mmio",		DT_FW_CFG },
	{ "cfi-flash",			DT_FLASH },
	{ "jedec-flash",		DT_FLASH },
	{ "coreboot",			DT_COREBOOT },
	{ "arm,smmu-v3",		DT_SMMUV3 },
	{ "arm,smmu-v3-pmcg",		DT_PMCG },
	{ "nvidia,tegra264-cmdqv",	DT_CMDQV },
	{ "arm,smmu-v1",		DT_SMMU },
	{ "arm,smmu-v2",		DT_SMMU },
	{ "arm,mmu-500",		DT_SMMU },
	{ "arm,mmu-401",		DT_SMMU },
	{ "arm,mmu-400",		DT_SMMU },
	{ "cavium,smmu-v2",		DT_SMMU },
	{ "nvidia,smmu-500",		DT_SMMU },
	{ "qcom,smmu-v2",		DT_SMMU },
	{ "arm,gic-v2m-frame",		DT_V2M },
	{ "arm,psci-1.0",		DT_PSCI },
	{ "arm,psci-0.2",		DT_PSCI },
	{ "pci-host-ecam-generic",	DT_PCI_ECAM },
	{ "snps,dw-pcie-ecam",		DT_PCI_DW_ECAM },
	{ "marvell,armada8k-pcie-ecam",	DT_PCI_DW_ECAM },
	{ "socionext,synquacer-pcie-ecam", DT_PCI_DW_ECAM },
};

static enum dt_kind kind_of(struct dt_prop compatible)
{
	const char *s = NULL;

	while ((s = dt_next_string(compatible, s)))
		for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++)
			if (*s == kinds[i].compatible[0] && !strcmp(s, kinds[i].compatible))
				return kinds[i].kind;
	return DT_OTHER;
}

enum dt_kind dt_kind(const struct dt_walk *w)
{
	return kind_of(w->prop[DT_COMPATIBLE]);
}

bool dt_in_sram(const struct dt_walk *w)
{
	return w->depth && kind_of(dt_parent(w)->compatible) == DT_SRAM;
}

static bool is(struct dt_prop p, const char *s)
{
	const char *first = dt_string(p);

	return first && !strcmp(first, s);
}

bool dt_is_memory(const struct dt_walk *w)
{
	return w->depth && is(w->prop[DT_DEVICE_TYPE], "memory");
}

bool dt_is_cpu(const struct dt_walk *w)
{
	if (w->depth != 2 || strcmp(dt_parent(w)->name, "cpus"))
		return false;
	return w->prop[DT_DEVICE_TYPE].data ? is(w->prop[DT_DEVICE_TYPE], "cpu")
					    : !strncmp(dt_name(w), "cpu@", 4);
}

bool dt_is_pci(const struct dt_walk *w)
{
	return is(w->prop[DT_DEVICE_TYPE], "pci");
}

bool dt_enabled(const struct dt_walk *w)
{
	struct dt_prop p = w->prop[DT_STATUS];

	return !p.data || is(p, "okay") || is(p, "ok");
}

bool dt_at(const struct dt_walk *w, const char *name)
{
	return w->depth == 1 && !strcmp(dt_name(w), name);
}

void dt_path(const struct dt_walk *w, char *buf, size_t size)
{
	size_t len = 0;

	format(buf, size, "/");
	for (int i = 1; i <= w->depth && len < size; i++)
		len += (size_t)format(buf + len, size - len, "/%s", w->bus[i].name);
}

bool dt_path_is(const struct dt_walk *w, const char *path, size_t len)
{
	const char *end = path + len, *name;
	size_t n;

	for (int i = 1; i <= w->depth; i++) {
		if (path == end || *path++ != '/')
			return false;
		name = w->bus[i].name;
		for (n = 0; path + n < end && path[n] != '/'; n++)
			;
		if (!n || strncmp(name, path, n) || (name[n] && name[n] != '@'))
			return false;
		path += n;
	}
	return path == end && w->depth;
}

bool dt_path_is_in(const struct dt_walk *w, struct dt_prop paths)
{
	const char *path = NULL;

	while ((path = dt_next_string(paths, path)))
		if (dt_path_is(w, path, strlen(path)))
			return true;
	return false;
}

bool dt_is_below(const struct dt_walk *w, struct dt_prop paths, int *top)
{
	if (w->depth <= *top)
		*top = dt_path_is_in(w, paths) ? w->depth : DT_MAX_DEPTH;
	return *top != DT_MAX_DEPTH;
}

const char *dt_string(struct dt_prop p)
{
	return p.data && memchr(p.data, '\0', p.len) ? (const char *)p.data : NULL;
}

const char *dt_next_string(struct dt_prop p, const char *s)
{
	const char *end;

	if (!p.data)
		return NULL;
	end = (const char *)p.data + p.len;
	s = s ? s + strlen(s) + 1 : (const char *)p.data;
	return s < end && memchr(s, '\0', (size_t)(end - s)) ? s : NULL;
}

u64 dt_cells(const u8 *p, unsigned n)
{
	return n == 2 ? (u64)dt_cell(p) << 32 | dt_cell(p + 4) : n == 1 ? dt_cell(p) : 0;
}

bool dt_number(struct dt_prop p, u64 *val)
{
	if (!p.data || (p.len != 4 && p.len != 8))
		return false;
	*val = dt_cells(p.data, p.len / 4);
	return true;
}

static bool plausible(struct range r)
{
	return r.size <= BIT(DT_PA_BITS) && r.base <= BIT(DT_PA_BITS) - r.size;
}

/*
 * One level up: from the children of @bus to the bus that @bus itself stands on. An empty `ranges`
 * changes nothing.
 */
static bool cross(const struct dt_bus *bus, const struct dt_bus *parent, struct range *r)
{
	u32 child = bus->address_cells, above = parent->address_cells,
	    entry = (child + above + bus->size_cells) * 4;
	const u8 *p = bus->ranges.data;

	if (!bus->ranges.len)
		return true;
	for (u32 left = bus->ranges.len; left >= entry; left -= entry, p += entry) {
		u64 base = dt_cells(p, child);
		u64 up = dt_cells(p + child * 4, above);
		u64 size = dt_cells(p + (child + above) * 4, bus->size_cells);

		if (r->base >= base && r->base - base < size) {
			/* A sum that wraps must not become a low address. */
			r->base = r->base - base > ~up ? ~0ull : r->base - base + up;
			return true;
		}
	}
	return false;
}

int dt_translate(const struct dt_walk *w, struct range *r, const char *prop, struct diag *d)
{
	struct range was = *r;

	if (!r->size)
		return 0;
	if (r->size > BIT(DT_PA_BITS) || !range_valid(*r))
		goto absurd;
	if (!dt_parent(w)->mapped)
		return 0;
	for (int i = w->depth - 1; i > 0; i--)
		if (!cross(&w->bus[i], &w->bus[i - 1], r))
			return 0;
	if (plausible(*r))
		return 1;
absurd:
	return dt_fail(w, d, -ERANGE, prop,
		       "%#lx bytes at %#lx reach beyond a %d-bit physical address; correct the device tree",
		       (unsigned long)was.size, (unsigned long)was.base, DT_PA_BITS);
}

unsigned dt_reg_count(const struct dt_walk *w)
{
	const struct dt_bus *bus;

	if (!w->depth || !w->prop[DT_REG].data)
		return 0;
	bus = dt_parent(w);
	return bus->mapped ? w->prop[DT_REG].len / ((bus->address_cells + bus->size_cells) * 4u)
			   : 0;
}

int dt_reg(const struct dt_walk *w, unsigned i, struct range *out, struct diag *d)
{
	const struct dt_bus *bus = dt_parent(w);
	const u8 *p = w->prop[DT_REG].data + i * (bus->address_cells + bus->size_cells) * 4u;

	out->base = dt_cells(p, bus->address_cells);
	out->size = dt_cells(p + bus->address_cells * 4u, bus->size_cells);
	return dt_translate(w, out, "reg", d);
}

int dt_fail(const struct dt_walk *w, struct diag *d, int err, const char *prop, const char *fmt,
	    ...)
{
	char path[DT_MAX_PATH];
	va_list ap;
	int len;

	dt_path(w, path, sizeof(path));
	len = format(d->text, sizeof(d->text), "%s: %s: ", path, prop);
	va_start(ap, fmt);
	if (len < (int)sizeof(d->text))
		vformat(d->text + len, sizeof(d->text) - (size_t)len, fmt, ap);
	va_end(ap);
	return err;
}
