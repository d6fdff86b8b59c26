/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI configuration space, any bridges, and any stores of the guest's to it: wherever they put a
 * function that the config hides, the guest does not reach it; what Mavis works it does not write;
 * and memory has the region's attributes where the BAR is, and nowhere else.
 */
#include <stdlib.h>

#include "boot/guest/ecam.h"
#include "boot/guest/map.h"
#include "hyp/bar.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "hyp/work.h"
#include "tests/unit/fake_el2.h"
#include "tests/unit/fake_machine.h"
#include "tests/unit/fake_phys.h"
#include "tests/unit/pci_model.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

#define WINDOW		0x8000000000
#define BUS		0x40000000u
#define WINDOW_SIZE	MIB(16)
#define BAR_SIZE	MIB(1)
#define BAR_FLAGS	0xcu		/* 64 bits, prefetchable */
#define POOL_PAGES	48
#define OP_SIZE		8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct range command = { PCI_COMMAND, 1 };
static const struct range bars_bytes = { PCI_BAR(0), 8 };
static struct region_table table;
static struct bar *bar;
static struct device *hidden, *followed;
static struct device *drowsy;		/* goes to sleep with the next write */
/* The BAR's function, or another answered in its place: EL2 has not looked since. */
static bool was_reset;
static bool poor;			/* the page pool may be used up */

/* Who works which page: bridges above one of the two, and these. */
static bool is_mine(const struct device *dev)
{
	for (int i = hidden->above; i >= 0; i = device[i].above)
		if (dev == &device[i])
			return true;
	for (int i = followed->above; i >= 0; i = device[i].above)
		if (dev == &device[i])
			return true;
	return dev == hidden || dev == followed;
}

static struct s2_leaf leaf_at(u64 ipa)
{
	struct s2_leaf leaf;

	CHECK(!stage2_lookup(&guest.s2, IPA(ipa), &leaf));
	CHECK(leaf.pa.v == leaf.ipa.v);
	return leaf;
}

/* The BAR is taken and given as its function has it; what it takes is the size's to say. */
static void obey_bar(u64 addr)
{
	u32 *low = (u32 *)(followed->at + PCI_BAR(0));

	if (followed->at && addr - followed->at < PAGE_SIZE)
		*low = (*low & ~(u32)(BAR_SIZE - 1)) | BAR_FLAGS;
}

/* While a write is carried out, too: what it moves is closed where it comes to. */
static void check_closed(void)
{
	for (struct device *dev = device; dev < device + nr_devices; dev++) {
		struct s2_leaf leaf;

		if (!dev->at || !is_mine(dev))
			continue;
		leaf = leaf_at(dev->at);
		CHECK(leaf.broken || !leaf.attr.write);
		CHECK(dev != hidden || leaf.broken || !leaf.attr.read);
	}
}

static struct device *device_at(u64 addr)
{
	for (struct device *dev = device; dev < device + nr_devices; dev++)
		if (dev->at && addr - dev->at < PAGE_SIZE)
			return dev;
	return NULL;
}

/* Who it is cannot be written, nor what the command register has above its bits. */
static void obey_identity(u64 addr)
{
	const struct device *dev = device_at(addr);

	if (!dev)
		return;
	*(u32 *)dev->at = *(const u32 *)dev->header;
	*(u16 *)(dev->at + PCI_COMMAND) &= GENMASK(10, 0);
	*(u8 *)(dev->at + PCI_HEADER_TYPE) = dev->bridge ? PCI_HEADER_BRIDGE : 0;
}

/* With a bridge that goes to sleep meanwhile no numbers are taken. */
static void obey(u64 addr)
{
	obey_identity(addr);
	obey_bar(addr);
	if (drowsy) {
		drowsy->asleep = true;
		drowsy = NULL;
		route();
	} else {
		obey_numbers(addr);
	}
	check_closed();
}

/* Where the BAR is by what its function's registers say; 0: nowhere that a region can be. */
static u64 place(void)
{
	const u32 *regs = (const u32 *)followed->at;
	u64 at = (u64)regs[5] << 32 | (regs[4] & ~15u);

	if (!(regs[1] & PCI_COMMAND_MEMORY) || at < BUS || at - BUS > WINDOW_SIZE - BAR_SIZE)
		return 0;
	return at - BUS + WINDOW;
}

static bool is_like(struct s2_leaf leaf, struct s2_attr attr)
{
	return leaf.broken || (leaf.attr.memattr == attr.memattr && leaf.attr.write == attr.write &&
			       leaf.attr.read == attr.read);
}

static void check_bar(void)
{
	const struct region *r = &bar->region;

	CHECK(work_is_done() && !fake_this_cpu->again);
	CHECK(!followed->at || bar->f.ecam == followed->at);
	CHECK(!followed->at || was_reset || r->ipa.v == place() || (poor && !r->ipa.v));
	for (u64 ipa = WINDOW; ipa < WINDOW + WINDOW_SIZE; ipa += KIB(512)) {
		bool here = r->ipa.v && ipa - r->ipa.v < r->size;
		const struct s2_attr *attr = here ? &r->attr : &table.region[0].attr;

		CHECK(is_like(leaf_at(ipa), *attr));
	}
}

static void touch(u64 ipa)
{
	if (!leaf_at(ipa).broken)
		return;
	while (!work_step())
		;
	bar_touch(ipa);
	CHECK(!leaf_at(ipa).broken);
}

/* As hyp/fault.c has it: again until it is done; or by the guest itself, by then or at once. */
static void store(u64 addr, unsigned size, u64 val)
{
	struct s2_leaf leaf = leaf_at(addr);
	struct mmio_page page;

	while (leaf.broken || !leaf.attr.write) {
		CHECK(ecam_find(addr, &page));
		page.handler(page.arg, addr & PAGE_MASK, size, true, val);
		if (!fake_this_cpu->again)
			break;
		fake_this_cpu->again = false;
		leaf = leaf_at(addr);
	}
	if (!leaf.broken && leaf.attr.write) {
		if (device_at(addr))
			memcpy((void *)addr, &val, size);
		obey(addr);
	} else if (followed->at && addr - followed->at < PAGE_SIZE) {
		u64 offset = addr & PAGE_MASK;

		was_reset &= !ranges_overlap((struct range){ offset, size }, command) &&
			     !ranges_overlap((struct range){ offset, size }, bars_bytes);
	}
}

static void load(u64 addr, unsigned size)
{
	struct s2_leaf leaf = leaf_at(addr);
	struct mmio_page page;
	u64 val, got = 0;

	if (!leaf.broken && leaf.attr.read)
		return;
	CHECK(ecam_find(addr, &page));
	val = page.handler(page.arg, addr & PAGE_MASK, size, false, 0);
	CHECK(!fake_this_cpu->again);
	memcpy(&got, &val, size);
	CHECK(!hidden->at || ALIGN_DOWN(addr, PAGE_SIZE) != hidden->at ||
	      got == (size == 8 ? ~0ull : BIT(8 * size) - 1));
}

/* A reset of the bus behind a bridge: nobody writes anything. */
static void reset(unsigned i)
{
	for (unsigned j = 0; j < nr_devices; j++)
		for (int up = device[j].above; up >= 0; up = device[up].above)
			if (up == (int)i) {
				device[j].numbers = 0;
				if (device[j].at)
					memset((u8 *)device[j].at + 4, 0, MODEL_HEADER - 4);
				else
					memset(device[j].header + 4, 0, MODEL_HEADER - 4);
				was_reset |= &device[j] == followed;
			}
	route();
	check_closed();
}

static void doze(struct device *dev, unsigned how)
{
	if (how)
		drowsy = dev;
	else
		dev->asleep = !dev->asleep;
	route();
	check_closed();
}

/* Bus numbers from the root down, as firmware leaves them. */
static u8 number_below(int above, u8 next)
{
	for (unsigned i = 0; i < nr_devices; i++)
		if (device[i].above == above && device[i].bridge && next < BUSES) {
			u8 bus = next++;

			next = number_below((int)i, next);
			device[i].numbers = (u32)(next - 1) << 16 | (u32)bus << 8;
		}
	return next;
}

static void describe(struct pci_function *f, const struct device *dev)
{
	*f = (struct pci_function){ .ecam = dev->at, .space = whole, .bus = (u8)bus_of(dev),
				    .dev = dev->devfn >> 3, .fn = dev->devfn & 7 };
	for (int i = dev->above; i >= 0; i = device[i].above)
		f->depth++;
	for (int i = dev->above, n = f->depth; i >= 0; i = device[i].above)
		f->above[--n] = device[i].devfn;
}

/* Of few numbers, so that another answers at its page once a bridge beside leads to its bus. */
static u8 free_devfn(unsigned i, unsigned wanted)
{
	u8 devfn = (u8)((wanted & 3) << 3);

	for (unsigned j = 0; j < i; j++)
		if (device[j].above == device[i].above && device[j].devfn == devfn) {
			devfn += 8;
			j = -1u;
		}
	return devfn;
}

/* Two to six bridges, each behind any before it, and two functions behind any of them. */
static void make_devices(const uint8_t *data)
{
	unsigned bridges = 2 + data[0] % 5;

	model_make(bridges + 2);
	for (unsigned i = 0; i < nr_devices; i++) {
		unsigned before = i < bridges ? i : bridges;

		device[i].above = (int)(data[1 + i] % (before + 1)) - 1;
		device[i].devfn = free_devfn(i, data[1 + i] >> 5);
		device[i].bridge = i < bridges;
	}
	number_below(-1, 1);
	hidden = &device[bridges];
	followed = &device[bridges + 1];
	route();
}

static bool make(const uint8_t *data)
{
	static const struct mm_caps caps = { .pa_bits = 48 };
	static const struct s2_attr registers = { S2_DEVICE_nGnRE, SH_NONE, true, true, false };
	struct pci_function f;
	struct diag d;
	u8 page;

	make_devices(data);
	was_reset = false;
	drowsy = NULL;
	fake_machine_reset();
	machine.on_write = obey;
	fake_this_cpu->again = false;
	table.nr = 2;
	CHECK((u64)space > WINDOW);
	table.region[0] = (struct region){ .ipa = IPA(WINDOW), .pa = PA(WINDOW),
					   .size = WINDOW_SIZE, .attr = registers };
	table.region[1] = (struct region){ .ipa = IPA(space), .pa = PA(space),
					   .size = sizeof(space), .attr = registers };
	fake_el2_reset(POOL_PAGES);
	CHECK(!guest_map(&table, &caps, &d));
	ecam.nr = 0;
	bars = (struct bars){ .nr = 1, .windows.nr = 1 };
	bars.windows.window[0] = (struct pci_window){ { WINDOW, WINDOW_SIZE }, BUS, 0 };
	bar = &bars.bar[0];
	bar->region = (struct region){ .name = "bar", .size = BAR_SIZE,
				       .type = REGION_DEVICE_MEMORY,
				       .attr = { S2_NORMAL_WB, SH_INNER, true, true, false } };
	describe(&f, hidden);
	if (!hidden->at || ecam_add("hidden", &f, ECAM_HIDDEN, &page, &d))
		return false;
	describe(&bar->f, followed);
	if (!followed->at || ecam_add("followed", &bar->f, ECAM_FOLLOWED, &bar->page, &d))
		return false;
	obey_bar(followed->at);
	poor = data[9] & 1;
	if (poor)
		page_pool.nr_free = data[9] >> 4;	/* soon used up */
	return true;
}

/* From 8 bytes: mostly what does something. */
static void act(const uint8_t *p)
{
	static const u16 offsets[] = { 0x18, 0x19, 0x1a, 0x18, 0x04, 0x10, 0x14, 0x10 };
	struct device *dev = &device[p[1] % nr_devices];
	unsigned size = 1u << (p[2] & 3);
	u64 page = dev->at && !(p[1] & 0x80) ? dev->at : (u64)config_of(p[1] % BUSES, p[3]);
	u64 offset = p[2] & 0x80 ? offsets[p[2] >> 4 & 7] : (p[2] >> 2 & 0x1f) * 8u + (p[3] & 7u);
	u64 val = p[4] | (u64)p[5] << 8 | (u64)p[6] << 16 | (u64)p[7] << 24;

	if (offset >= 0x18 && offset < 0x20 && !(p[3] & 0x40))
		val &= 0x07070707;
	if (offset == PCI_BAR(0) && !(p[3] & 0x40))
		val = BUS + (val & (2 * WINDOW_SIZE - 1));
	if (offset == PCI_BAR(1) && !(p[3] & 0x40))
		val = 0;
	offset = ALIGN_DOWN(offset, size);
	switch (p[0] % 8) {
	case 0:
		load(page + offset, size);
		break;
	case 1:
		touch(WINDOW + val % WINDOW_SIZE);
		break;
	case 2:
		if (dev->bridge && p[2] & 1)
			doze(dev, p[2] & 2);
		else if (dev->bridge)
			reset((unsigned)(dev - device));
		break;
	default:
		store(page + offset, size, val);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 10 || !make(data))
		return 0;
	for (data += 10, size -= 10; size >= OP_SIZE; data += OP_SIZE, size -= OP_SIZE) {
		act(data);
		while (!work_step())
			;
		was_reset |= device_at(bar->f.ecam) != followed;
		check_closed();
		check_bar();
	}
	return 0;
}
