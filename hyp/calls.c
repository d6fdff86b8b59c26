/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/calls.h"

#include "drivers/console.h"
#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/smccc.h"
#include "lib/lock.h"

#define NR_RESULTS_1_1	4
#define FIRST_TRUSTED_OS 48		/* of the owners */
#define SCM_INTERRUPTED	1		/* x0: call again with this as the identifier, and x6 */

struct call_rules call_rules;

static struct lock seen_lock;		/* the three below, for a few instructions */
static struct call_seen seen[CALLS_MAX_SEEN];
static unsigned nr_seen;
static unsigned interrupted;		/* Qualcomm's calls that wait to be resumed */

static bool is_of(const struct call_rule *r, u32 fid)
{
	return fid >= r->first && fid <= r->last;
}

static const struct call_rule *find(u32 fid, u64 x1)
{
	for (unsigned i = 0; i < call_rules.nr; i++) {
		const struct call_rule *r = &call_rules.rule[i];
		u32 arg = (u32)(x1 >> r->arg_shift);
		bool mine = is_of(r, fid) ||
			    (r->verdict == CALL_REFUSE_NEVER && is_of(r, fid & ~CALLS_HINT));

		if (mine && arg >= r->arg_first && arg <= r->arg_last)
			return r;
	}
	return NULL;
}

/* True if a refusal is the first of this identifier. With more of them than fit, none is. */
static bool count(u32 fid, const struct call_rule *rule, bool refused)
{
	struct call_seen *s = seen;
	bool first = false;

	lock(&seen_lock);
	while (s < seen + nr_seen && s->fid != fid)
		s++;
	if (s == seen + nr_seen && nr_seen < CALLS_MAX_SEEN) {
		*s = (struct call_seen){ fid, rule ? rule->node : call_rules.nr_names, 0, 0 };
		nr_seen++;
	}
	if (s < seen + nr_seen) {
		first = refused && !s->refused;
		*(refused ? &s->refused : &s->passed) += 1;
	}
	unlock(&seen_lock);
	return first;
}

bool calls_seen(u64 n, struct call_seen *out)
{
	bool found;

	lock(&seen_lock);
	found = n < nr_seen;
	if (found)
		*out = seen[n];
	unlock(&seen_lock);
	return found;
}

/*
 * Every kernel asks these, of whoever is there: Arm's and the CPU's service, a hypervisor's, what
 * PSCI does not have, and the realm services (DEN0028, DEN0022, DEN0137).
 */
static bool is_asked_at_random(u32 fid)
{
	u32 owner = smccc_owner(fid), n = fid & 0xffff;

	if (!(fid & BIT(31)))
		return false;
	return owner <= 1 || owner == 5 || owner == 6 ||
	       (owner == 4 && (n < 0x20 || n >= 0x150));
}

static void say_refused(u32 fid, u64 x1, const struct call_rule *r)
{
	static const char why[][80] = {
		[CALL_REFUSE_NONE] = "the config says firmware-calls = \"none\"",
		[CALL_REFUSE_TRUST] = "firmware-calls = \"trusted\" in the config passes it, see docs/firmware-calls.md",
		[CALL_REFUSE_MEMORY] = "the memory behind it is not the guest's",
		[CALL_REFUSE_NEVER] = "Mavis passes that to nobody",
	};

	if (r)
		print("mavis: CPU %u: firmware call %#x of %s, x1 %#lx: refused: %s\n",
		      this_cpu()->index, fid, call_rules.name[r->node], x1, why[r->verdict]);
	else
		print("mavis: CPU %u: firmware call %#x, x1 %#lx: refused: no node of the machine's device tree is known for it; allow-smc = <%#x %#x> in the config passes it\n",
		      this_cpu()->index, fid, x1, fid, fid);
}

/* For one CPU each: a call that was interrupted is resumed once. */
static bool take_interrupted(void)
{
	bool there;

	lock(&seen_lock);
	there = interrupted;
	interrupted -= there;
	unlock(&seen_lock);
	return there;
}

static void put_interrupted(void)
{
	lock(&seen_lock);
	interrupted++;
	unlock(&seen_lock);
}

/*
 * Only W registers count in a call of the 32-bit convention. A Trusted OS takes w7 for who calls:
 * it is not the guest's to say, and 0 is what there is without a hypervisor. Firmware before SMCCC
 * 1.2 returns x0 to x3, and may have changed what its callers rely on; Qualcomm's returns x6 too.
 */
static void pass(struct frame *f, u32 fid, bool scm)
{
	bool wide = fid & BIT(30) || fid == SCM_INTERRUPTED;
	u64 x[FIRMWARE_NR_REGS] = { fid };
	bool all = firmware.smccc_version >= VERSION_1_2;

	for (unsigned i = 1; i < FIRMWARE_NR_REGS; i++)
		x[i] = wide || i > 7 ? f->x[i] : (u32)f->x[i];
	if (smccc_owner(fid) >= FIRST_TRUSTED_OS)
		x[7] = 0;
	firmware_pass(x);
	for (unsigned i = 0; i < (all ? FIRMWARE_NR_REGS : NR_RESULTS_1_1); i++)
		f->x[i] = x[i];
	if (!scm)
		return;
	f->x[6] = x[6];
	if (x[0] == SCM_INTERRUPTED)
		put_interrupted();
}

void calls_firmware(struct frame *f)
{
	u32 fid = (u32)f->x[0];
	u64 x1 = smccc_arg(f, 1);
	const struct call_rule *r = find(fid, x1);
	bool refused = !r || r->verdict > CALL_RESUME ||
		       (r->verdict == CALL_RESUME && !take_interrupted());

	if (!r && is_asked_at_random(fid)) {
		frame_result(f, PSCI_NOT_SUPPORTED);
		return;
	}
	/* Of a resume that nothing asked for there is nothing to say: a driver tries it. */
	if (count(fid, r, refused) && (!r || r->verdict != CALL_RESUME))
		say_refused(fid, x1, r);
	if (refused)
		frame_result(f, r ? r->refusal : PSCI_NOT_SUPPORTED);
	else
		pass(f, fid, r->verdict != CALL_PASS);
}
