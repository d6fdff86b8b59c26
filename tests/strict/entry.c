/* SPDX-License-Identifier: Apache-2.0 */
#include "entry.h"

#include <inttypes.h>
#include <string.h>

#include "decode.h"
#include "peek.h"
#include "report.h"

/* What is asked of a register; a mask of 0: that it was written. */
#define UNKNOWN_ELSE	"all that EL1 may have must be initialised"

static const struct {
	const char *name;
	u16 key;
	u64 mask, value;
	const char *why;
} table[] = {
	{ "SPSR_EL2", SYSREG(3, 4, 4, 0, 0), 0x3df, 0x3c5, "EL1h, all exceptions masked" },
	{ "ELR_EL2", SYSREG(3, 4, 4, 0, 1), 3, 0, "the entry point" },
	{ "SCTLR_EL1", SYSREG(3, 0, 1, 0, 0), BIT(25) | BIT(2) | BIT(0), 0,
	  "MMU and data cache off, little-endian" },
	{ "HCR_EL2", SYSREG(3, 4, 1, 1, 0), BIT(34) | BIT(31) | BIT(27), BIT(31),
	  "EL1 is AArch64, and EL2 is no host" },
	{ "CPTR_EL2", SYSREG(3, 4, 1, 1, 2), BIT(10), 0, "FP and SIMD are the guest's" },
	{ "CNTHCTL_EL2", SYSREG(3, 4, 14, 1, 0), 3, 3,
	  "the physical counter and timer are the guest's" },
	{ "CNTVOFF_EL2", SYSREG(3, 4, 14, 0, 3), 0, 0, "the same on all CPUs" },
	{ "VPIDR_EL2", SYSREG(3, 4, 0, 0, 0), 0, 0, "what MIDR_EL1 reads" },
	{ "VMPIDR_EL2", SYSREG(3, 4, 0, 0, 5), BIT(31), BIT(31), "what MPIDR_EL1 reads" },
	{ "MDCR_EL2", SYSREG(3, 4, 1, 1, 1), 0, 0, "debug and counters" },
	{ "HSTR_EL2", SYSREG(3, 4, 1, 1, 3), 0, 0, "no traps of CP15" },
	{ "VTTBR_EL2", SYSREG(3, 4, 2, 1, 0), 0, 0, "stage 2" },
	{ "VTCR_EL2", SYSREG(3, 4, 2, 1, 2), 0, 0, "stage 2" },
	{ "TCR_EL1", SYSREG(3, 0, 2, 0, 2), 0, 0, UNKNOWN_ELSE },
	{ "CPACR_EL1", SYSREG(3, 0, 1, 0, 2), 0, 0, UNKNOWN_ELSE },
	{ "MDSCR_EL1", SYSREG(2, 0, 0, 2, 2), 0, 0, UNKNOWN_ELSE },
	{ "VBAR_EL1", SYSREG(3, 0, 12, 0, 0), 0, 0, UNKNOWN_ELSE },
	{ "CNTKCTL_EL1", SYSREG(3, 0, 14, 1, 0), 0, 0, UNKNOWN_ELSE },
	{ "CONTEXTIDR_EL1", SYSREG(3, 0, 13, 0, 1), 0, 0, UNKNOWN_ELSE },
	{ "TPIDR_EL1", SYSREG(3, 0, 13, 0, 4), 0, 0, UNKNOWN_ELSE },
	{ "TPIDR_EL0", SYSREG(3, 3, 13, 0, 2), 0, 0, UNKNOWN_ELSE },
	{ "TPIDRRO_EL0", SYSREG(3, 3, 13, 0, 3), 0, 0, UNKNOWN_ELSE },
	{ "TTBR0_EL1", SYSREG(3, 0, 2, 0, 0), 0, 0, UNKNOWN_ELSE },
	{ "TTBR1_EL1", SYSREG(3, 0, 2, 0, 1), 0, 0, UNKNOWN_ELSE },
	{ "MAIR_EL1", SYSREG(3, 0, 10, 2, 0), 0, 0, UNKNOWN_ELSE },
	{ "AMAIR_EL1", SYSREG(3, 0, 10, 3, 0), 0, 0, UNKNOWN_ELSE },
	{ "ELR_EL1", SYSREG(3, 0, 4, 0, 1), 0, 0, UNKNOWN_ELSE },
	{ "SPSR_EL1", SYSREG(3, 0, 4, 0, 0), 0, 0, UNKNOWN_ELSE },
	{ "ESR_EL1", SYSREG(3, 0, 5, 2, 0), 0, 0, UNKNOWN_ELSE },
	{ "FAR_EL1", SYSREG(3, 0, 6, 0, 0), 0, 0, UNKNOWN_ELSE },
	{ "PAR_EL1", SYSREG(3, 0, 7, 4, 0), 0, 0, UNKNOWN_ELSE },
	{ "CSSELR_EL1", SYSREG(3, 2, 0, 0, 0), 0, 0, UNKNOWN_ELSE },
	{ "SP_EL0", SYSREG(3, 0, 4, 1, 0), 0, 0, UNKNOWN_ELSE },
	{ "SP_EL1", SYSREG(3, 4, 4, 1, 0), 0, 0, UNKNOWN_ELSE },
	/* At the first start alone: one of them may be what has woken a CPU. */
	{ "CNTP_CTL_EL0", SYSREG(3, 3, 14, 2, 1), 1, 0, "no timer runs" },
	{ "CNTV_CTL_EL0", SYSREG(3, 3, 14, 3, 1), 1, 0, "no timer runs" },
};

#define CNTVOFF_EL2	6
#define NR_AT_EACH_START (ARRAY_SIZE(table) - 2)

static struct {
	bool written;
	u64 val;
} state[MAX_CPUS][ARRAY_SIZE(table)];

/* Of the CPU that entered a guest first. */
static bool entered;
static u64 offset;

void entry_reset(void)
{
	entered = false;
	memset(state, 0, sizeof(state));
}

void entry_cpu_starts(unsigned cpu)
{
	for (unsigned i = 0; i < NR_AT_EACH_START; i++)
		state[cpu][i].written = false;
}

void entry_written(unsigned cpu, unsigned key, u64 val)
{
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].key == key) {
			state[cpu][i].written = true;
			state[cpu][i].val = val;
		}
}

static void check_offset(struct at at)
{
	u64 val = state[at.cpu][CNTVOFF_EL2].val;

	if (entered && offset != val)
		report(ENTRY_REGISTER, at, "CNTVOFF_EL2 is %#" PRIx64 ", elsewhere %#" PRIx64, val,
		       offset);
	offset = val;
}

/* booting.rst: x0 is the tree's address, x1 to x3 are reserved. */
static void check_boot_registers(struct at at)
{
	if (peek_x(0) & 7)
		report(ENTRY_REGISTER, at, "x0 is %#" PRIx64 ", no address of a tree", peek_x(0));
	for (unsigned n = 1; n <= 3; n++)
		if (peek_x(n))
			report(ENTRY_REGISTER, at, "x%u is not 0", n);
}

void entry_check(struct at at)
{
	for (unsigned i = 0; i < ARRAY_SIZE(table); i++) {
		u64 val = state[at.cpu][i].val;
		struct at place = { at.cpu, at.pc + i };	/* one report for each register */

		if (!state[at.cpu][i].written)
			report(ENTRY_REGISTER, place, "%s was not written (%s)", table[i].name,
			       table[i].why);
		else if ((val & table[i].mask) != table[i].value)
			report(ENTRY_REGISTER, place, "%s is %#" PRIx64 " (%s)", table[i].name, val,
			       table[i].why);
	}
	if (!entered)
		check_boot_registers(at);
	check_offset(at);
	entered = true;
}
