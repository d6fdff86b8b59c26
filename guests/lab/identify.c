/* SPDX-License-Identifier: Apache-2.0 */
/* What the CPU says of itself: identification registers as the guest has them, and its caches. */
#include "drivers/console.h"
#include "guests/lab/lab.h"
#include "hyp/errata.h"
#include "lib/arch.h"

#define NR_CACHES	7

#define SYS_ID_AA64ISAR3_EL1	S3_0_C0_C6_3
#define CACHE_DATA		2	/* CLIDR_EL1.Ctype<n>: 2 and more have data */
#define CACHE_SPLIT		3
#define SELECT_INSTRUCTIONS	1	/* CSSELR_EL1.InD */

static void say(const char *name, u64 val)
{
	print(",\"%s\":\"%#lx\"", name, val);
}

static u64 cache_size(unsigned level, bool instructions)
{
	write_sysreg(level << 1 | (instructions ? SELECT_INSTRUCTIONS : 0), csselr_el1);
	isb();			/* CCSIDR_EL1 is of what was selected before this (Arm ARM D24) */
	return read_sysreg(ccsidr_el1);
}

static void say_caches(u64 clidr)
{
	for (unsigned level = 0; level < NR_CACHES; level++) {
		u64 type = FIELD(clidr, level * 3 + 2, level * 3);

		if (type >= CACHE_DATA)
			print(",\"ccsidr_%ud\":\"%#lx\"", level + 1, cache_size(level, false));
		if (type == 1 || type == CACHE_SPLIT)
			print(",\"ccsidr_%ui\":\"%#lx\"", level + 1, cache_size(level, true));
	}
}

/* By its name, not by trying it: what Mavis knows of such a core. */
static void say_errata(u64 midr)
{
	bool any = false;

	print(",\"errata\":\"");
	for (unsigned i = 0; i < nr_errata; i++) {
		if (!erratum_is_of(&errata[i], midr))
			continue;
		print("%s%s", any ? ", " : "", errata[i].number);
		any = true;
	}
	print("\"");
}

void identify(void)
{
	u64 clidr = read_sysreg(clidr_el1);

	print("{\"t\":\"id\"");
	say("midr", read_sysreg(midr_el1));
	say("revidr", read_sysreg(revidr_el1));
	say("ctr", read_sysreg(ctr_el0));
	say("dczid", read_sysreg(dczid_el0));
	say("pfr0", read_sysreg(id_aa64pfr0_el1));
	say("pfr1", read_sysreg(id_aa64pfr1_el1));
	say("pfr2", read_sysreg_s(SYS_ID_AA64PFR2_EL1));
	say("isar0", read_sysreg(id_aa64isar0_el1));
	say("isar1", read_sysreg(id_aa64isar1_el1));
	say("isar2", read_sysreg_s(SYS_ID_AA64ISAR2_EL1));
	say("isar3", read_sysreg_s(SYS_ID_AA64ISAR3_EL1));
	say("mmfr0", read_sysreg(id_aa64mmfr0_el1));
	say("mmfr1", read_sysreg(id_aa64mmfr1_el1));
	say("mmfr2", read_sysreg_s(SYS_ID_AA64MMFR2_EL1));
	say("mmfr3", read_sysreg_s(SYS_ID_AA64MMFR3_EL1));
	say("clidr", clidr);
	say_caches(clidr);
	say_errata(read_sysreg(midr_el1));
	print("}\n");
}
