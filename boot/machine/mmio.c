/* SPDX-License-Identifier: Apache-2.0 */
/* What the tree describes beside memory: device registers and the windows of PCI host bridges. */
#include "boot/machine/parts.h"
#include "lib/errno.h"

static int add(struct host *host, const struct dt_walk *w, const struct host_mmio *m,
	       const char *why, struct diag *d)
{
	struct host_mmio *out = &host->mmio[host->nr_mmio];
	struct range r = pages_around(m->range);

	(void)why;
	/* Devices that share a page stand side by side in most trees: once is enough. */
	if (host->nr_mmio && m->kind == HOST_MMIO_REG && out[-1].kind == m->kind &&
	    out[-1].read_only == m->read_only && out[-1].prefetchable == m->prefetchable &&
	    range_contains(out[-1].range, r))
		return 0;
	if (host->nr_mmio == HOST_MAX_MMIO)
		return dt_fail(w, d, -E2BIG, "reg",
			       "is one more than the %d ranges of registers that Mavis takes: remove nodes from the device tree that nothing uses, or build it with a larger HOST_MAX_MMIO",
			       HOST_MAX_MMIO);
	*out = *m;
	if (m->kind >= HOST_PCI_IO)
		out->bus -= m->range.base - r.base;
	out->range = r;
	out->node = w->node;
	format(out->name, sizeof(out->name), "%s", dt_name(w));
	host->nr_mmio++;
	return 0;
}

int host_add_mmio(struct host *host, const struct dt_walk *w, struct range r, struct diag *d)
{
	struct host_mmio m = { .kind = HOST_MMIO_REG, .range = r };

	return add(host, w, &m, NULL, d);
}

/*
 * What `reg` has of these is memory. Linux maps it for write-combining, and clears and copies with
 * what Device memory does not take: DC ZVA, unaligned accesses. A driver that maps it as Device
 * memory still has that.
 */
static bool is_memory(enum dt_kind kind)
{
	return kind == DT_SRAM || kind == DT_CORE || kind == DT_SCREEN;
}

static int read_regs(struct host *host, const struct dt_walk *w, bool bridge, host_range_fn *fn,
		     const char *why, struct diag *d)
{
	enum dt_kind kind = dt_kind(w);
	bool ecam = bridge && (kind == DT_PCI_ECAM || kind == DT_PCI_DW_ECAM);
	struct host_mmio m = { .kind = HOST_MMIO_REG,
			       .read_only = kind == DT_FLASH,
			       .prefetchable = is_memory(kind) || dt_in_sram(w) };
	int ret;

	/* Its `reg` is in other cells than its parent's, and of memory. */
	if (kind == DT_COREBOOT)
		return 0;
	for (unsigned i = 0; i < dt_reg_count(w); i++) {
		ret = dt_reg(w, i, &m.range, d);
		m.kind = ecam && !i ? HOST_PCI_ECAM : HOST_MMIO_REG;
		m.echoes = m.kind == HOST_PCI_ECAM && kind == DT_PCI_DW_ECAM;
		if (ret > 0)
			ret = fn(host, w, &m, why, d);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/*
 * The space code of a PCI address's first cell (PCI Bus Binding to Open Firmware), bits [25:24]; 0
 * is configuration space.
 */
static const enum host_mmio_kind spaces[4] = { HOST_MMIO_REG, HOST_PCI_IO, HOST_PCI_MEM32,
					       HOST_PCI_MEM64 };
#define PREFETCHABLE BIT(30)

/*
 * Those of a PCI host bridge; or of a bus whose devices no node needs to have: their addresses, of
 * more cells than the CPU's, are what its controller says (NXP's fsl-mc). Not all that is there are
 * registers: Linux maps portals for write-combining, and copies to them unaligned.
 */
static int read_windows(struct host *host, const struct dt_walk *w, host_range_fn *fn,
			const char *why, struct diag *d)
{
	u32 child = w->bus[w->depth].address_cells, up = dt_parent(w)->address_cells;
	u32 size = w->bus[w->depth].size_cells, entry = (child + up + size) * 4;
	struct dt_prop ranges = w->prop[DT_RANGES];
	bool pci = dt_is_pci(w);
	int ret;

	for (const u8 *p = ranges.data; ranges.len >= entry; ranges.len -= entry, p += entry) {
		struct host_mmio m = {
			.range = { dt_cells(p + child * 4, up),
				   dt_cells(p + (child + up) * 4, size) },
			.bus = dt_cells(p + 4, 2),
			.kind = pci ? spaces[FIELD(dt_cell(p), 25, 24)] : HOST_MMIO_REG,
			.prefetchable = !pci || dt_cell(p) & PREFETCHABLE,
		};

		if (pci && m.kind == HOST_MMIO_REG)
			continue;
		ret = dt_translate(w, &m.range, "ranges", d);
		if (ret > 0)
			ret = fn(host, w, &m, why, d);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int host_each_range(struct host *host, const struct dt_walk *w, host_range_fn *fn, const char *why,
		    struct diag *d)
{
	const struct dt_bus *bus = &w->bus[w->depth];
	bool pci = dt_is_pci(w), bridge = bus->address_cells == 3 &&
					  (bus->size_cells == 2 || (!pci && bus->size_cells == 1));
	int err;

	if (!dt_parent(w)->mapped)
		return 0;
	err = read_regs(host, w, pci && bridge, fn, why, d);
	if (!err && bridge && w->prop[DT_RANGES].data)
		err = read_windows(host, w, fn, why, d);
	return err;
}

int host_read_mmio(struct host *host, const struct dt_walk *w, struct diag *d)
{
	return host_each_range(host, w, add, NULL, d);
}

/* Makes @m what @part of its range is. */
static void narrow(struct host_mmio *m, struct range part)
{
	m->bus += part.base - m->range.base;
	m->range = part;
}

/*
 * Takes @bank out of entry @i: a frame buffer or a mailbox in memory is memory. Returns false if
 * there is no room for the second piece of a split.
 */
static bool cut(struct host *host, unsigned i, struct range bank)
{
	struct host_mmio *m = &host->mmio[i], *rest;
	struct range left[2];
	unsigned nr = range_subtract(m->range, bank, left);

	if (nr == 2) {
		if (host->nr_mmio == HOST_MAX_MMIO)
			return false;
		rest = &host->mmio[host->nr_mmio++];
		*rest = *m;
		narrow(rest, left[1]);
	}
	if (nr)
		narrow(m, left[0]);
	else
		m->range.size = 0;
	return true;
}

static int take_out(struct host *host, unsigned i, struct range part, struct diag *d)
{
	if (cut(host, i, part))
		return 0;
	return fail(d, -E2BIG,
		    "%s: reg: memory or flash cuts it, and makes more than the %d ranges of registers that Mavis takes: remove nodes from the device tree that nothing uses, or build it with a larger HOST_MAX_MMIO",
		    host->mmio[i].name, HOST_MAX_MMIO);
}

/* What is read-only is so whatever other node says that it has these addresses. */
static int cut_read_only(struct host *host, struct diag *d)
{
	int err = 0;

	for (unsigned f = 0; f < host->nr_mmio; f++)
		for (unsigned i = 0; host->mmio[f].read_only && i < host->nr_mmio && !err; i++)
			if (!host->mmio[i].read_only)
				err = take_out(host, i, host->mmio[f].range, d);
	return err;
}

int host_finish_mmio(struct host *host, struct diag *d)
{
	unsigned n = 0;
	int err = 0;

	for (unsigned i = 0; i < host->nr_mmio; i++)
		for (unsigned b = 0; b < host->nr_memory && !err; b++)
			err = take_out(host, i, host->memory[b], d);
	if (!err)
		err = cut_read_only(host, d);
	if (err)
		return err;
	for (unsigned i = 0; i < host->nr_mmio; i++)
		if (host->mmio[i].range.size)
			host->mmio[n++] = host->mmio[i];
	host->nr_mmio = n;
	return 0;
}
