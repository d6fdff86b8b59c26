/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/selfcheck.h"

#include "hyp/hcr.h"
#include "lib/arch.h"
#include "lib/range.h"

struct check {
	const struct region *region;
	struct selfcheck *out;
	enum s1_setting setting;
	u8 want, want_sh;		/* what the architecture says of all its pages */
	bool said;			/* out->said[setting] is set */
};

/*
 * HCR_EL2.DC and DCT may be cached in a TLB with the translations made under them (Arm ARM D8,
 * "System register control bits that are permitted to be cached in a TLB"), so those go when the
 * bits change.
 */
static void set_hcr(u64 hcr)
{
	hcr_write(hcr);
	asm volatile("tlbi vmalls12e1" : : : "memory");
	dsb(nsh);
	isb();
}

static u64 translate(u64 ipa)
{
	asm volatile("at s12e1r, %0" : : "r"(ipa) : "memory");
	isb();					/* PAR_EL1 is written by then */
	return read_sysreg(par_el1);
}

/* A region's encoding is never a reserved one: region_table_finish() refused it. */
static bool expect(struct check *c)
{
	const struct s1_default *s1 = &s1_defaults[c->setting];
	const struct s2_attr *s2 = &c->region->attr;
	struct mem_attr effective;

	if (combine(s1->mair, s2->memattr, guest.caps.fwb, guest.caps.mte_perm, &effective))
		return false;
	c->want = (u8)par_encode(&effective);
	c->want_sh = (u8)combine_sh(&effective, s1->sh, s2->sh);
	return true;
}

static void check_page(struct check *c, u64 ipa, pa_t pa)
{
	struct selfcheck *out = c->out;
	u64 par = translate(ipa);

	if (!c->said)
		out->said[c->setting] = PAR_ATTR(par);
	c->said = true;
	out->checked++;
	if (!(par & PAR_F) && par_same(PAR_ATTR(par), c->want) && PAR_SH(par) == c->want_sh &&
	    (par & PAR_PA) == pa.v)
		return;
	if (out->differ++)
		return;
	out->region = c->region;
	out->faulted = par & PAR_F;
	out->setting = (u8)c->setting;
	out->want = c->want;
	out->want_sh = c->want_sh;
	out->ipa = ipa;
	out->par = par;
}

/*
 * A run of like descriptors, which may reach out of the region on both sides where regions share
 * attributes. One that may not be read belongs to a page that EL2 emulates: there is nothing to
 * translate (and QEMU 10.0 dies of an assertion when AT meets a stage 2 permission fault).
 */
static int check_run(const struct s2_leaf *leaf, void *arg)
{
	struct check *c = arg;
	struct range run = { leaf->ipa.v, leaf->size * leaf->nr };
	struct range mine = range_intersect(run, region_ipa(c->region));
	u64 first = mine.base, last = range_end(mine) - PAGE_SIZE;

	if (!leaf->attr.read)
		return 0;
	check_page(c, first, PA(leaf->pa.v + (first - leaf->ipa.v)));
	if (last != first)
		check_page(c, last, PA(leaf->pa.v + (last - leaf->ipa.v)));
	return 0;
}

void selfcheck(const struct region *regions, unsigned nr, struct selfcheck *result)
{
	u64 hcr = read_sysreg(hcr_el2);

	for (unsigned s = 0; s < S1_NR_SETTINGS; s++) {
		if (s1_defaults[s].dct && !guest.caps.mte)
			continue;
		set_hcr(hcr | (s1_defaults[s].dc ? HCR_DC : 0) |
			(s1_defaults[s].dct ? HCR_DCT : 0));
		for (unsigned i = 0; i < nr; i++) {
			const struct region *r = &regions[i];
			struct check c = { .region = r, .out = &result[i],
					   .setting = (enum s1_setting)s };

			if (expect(&c))
				stage2_for_each_leaf(&guest.s2, r->ipa, r->size, check_run, &c);
		}
	}
	set_hcr(hcr);
	write_sysreg(0, par_el1);		/* as the guest is to find it (hyp/el1_state.h) */
}
