// SPDX-License-Identifier: Apache-2.0
/* The attribute rules of mm/ on the host: what a config comes to, without the machine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/combine.h"
#include "tools/regiontool/regions.h"

struct mode {
	const char *option;
	const char *args;
	const char *what;
	int (*run)(int argc, char **argv);	/* argv[0] is the first argument after the option */
	bool json;				/* it knows --json */
};

static int combine_mode(int argc, char **argv);

static const struct mode modes[] = {
	{ "--combine", "", "print what stage 1 x stage 2 make, every defined encoding, as CSV",
	  combine_mode, false },
	{ "--machine",
	  " TREE [--cpu fwb,mte,mte_perm,dic,pa48] [--memory BASE,SIZE[,...]] CONFIG",
	  "print the region table of a config on the machine that TREE describes", machine_mode,
	  true },
	{ "--config", " CONFIG", "check what a config says, without a machine", config_mode,
	  true },
	{ "--starter", " TREE [--memory BASE,SIZE[,...]]", "write a config to start from",
	  starter_mode, false },
	{ "--as", "", "print what other hypervisors make of memory, as CSV with sources",
	  as_mode, false },
	{ "--console", " TREE...", "say what Mavis would print on", console_mode, true },
	{ "--calls", " TREE...", "say which nodes call the firmware, and which of these calls pass",
	  calls_mode, true },
};

static int usage(FILE *to)
{
	fprintf(to, "usage:\n");
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++)
		fprintf(to, "  regions %s%s%s\n\t%s\n", modes[i].json ? "[--json] " : "",
			modes[i].option, modes[i].args, modes[i].what);
	fprintf(to, "--json: an object a line, as docs/schemas describe\n");
	fprintf(to, "exit status: 0 done, 1 a tree or config is refused, 2 called in another way\n");
	return to == stdout ? EXIT_SUCCESS : EXIT_USAGE;
}

/* "0b0101" */
static const char *binary4(u8 v)
{
	static char text[7] = "0b";

	for (unsigned i = 0; i < 4; i++)
		text[2 + i] = '0' + (v >> (3 - i) & 1);
	return text;
}

static void print_combined(bool fwb, bool mte_perm, u8 mair, u8 memattr)
{
	struct mem_attr out;

	if (combine(mair, memattr, fwb, mte_perm, &out) == 0)
		printf("%d,%d,0x%02x,%s,0x%02x\n", fwb, mte_perm, mair, binary4(memattr),
		       (unsigned)par_encode(&out));
}

/*
 * The matrix of a CPU with FEAT_MTE2 and without FEAT_XS, whose MAIR bytes are reserved there: XS
 * is no matter of the memory type.
 */
static int combine_mode(int argc, char **argv)
{
	struct mem_attr s1;

	(void)argv;
	if (argc)
		return usage(stderr);

	printf("fwb,mte_perm,s1_mair,s2_memattr,par_attr\n");
	for (int fwb = 0; fwb < 2; fwb++)
		for (int mte_perm = 0; mte_perm < 2; mte_perm++)
			for (int mair = 0; mair < 256; mair++)
				for (int memattr = 0; memattr < 16; memattr++)
					if (!mair_decode(mair, &s1) && !s1.xs0)
						print_combined(fwb, mte_perm, mair, memattr);
	return finish_output();
}

static int run(int argc, char **argv)
{
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(argv[0], modes[i].option))
			continue;
		if (as_json && !modes[i].json)
			return misused("%s: has no JSON: it is CSV or a config", argv[0]);
		return modes[i].run(argc - 1, argv + 1);
	}
	if (strcmp(argv[0], "--help") == 0)
		return usage(stdout);
	misused("no option %s", argv[0]);
	return usage(stderr);
}

int main(int argc, char **argv)
{
	int nr = 0;

	/* It may stand anywhere. */
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			as_json = true;
		else
			argv[nr++] = argv[i];
	}
	return nr ? run(nr, argv) : usage(stderr);
}
