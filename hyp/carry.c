/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/carry.h"

#include <string.h>

#include "drivers/io.h"
#include "hyp/at.h"
#include "hyp/bar.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/ecam.h"
#include "hyp/fixup.h"
#include "hyp/guest.h"
#include "hyp/inject.h"
#include "hyp/lens.h"
#include "hyp/mmio.h"
#include "hyp/watch.h"
#include "lib/cache.h"
#include "lib/errno.h"
#include "mm/stage1.h"

#define ADDRESS_BITS	GENMASK(55, 0)		/* what is above may be a tag */
#define DCZID_BYTES(id)	(4ull << FIELD(id, 3, 0))

static bool from_el0(void)
{
	return !(read_sysreg(spsr_el2) & PSTATE_MODE);
}

static bool uses_sp_el1(void)
{
	return (read_sysreg(spsr_el2) & (PSTATE_AARCH32 | PSTATE_MODE)) == PSTATE_EL1H;
}

static u64 get_base(const struct frame *f, unsigned n)
{
	if (n == DECODE_PC)
		return read_sysreg(elr_el2);
	if (n != 31)
		return f->x[n];
	return uses_sp_el1() ? read_sysreg(sp_el1) : read_sysreg(sp_el0);
}

static void set_base(struct frame *f, unsigned n, u64 val)
{
	if (n != 31)
		f->x[n] = val;
	else if (uses_sp_el1())
		write_sysreg(val, sp_el1);
	else
		write_sysreg(val, sp_el0);
}

static enum carry_result unable(struct carry *c, const char *why)
{
	c->why = why;
	return CARRY_UNABLE;
}

/*
 * The instruction as memory has it, read once. However the guest writes it: what is dirty in a
 * cache is cleaned, and the rest read past all caches (as read_commands() in its.c).
 */
static bool read_insn(u32 *insn)
{
	u64 pc = read_sysreg(elr_el2), par = at_guest(pc, AT_S1E1R), val = 0;
	const struct region *r;
	struct s2_leaf leaf;
	bool there;

	if (par & PAR_F || stage2_lookup(&guest.s2, IPA(par & PAR_PA), &leaf))
		return false;
	r = guest_region(par & PAR_PA);
	if (!r || r->type != REGION_RAM)
		return false;
	pc = lens_look(LENS_CODE, PA(leaf.pa.v + ((par & PAR_PA) - leaf.ipa.v)), S1_DEVICE) +
	     (pc & PAGE_MASK);
	dcache_clean_inval_poc(pc, pc + sizeof(*insn));
	there = io_try_read(pc, sizeof(*insn), &val);
	*insn = (u32)val;
	return there;
}

/* How EL2 maps what both stages make of the page; -EINVAL: not at all. */
static int kind_of(const struct mem_attr *a)
{
	if (a->type == MEM_DEVICE)
		return S1_DEVICE;
	if (a->tagged && !a->no_tag_access)	/* EL2's accesses check no tags */
		return -EINVAL;
	if (a->inner.policy == CACHE_WB && a->outer.policy == CACHE_WB)
		return S1_DATA;
	return a->inner.policy == CACHE_NC && a->outer.policy == CACHE_NC ? S1_NC : -EINVAL;
}

/*
 * The page of @va. Stage 1 has allowed that of FAR_EL2 already, the CPU has looked; another one is
 * asked for with the rights of the instruction. EL2 may be the first to touch a BAR there.
 */
static enum carry_result find_page(struct carry *c, u64 va)
{
	bool allowed = !((va ^ read_sysreg(far_el2)) & ~PAGE_MASK);
	enum at_op op = allowed || !c->d.write ? AT_S1E1R : AT_S1E1W;
	struct carry_page *p = &c->page[c->nr_pages];
	struct s2_leaf leaf;
	struct mem_attr a;
	int kind;
	u64 par;

	if (!allowed && (from_el0() || c->d.unprivileged))
		op = c->d.write ? AT_S1E0W : AT_S1E0R;
	par = at_guest(va, op);
	if (par & PAR_F) {
		c->fsc = PAR_FST(par);
		c->far = va;
		return allowed ? CARRY_RETRY : CARRY_FAULT;
	}
	*p = (struct carry_page){ .va = ALIGN_DOWN(va, PAGE_SIZE), .ipa = par & PAR_PA,
				  .stage1_device = !(PAR_ATTR(par) & 0xf0) };
	p->region = guest_region(p->ipa);
	bar_touch(p->ipa);
	if (!p->region || mmio_find(IPA(p->ipa)) || ecam_kind_of(p->ipa) != ECAM_GUESTS ||
	    stage2_lookup(&guest.s2, IPA(p->ipa), &leaf) ||
	    !(p->region->watched || p->region->opts.unaligned == UNALIGNED_EMULATED))
		return unable(c, "it goes on in memory that is not watched");
	if (combine(PAR_ATTR(par), leaf.attr.memattr, guest.caps.fwb, guest.caps.mte_perm, &a) ||
	    (kind = kind_of(&a)) < 0)
		return unable(c, "EL2 has no such memory type");
	p->pa = leaf.pa.v + (p->ipa - leaf.ipa.v);
	p->kind = (u8)kind;
	p->read = leaf.attr.read;
	p->write = leaf.attr.write;
	c->nr_pages++;
	return CARRY_DONE;
}

static void from_syndrome(u64 esr, struct decoded *d)
{
	*d = (struct decoded){ .kind = DECODE_ACCESS,
			       .write = esr & ISS_WNR,
			       .sext = esr & ISS_SSE,
			       .sf = esr & ISS_SF,
			       .ordered = esr & ISS_AR,
			       .nr = 1,
			       .size = (u8)(1u << ISS_SAS(esr)),
			       .esize = (u8)(1u << ISS_SAS(esr)),
			       .rt = (u8)ISS_SRT(esr) };
}

/* Where the instruction begins and how much it moves, by its registers. */
static void locate(const struct frame *f, struct carry *c)
{
	const struct decoded *d = &c->d;

	c->va = get_base(f, d->rn) + (u64)(s64)d->offset;
	c->bytes = (u64)d->nr * d->size;
	if (!d->writes_back && d->rm != DECODE_NO_INDEX)
		c->va += decoded_index(d, frame_get(f, d->rm));
	if (d->kind == DECODE_ZERO) {
		c->va = frame_get(f, d->rt);
		c->bytes = DCZID_BYTES(read_sysreg(dczid_el0));
		c->va = ALIGN_DOWN(c->va, c->bytes);
	}
}

/*
 * What the instruction is. The syndrome will do, but where the access may have begun on the page
 * before, which stage 1's Device memory does not take, or goes on in the next: whether it may,
 * depends on the instruction (LDTR). Another CPU may have written another instruction by now: it
 * has to be one that takes this very abort.
 */
static enum carry_result identify(const struct frame *f, u64 esr, struct carry *c)
{
	u64 far = read_sysreg(far_el2);
	bool ends_here = (far & PAGE_MASK) + (1u << ISS_SAS(esr)) <= PAGE_SIZE;
	u32 insn;

	if (ISS_IS_SINGLE(esr) && ends_here &&
	    (c->page[0].stage1_device || far & PAGE_MASK || !ISS_SAS(esr))) {
		from_syndrome(esr, &c->d);
		c->va = far;
		c->bytes = c->d.size;
		return CARRY_DONE;
	}
	if (read_sysreg(spsr_el2) & PSTATE_AARCH32)
		return unable(c, "an AArch32 instruction without a syndrome");
	if (!read_insn(&insn))
		return unable(c, "the instruction cannot be read");
	decode(insn, &c->d);
	if (c->d.kind != DECODE_ACCESS && c->d.kind != DECODE_ZERO)
		return unable(c, decode_kind_name(c->d.kind));
	locate(f, c);
	if (c->d.write != !!(esr & ISS_WNR) || ((far - c->va) & ADDRESS_BITS) >= c->bytes)
		return unable(c, "the instruction is not the one that aborted");
	return CARRY_DONE;
}

/* For Device memory, which takes no DC ZVA either. */
static bool is_unaligned(const struct carry *c)
{
	return c->d.kind == DECODE_ZERO || !IS_ALIGNED(c->va, c->d.esize);
}

static enum carry_result unaligned_in(const struct region *r, struct carry *c)
{
	c->in_pieces = r->opts.unaligned == UNALIGNED_EMULATED;
	return c->in_pieces ? CARRY_DONE : CARRY_UNALIGNED;
}

/* All that can be in the way is looked at before anything is done. */
static enum carry_result prepare(const struct frame *f, u64 esr, struct carry *c)
{
	enum carry_result ret = find_page(c, read_sysreg(far_el2));
	u64 last;

	if (ret == CARRY_DONE)
		ret = identify(f, esr, c);
	if (ret != CARRY_DONE)
		return ret;
	last = ALIGN_DOWN(c->va + c->bytes - 1, PAGE_SIZE);
	if (c->page[0].va != ALIGN_DOWN(c->va, PAGE_SIZE)) {
		c->nr_pages = 0;
		ret = find_page(c, c->va);
	}
	if (ret == CARRY_DONE && c->page[0].va != last)
		ret = find_page(c, last);
	for (unsigned i = 0; i < c->nr_pages && ret == CARRY_DONE; i++) {
		const struct region *r = c->page[i].region;

		if (!(c->d.write ? c->page[i].write : c->page[i].read))
			ret = CARRY_DENIED;
		else if (c->page[i].kind == S1_DEVICE && is_unaligned(c))
			ret = unaligned_in(r, c);
	}
	return ret;
}

/* The largest access at @va that is aligned, and not more than @left bytes. */
static unsigned piece_at(u64 va, u64 left)
{
	unsigned size = 8;

	while (size > left || !IS_ALIGNED(va, size))
		size /= 2;
	return size;
}

static void record(const struct carry_page *p, u64 offset, u64 size, bool write, u64 val)
{
	struct watch_record rec = { .pc = read_sysreg(elr_el2),
				    .ipa = p->ipa + offset,
				    .val = val,
				    .cpu = (u16)this_cpu()->index,
				    .region = (u16)control_region_number(p->region),
				    .size = (u8)size,
				    .write = write };

	isb();					/* the time when the access is done */
	rec.time = read_sysreg(cntvct_el0);
	watch_add(&rec);
}

/* Moves what @buf holds, or is to, a register after the other. */
static bool move(const struct carry *c, u8 *buf)
{
	for (u64 at = 0, size; at < c->bytes; at += size) {
		u64 va = c->va + at, val = 0;
		const struct carry_page *p =
			&c->page[c->nr_pages > 1 && ALIGN_DOWN(va, PAGE_SIZE) != c->page[0].va];
		u64 offset = va & PAGE_MASK;
		bool done;

		size = piece_at(va, c->d.kind == DECODE_ZERO ? c->bytes - at :
							       c->d.size - at % c->d.size);
		if (c->d.write && buf)
			memcpy(&val, buf + at, size);
		done = c->d.write ? io_try_write(p->at + offset, (unsigned)size, val) :
				    io_try_read(p->at + offset, (unsigned)size, &val);
		if (!done)
			return false;
		if (p->region->watched)
			record(p, offset, size, c->d.write, val);
		if (!c->d.write)
			memcpy(buf + at, &val, size);
	}
	return true;
}

/* Bytes in memory's order from registers in EL2's, and back. */
static void reorder(const struct decoded *d, u8 *buf)
{
	if (!pstate_is_big_endian(read_sysreg(spsr_el2), read_sysreg(sctlr_el1)))
		return;
	for (unsigned at = 0; at < d->nr * d->size; at += d->esize)
		for (unsigned i = 0; i < d->esize / 2; i++) {
			u8 byte = buf[at + i];

			buf[at + i] = buf[at + d->esize - 1 - i];
			buf[at + d->esize - 1 - i] = byte;
		}
}

static void registers_to(const struct frame *f, const struct decoded *d, u8 *buf)
{
	for (unsigned i = 0; i < d->nr; i++) {
		u8 v[16];
		u64 x = frame_get(f, decoded_reg(d, i));

		memcpy(v, &x, sizeof(x));
		if (d->vector)
			vreg_read(decoded_reg(d, i), v);
		memcpy(buf + i * d->size, v, d->size);
	}
	reorder(d, buf);
}

static void registers_from(struct frame *f, const struct decoded *d, u8 *buf)
{
	reorder(d, buf);
	for (unsigned i = 0; i < d->nr; i++) {
		u8 v[16] = { 0 };
		u64 x;

		memcpy(v, buf + i * d->size, d->size);
		memcpy(&x, v, sizeof(x));
		if (d->vector)
			vreg_write(decoded_reg(d, i), v);
		else
			frame_set(f, decoded_reg(d, i), mmio_loaded(x, d->size, d->sext, d->sf));
	}
}

/*
 * The guest's own barriers before and after it order EL2's access as well, which is made by the
 * same CPU in its place; load-acquire and store-release ask for one here.
 */
static bool access(struct frame *f, const struct carry *c)
{
	u8 buf[DECODE_BYTES_MAX];
	bool done;

	if (c->d.kind == DECODE_ZERO)
		return move(c, NULL);
	if (c->d.write)
		registers_to(f, &c->d, buf);
	if (c->d.ordered)
		dmb(sy);
	done = move(c, buf);
	if (c->d.ordered)
		dmb(sy);
	if (done && !c->d.write)
		registers_from(f, &c->d, buf);
	return done;
}

enum carry_result carry_out(struct frame *f, u64 esr, struct carry *c)
{
	enum carry_result ret;
	bool done;

	memset(c, 0, sizeof(*c));
	ret = prepare(f, esr, c);
	if (ret != CARRY_DONE)
		return ret;
	for (unsigned i = 0; i < c->nr_pages; i++)
		c->page[i].at = lens_look(LENS_DATA + i, PA(c->page[i].pa), c->page[i].kind);
	done = access(f, c);
	lens_look_away();
	if (!done)
		return CARRY_ABORTED;
	if (c->d.writes_back)
		set_base(f, c->d.rn, get_base(f, c->d.rn) + (u64)(s64)c->d.after +
				     (c->d.rm == DECODE_NO_INDEX ? 0 :
				      decoded_index(&c->d, frame_get(f, c->d.rm))));
	if (c->in_pieces) {
		this_cpu()->count[COUNT_FIXED_UP]++;
		fixup_count(read_sysreg(elr_el2), control_region_number(c->page[0].region));
	}
	skip_instruction(esr);
	return CARRY_DONE;
}
