/* SPDX-License-Identifier: Apache-2.0 */
/* mavisctl at: what a mapping came to, by stage 1, by stage 2, and by both. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guests/linux/ctl/ctl.h"
#include "lib/arch.h"
#include "mm/combine.h"

#define IS_KERNEL(va)	((va) >> 55 & 1)
#define NO_INDEX	8

/* What was found. */
struct effective {
	uint64_t va, ipa, s1, both;	/* PAR_EL1 of stage 1, and of both */
	unsigned index;			/* of MAIR_EL1; NO_INDEX: no byte says what PAR_EL1 does */
	u8 mair;
	bool asked;			/* stage 2 lets a read through: `both` is the machine's */
	bool mapped2;			/* stage 2 maps the address: */
	u8 memattr, sh2, access;
	u8 want, want_sh;		/* what the architecture makes of the two */
	char region[CONTROL_REGION_NAME + 1];
};

static const char *const sh_names[] = { "non-shareable", "reserved", "outer shareable",
					"inner shareable" };

/*
 * By the tables that are there while this program runs; a kernel's own may not be (KPTI), and are
 * again at the next system call. An interrupt may come first: then the answer is there at once.
 * Where none comes the kernel turned to no other tables.
 */
static struct answer at_here(uint64_t va)
{
	struct answer a = ask(CONTROL_AT, va, 0, 0), later;

	if (a.status || !(a.r[0] & PAR_F) || !IS_KERNEL(va))
		return a;
	for (unsigned i = 0; i < AT_ATTEMPTS; i++) {
		later = ask(CONTROL_AT_LATER, va, 0, CONTROL_LATER_TTBR1);
		if (later.status == CONTROL_EAGAIN) {
			syscall(SYS_getppid);
			later = read_answer();
		}
		if (later.status != CONTROL_EAGAIN)
			return later;
	}
	return a;
}

/* FAULT STATUS of PAR_EL1. */
static const char *fault_name(uint64_t par)
{
	static char text[48];
	unsigned fst = par >> 1 & 0x3f;
	static const char *const kinds[] = { "address size fault", "translation fault",
					     "access flag fault", "permission fault" };

	if (fst < 16)
		snprintf(text, sizeof(text), "%s, level %u", kinds[fst >> 2], fst & 3);
	else
		snprintf(text, sizeof(text), "fault status 0x%x", fst);
	return text;
}

static void find_mair(struct effective *e, uint64_t mair)
{
	u8 attr = PAR_ATTR(e->s1);

	for (e->index = 0; e->index < NO_INDEX; e->index++) {
		e->mair = (u8)(mair >> 8 * e->index);
		if (par_same(e->mair, attr))
			return;
	}
	e->mair = attr;
}

/*
 * Of such memory PAR_EL1 has no shareability but outer. What stage 1's descriptor says, which
 * counts where stage 2 forces Write-Back, is not known then.
 */
static bool is_not_cached(const struct mem_attr *a)
{
	return combine_sh(a, SH_NONE, SH_NONE) == SH_OUTER;
}

/* Stage 2's part, and what the architecture makes of both. */
static void add_stage2(struct effective *e, uint64_t info)
{
	struct answer a = ask(CONTROL_WALK, e->ipa, 0, 0);
	struct mem_attr s1, both;

	e->mapped2 = !a.status;
	if (!e->mapped2)
		return;
	e->memattr = a.r[4] & 15;
	e->sh2 = a.r[4] >> CONTROL_SH_SHIFT & 3;
	e->access = a.r[4] >> CONTROL_ACCESS_SHIFT & 7;
	if (mair_decode(e->mair, &s1) || combine(e->mair, e->memattr, info & CONTROL_INFO_FWB,
						 info & CONTROL_INFO_MTE_PERM, &both))
		return;
	e->want = (u8)par_encode(&both);
	e->want_sh = (u8)combine_sh(&both, PAR_SH(e->s1), e->sh2);
	if (is_not_cached(&s1) && !is_not_cached(&both))
		e->want_sh = PAR_SH(e->both);
}

static bool agrees(const struct effective *e)
{
	return !e->asked || (!(e->both & PAR_F) && par_same(PAR_ATTR(e->both), e->want) &&
	       PAR_SH(e->both) == e->want_sh);
}

static const char *attr_name(u8 attr)
{
	struct mem_attr a;

	return par_decode(attr, &a) ? "reserved" : mem_attr_name(&a);
}

static void print_text(const struct effective *e, uint64_t info)
{
	const struct s2_mem *s2 = s2_decode(e->memattr, info & CONTROL_INFO_FWB,
					    info & CONTROL_INFO_MTE_PERM);

	printf("%#" PRIx64 ": guest physical %#" PRIx64 "%s%s\n", e->va, e->ipa,
	       *e->region ? ", region " : "", e->region);
	printf("  stage 1   %s, %s: MAIR byte 0x%02x", attr_name(e->mair), sh_names[PAR_SH(e->s1)],
	       e->mair);
	if (e->index < NO_INDEX)
		printf(", index %u", e->index);
	if (!e->mapped2) {
		printf("\n  stage 2   nothing is mapped there\n");
		return;
	}
	printf("\n  stage 2   %s, %s: MemAttr 0b%u%u%u%u, %c%c%c\n", s2 ? s2->name : "reserved",
	       sh_names[e->sh2], e->memattr >> 3 & 1, e->memattr >> 2 & 1, e->memattr >> 1 & 1,
	       e->memattr & 1, e->access & CONTROL_READ ? 'r' : '-',
	       e->access & CONTROL_WRITE ? 'w' : '-', e->access & CONTROL_EXEC ? 'x' : '-');
	if (!e->asked) {
		printf("  together  %s, by the architecture: the machine is not asked, as Mavis carries out what reads this page, or refuses it\n",
		       attr_name(e->want));
		return;
	}
	printf("  together  %s, %s: PAR_EL1.ATTR 0x%02x", attr_name(PAR_ATTR(e->both)),
	       sh_names[PAR_SH(e->both)], PAR_ATTR(e->both));
	if (agrees(e))
		printf("\n");
	else
		printf("; DIFFERS: the architecture makes 0x%02x %s, %s\n", e->want,
		       attr_name(e->want), sh_names[e->want_sh]);
}

static void print_json(const struct effective *e)
{
	char region[QUOTED_SIZE];

	printf(JSON_BEGIN("at") ", \"va\": %" PRIu64 ", \"ipa\": %" PRIu64
	       ", \"region\": %s, \"mair\": %u, \"index\": %d, \"s1_sh\": %u, \"mapped\": %s",
	       e->va, e->ipa, quoted(region, e->region, CONTROL_REGION_NAME), e->mair,
	       e->index < NO_INDEX ? (int)e->index : -1, PAR_SH(e->s1),
	       e->mapped2 ? "true" : "false");
	if (e->mapped2)
		printf(", \"memattr\": %u, \"s2_sh\": %u, \"want\": %u", e->memattr, e->sh2,
		       e->want);
	if (e->mapped2 && e->asked)
		printf(", \"attr\": %u, \"sh\": %u, \"want_sh\": %u", PAR_ATTR(e->both),
		       PAR_SH(e->both), e->want_sh);
	printf("}\n");
}

static int report(uint64_t va, const struct answer *a)
{
	struct effective e = { .va = va, .s1 = a->r[0], .both = a->r[1], .asked = !a->status };
	uint64_t info = ask(CONTROL_INFO, 0, 0, 0).r[1];

	if (a->status && a->status != CONTROL_EFAULT) {
		fprintf(stderr, "mavisctl: %#" PRIx64 ": Mavis gave no answer (%" PRId64 ")%s\n",
			va, a->status, a->status == CONTROL_EAGAIN ? ": try again" : "");
		return 1;
	}
	if (e.s1 & PAR_F) {
		fprintf(stderr, "mavisctl: %#" PRIx64 ": not mapped by stage 1 (%s)%s\n", va,
			fault_name(e.s1),
			IS_KERNEL(va) ? "" : ": a page that was never touched is not there yet");
		return 1;
	}
	e.ipa = (e.s1 & PAR_PA) | (va & 0xfff);
	find_mair(&e, a->r[2]);
	add_stage2(&e, info);
	if (!region_name(e.ipa, e.region, sizeof(e.region)))
		e.region[0] = '\0';
	if (json)
		print_json(&e);
	else
		print_text(&e, info);
	return e.mapped2 && agrees(&e) ? 0 : 1;
}

int at(int argc, char **argv)
{
	char *end = NULL, *end_pid = NULL;
	struct answer a;
	uint64_t va;
	long pid = 0;

	if (argc < 1 || argc > 2)
		return -1;
	va = strtoull(argv[argc - 1], &end, 0);
	if (argc == 2)
		pid = strtol(argv[0], &end_pid, 0);
	if (*end || end == argv[argc - 1] || (argc == 2 && (*end_pid || pid < 1)))
		return -1;
	if (argc == 1 && !IS_KERNEL(va))
		die("that is a process's address: say of which, `mavisctl at PID ADDRESS`");
	if (argc == 2 && IS_KERNEL(va))
		die("that is the kernel's address, of every process: `mavisctl at ADDRESS`");
	a = argc == 2 ? at_in_process((pid_t)pid, va) : at_here(va);
	return report(va, &a);
}
