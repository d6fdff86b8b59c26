// SPDX-License-Identifier: Apache-2.0
/* What other hypervisors map for the same region, and the rules that say so. */
#include <stdlib.h>
#include <string.h>

#include "boot/config/as_rules.h"
#include "tools/regiontool/regions.h"

bool other_column(unsigned column, enum region_as *as)
{
	static const enum region_as columns[] = {
		AS_KVM_6_8, AS_KVM_6_9, AS_KVM_6_17, AS_XEN_DOM0, AS_XEN_DOMU, AS_BAO,
	};

	if (column >= ARRAY_SIZE(columns))
		return false;
	*as = columns[column];
	return true;
}

/* "nGnRE", "NC", "WB", "force WB": the names of mm/attr.c, without the types. */
static void short_name(char *buf, size_t size, u8 memattr, bool fwb)
{
	const char *name = s2_decode(memattr, fwb, false)->name, *dash = strchr(name, '-');
	bool force = !strncmp(name, "force ", 6);

	snprintf(buf, size, "%s%s", force ? "force " : "", dash ? dash + 1 : name);
}

void other_maps(char *buf, size_t size, enum region_as as, const struct region *r,
		enum region_vma vma, const struct mm_caps *caps, bool offers_mte)
{
	struct mm_caps its = *caps;
	struct as_answer a;
	size_t len;

	if (r->type == REGION_RAW) {
		snprintf(buf, size, "-");
		return;
	}
	its.fwb &= as_info(as)->fwb;
	a = as_ask(as, r->opts.vma ? (enum region_vma)r->opts.vma : vma, &its, offers_mte);
	if (!a.maps || a.refused) {
		snprintf(buf, size, "refuses");
		return;
	}
	short_name(buf, size, a.memattr, its.fwb);
	len = strlen(buf);
	snprintf(buf + len, size - len, "%s", a.exec ? " x" : "");
}

static void print_encoding(u8 m)
{
	if (m == NONE)
		printf(",refused");
	else
		printf(",0b%u%u%u%u", m >> 3 & 1, m >> 2 & 1, m >> 1 & 1, m & 1);
}

static void print_rule(const struct as_rule *r, const char *source)
{
	static const char *const whens[] = {
		[ALWAYS] = "", [WITH_MTE] = "MTE", [UNLESS_MTE] = "no MTE",
		[CACHEABLE_PFNMAP] = "no MTE; FWB and DIC",
	};
	static const char *const shs[] = {
		[SH_NONE] = "none", [SH_OUTER] = "outer", [SH_INNER] = "inner"
	};
	const char *space = "";

	printf("%s,", as_name(r->as));
	for (unsigned v = 1; v < VMA_NR; v++) {
		if (!(r->vmas & BIT(v)))
			continue;
		printf("%s%s", space, as_vma_name(v));
		space = " ";
	}
	printf(",%s", whens[r->when]);
	print_encoding(r->memattr[0]);
	if (as_info(r->as)->fwb)
		print_encoding(r->memattr[1]);
	else
		printf(",-");
	printf(",%s,%s,\"%s\"\n", shs[r->sh], r->exec ? "x" : "-", source);
}

int as_mode(int argc, char **argv)
{
	static const struct as_rule rules[] = { AS_RULES(AS_RULE) };
#define SOURCE(id, of, plain, fwb, share, x, cond, source) source,
	static const char *const sources[] = { AS_RULES(SOURCE) };
#undef SOURCE

	(void)argv;
	if (argc)
		return misused("--as takes nothing");
	printf("as,vma,when,fwb_0,fwb_1,shareability,execute,source\n");
	for (unsigned i = 0; i < ARRAY_SIZE(rules); i++)
		print_rule(&rules[i], sources[i]);
	return finish_output();
}
