/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mavisctl: shows what Mavis gives this guest, region by region, and changes the memory type of an
 * adjustable one while it is in use. It speaks to the control page (docs/control.md) through
 * /dev/mem; the calls by HVC are for kernels, as user space cannot make them.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guests/linux/ctl/ctl.h"
#include "mm/attr.h"
#include "mm/region_types.h"

#define MAX_COUNTERS 64

static char *page;
static int mem;
static bool fwb;

bool json;

void die(const char *text)
{
	fprintf(stderr, "mavisctl: %s\n", text);
	exit(2);
}

/*
 * The page takes single loads and stores only, without write-back of the address: in assembly, so
 * that the compiler makes no others.
 */
static uint32_t load32(unsigned offset)
{
	uint32_t val;

	asm volatile("ldr %w0, [%1]" : "=r"(val) : "r"(page + offset) : "memory");
	return val;
}

static uint64_t load(unsigned offset)
{
	uint64_t val;

	asm volatile("ldr %0, [%1]" : "=r"(val) : "r"(page + offset) : "memory");
	return val;
}

static void store(unsigned offset, uint64_t val)
{
	asm volatile("str %0, [%1]" : : "r"(val), "r"(page + offset) : "memory");
}

struct answer read_answer(void)
{
	struct answer a = { .status = (int64_t)load(CONTROL_PAGE_STATUS) };

	for (unsigned i = 0; i < CONTROL_NR_RESULTS; i++)
		a.r[i] = load(CONTROL_PAGE_RESULTS + 8 * i);
	return a;
}

/* Of programs that lock, one at a time works the registers. */
static void lock(int how)
{
	while (flock(mem, how) && errno == EINTR)
		;
}

/* While an answer is still to come they are not given up: not before the next one. */
struct answer ask(unsigned command, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct answer a;

	lock(LOCK_EX);
	store(CONTROL_PAGE_ARGS, a0);
	store(CONTROL_PAGE_ARGS + 8, a1);
	store(CONTROL_PAGE_ARGS + 16, a2);
	store(CONTROL_PAGE_COMMAND, command);
	a = read_answer();
	if (a.status != CONTROL_EAGAIN)
		lock(LOCK_UN);
	return a;
}

/* The registers are the CPU's own, so all of a command is done on one. */
static void stay_on_this_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot stay on one CPU (sched_setaffinity)");
}

/* The address in the node's `reg`, in as many cells as the root has. */
static uint64_t find_page(void)
{
	unsigned char reg[32];
	uint64_t addr = 0;
	size_t n;
	glob_t g;
	FILE *f;

	if (glob("/proc/device-tree/mavis-control@*/reg", 0, NULL, &g))
		die("no control page here: is /proc mounted, is this a guest of Mavis, and does its config say `control;`?");
	f = fopen(g.gl_pathv[0], "rb");
	n = f ? fread(reg, 1, sizeof(reg), f) : 0;
	if (n < 8 || n > 16)
		die("the control page's node has no reg that I know");
	for (size_t i = 0; i < n / 2 + (n == 12 ? 2 : 0); i++)
		addr = addr << 8 | reg[i];
	fclose(f);
	globfree(&g);
	return addr;
}

static void open_page(void)
{
	uint64_t addr = find_page();
	uint32_t version;

	mem = open("/dev/mem", O_RDWR | O_SYNC);
	if (mem < 0)
		die(errno == EACCES || errno == EPERM ? "/dev/mem: not allowed: run it as root"
						      : "/dev/mem cannot be opened");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mem, (off_t)addr);
	if (page == MAP_FAILED)
		die("/dev/mem: the control page cannot be mapped: is the kernel locked down?");
	if (load32(CONTROL_PAGE_MAGIC) != CONTROL_MAGIC)
		die("there is no control page where the device tree says");
	version = load32(CONTROL_PAGE_VERSION);
	if (version >> 16 != CONTROL_MAJOR)
		die("Mavis speaks another version of the protocol: use its own mavisctl");
}

struct memory_type {
	const char *name;
	int memattr[2]; /* by FWB; -1: none */
};

static const struct memory_type memory_types[] = {
	{ "device-nGnRnE", { S2_DEVICE_nGnRnE, S2_DEVICE_nGnRnE } },
	{ "device-nGnRE", { S2_DEVICE_nGnRE, S2_DEVICE_nGnRE } },
	{ "device-nGRE", { S2_DEVICE_nGRE, S2_DEVICE_nGRE } },
	{ "device-GRE", { S2_DEVICE_GRE, S2_DEVICE_GRE } },
	{ "normal-nc", { S2_NORMAL_NC, S2_NORMAL_NC } },
	{ "normal-wt", { S2_NORMAL_WT, -1 } },
	{ "normal-wb", { S2_NORMAL_WB, S2_FWB_FORCE_WB } },
	{ "stage1", { S2_NORMAL_WB, S2_FWB_STAGE1 } },
};

static const char *memattr_name(unsigned memattr)
{
	static char other[16];

	for (unsigned i = 0; i < ARRAY_SIZE(memory_types); i++)
		if (memory_types[i].memattr[fwb] == (int)memattr)
			return memory_types[i].name;
	snprintf(other, sizeof(other), "0x%x", memattr);
	return other;
}

/* The MemAttr for a name or a number. */
static unsigned parse_memattr(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (*text && !*end)
		return n > 15 ? 16 : (unsigned)n;
	for (unsigned i = 0; i < ARRAY_SIZE(memory_types); i++) {
		if (strcasecmp(text, memory_types[i].name))
			continue;
		if (memory_types[i].memattr[fwb] < 0)
			die("with FEAT_S2FWB stage 2 cannot say that: `no-fwb;` in the guest's config lets it");
		return (unsigned)memory_types[i].memattr[fwb];
	}
	fprintf(stderr, "mavisctl: %s is no memory type; these are:", text);
	for (unsigned i = 0; i < ARRAY_SIZE(memory_types); i++)
		fprintf(stderr, " %s", memory_types[i].name);
	fprintf(stderr, " 0x0 to 0xf\n");
	exit(2);
}

static const char *const sh_names[] = { "non-shareable", "reserved", "outer", "inner" };

static const char *type_name(uint64_t r3)
{
#define TYPE(id, name) [CONTROL_TYPE_##id] = name,
	static const char *const names[] = { REGION_TYPES(TYPE) };
#undef TYPE

	return (r3 & 255) < ARRAY_SIZE(names) ? names[r3 & 255] : "?";
}

static const char *access_name(uint64_t r4)
{
	static char text[4];
	unsigned access = r4 >> CONTROL_ACCESS_SHIFT & 7;

	text[0] = access & CONTROL_READ ? 'r' : '-';
	text[1] = access & CONTROL_WRITE ? 'w' : '-';
	text[2] = access & CONTROL_EXEC ? 'x' : '-';
	return text;
}

static const char *size_name(uint64_t size)
{
	static char text[24];
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned i = 0;

	while (i < 4 && size && !(size & 1023)) {
		size >>= 10;
		i++;
	}
	snprintf(text, sizeof(text), "%" PRIu64 " %s", size, unit[i]);
	return text;
}

int refuse(int64_t status, const char *why)
{
	fprintf(stderr, "mavisctl: refused (%" PRId64 "): %s\n", status, why);
	return 1;
}

/* What a status other than 0 means, and what to do about it. */
int refused(int64_t status)
{
	static const struct {
		int64_t status;
		const char *text;
	} texts[] = {
		{ CONTROL_EPERM,
		  "the region is not adjustable: add `adjustable;` to it in the guest's config" },
		{ CONTROL_ENOENT,
		  "there is no such thing: `mavisctl regions` lists what there is" },
		{ CONTROL_ENOMEM,
		  "Mavis has no page left to map the region for cleaning; nothing has changed" },
		{ CONTROL_EACCES,
		  "the guest has MTE, and the region has no tag storage: choose a type that cannot be Tagged, or say `untagged = \"trusted\"` in the config" },
		{ CONTROL_EBUSY,
		  "the BAR is nowhere now: enable the function's memory (echo 1 to its `enable` in sysfs) and try again" },
		{ CONTROL_EINVAL,
		  "this CPU has no such encoding of stage 2: docs/memory-attributes.md has those that are reserved" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].status == status)
			return refuse(status, texts[i].text);
	return refuse(status, "see docs/control.md");
}

static const char *flags_text(uint64_t flags)
{
	static char text[80];

	snprintf(text, sizeof(text), "%s%s%s%s", flags & CONTROL_FLAG_WATCHED ? " watched" : "",
		 flags & CONTROL_FLAG_ADJUSTABLE ? " adjustable" : "",
		 flags & CONTROL_FLAG_BAR ? " BAR" : "",
		 flags & CONTROL_FLAG_NO_TAGS ? " no-tags" : "");
	return text;
}

static int regions(int argc, char **argv)
{
	uint64_t nr = ask(CONTROL_INFO, 0, 0, 0).r[0];

	(void)argc, (void)argv;
	if (!json)
		printf("%-12s %9s %-13s %-14s %s %s\n", "address", "size", "type", "stage 2", "acc",
		       "name");
	else
		printf(JSON_BEGIN("regions") ", \"regions\": [");
	for (uint64_t i = 0; i < nr; i++) {
		struct answer a = ask(CONTROL_REGION, i, 0, 0);
		const char *name = (const char *)&a.r[5];
		uint64_t flags = a.r[3] >> 32;
		char at[20] = "nowhere", text[QUOTED_SIZE];

		if (a.status)
			return refused(a.status);
		if (a.r[0] || !(flags & CONTROL_FLAG_BAR))
			snprintf(at, sizeof(at), "%012" PRIx64, a.r[0]);
		if (json)
			printf("%s\n {\"index\": %" PRIu64
			       ", \"name\": %s, \"ipa\": %" PRIu64 ", \"pa\": %" PRIu64
			       ", \"size\": %" PRIu64 ", \"type\": \"%s\""
			       ", \"memattr\": %u, \"sh\": %u"
			       ", \"access\": \"%s\", \"adjustable\": %s, \"bar\": %s, \"tags\": %s"
			       ", \"watched\": %s}",
			       i ? "," : "", i, quoted(text, name, CONTROL_REGION_NAME), a.r[0],
			       a.r[1], a.r[2], type_name(a.r[3]),
			       (unsigned)(a.r[4] & 15), (unsigned)(a.r[4] >> CONTROL_SH_SHIFT & 3),
			       access_name(a.r[4]),
			       flags & CONTROL_FLAG_ADJUSTABLE ? "true" : "false",
			       flags & CONTROL_FLAG_BAR ? "true" : "false",
			       flags & CONTROL_FLAG_NO_TAGS ? "false" : "true",
			       flags & CONTROL_FLAG_WATCHED ? "true" : "false");
		else
			printf("%-12s %9s %-13s %-14s %s %.40s%s\n", at, size_name(a.r[2]),
			       type_name(a.r[3]), memattr_name(a.r[4] & 15), access_name(a.r[4]),
			       name,
			       flags_text(flags &
					  (CONTROL_FLAG_ADJUSTABLE | CONTROL_FLAG_WATCHED)));
	}
	if (json)
		printf("\n]}\n");
	return 0;
}

uint64_t find_region(const char *text)
{
	uint64_t nr = ask(CONTROL_INFO, 0, 0, 0).r[0];
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	for (uint64_t i = 0; i < nr; i++) {
		struct answer a = ask(CONTROL_REGION, i, 0, 0);

		if (!strncmp((const char *)&a.r[5], text, CONTROL_REGION_NAME))
			return i;
	}
	if (isdigit((unsigned char)*text) && !*end)
		return n;
	fprintf(stderr, "mavisctl: no region %s: `mavisctl regions` lists them\n", text);
	exit(2);
}

bool region_name(uint64_t ipa, char *name, unsigned size)
{
	uint64_t nr = ask(CONTROL_INFO, 0, 0, 0).r[0];
	bool found = false;

	/* Those that follow a BAR come last, and are in a region of the window's. */
	for (uint64_t i = 0; i < nr; i++) {
		struct answer a = ask(CONTROL_REGION, i, 0, 0);

		if ((!a.r[0] && a.r[3] >> 32 & CONTROL_FLAG_BAR) || ipa - a.r[0] >= a.r[2])
			continue;
		snprintf(name, size, "%.40s", (const char *)&a.r[5]);
		found = true;
	}
	return found;
}

static int walk(int argc, char **argv)
{
	char *end;
	uint64_t ipa = argc == 1 ? strtoull(argv[0], &end, 0) : 0;
	struct answer a;

	if (argc != 1 || *end)
		return -1;
	a = ask(CONTROL_WALK, ipa, 0, 0);
	if (a.status && a.status != CONTROL_ENOENT) {
		fprintf(stderr, "mavisctl: %#" PRIx64 " is beyond the guest's address space\n",
			ipa);
		return 1;
	}
	if (json)
		printf(JSON_BEGIN("walk") ", \"ipa\": %" PRIu64 ", \"mapped\": %s"
		       ", \"base\": %" PRIu64 ", \"pa\": %" PRIu64 ", \"size\": %" PRIu64
		       ", \"level\": %u, \"contiguous\": %s, \"memattr\": %u"
		       ", \"sh\": %u, \"access\": \"%s\"}\n",
		       ipa, a.status ? "false" : "true", a.r[0], a.r[1], a.r[2],
		       (unsigned)(a.r[3] & 255),
		       a.r[3] & CONTROL_WALK_CONTIGUOUS ? "true" : "false", (unsigned)(a.r[4] & 15),
		       (unsigned)(a.r[4] >> CONTROL_SH_SHIFT & 3), access_name(a.r[4]));
	else if (a.status)
		printf("%#" PRIx64 ": nothing is mapped from %#" PRIx64 " on, for %s (level %u)\n",
		       ipa, a.r[0], size_name(a.r[2]), (unsigned)(a.r[3] & 255));
	else
		printf("%#" PRIx64 ": physical %#" PRIx64 "\n"
		       "  in a leaf of %s at %#" PRIx64 ", level %u%s\n  stage 2 %s %s, %s\n",
		       ipa, a.r[1], size_name(a.r[2]), a.r[0], (unsigned)(a.r[3] & 255),
		       a.r[3] & CONTROL_WALK_CONTIGUOUS ? ", contiguous" : "", access_name(a.r[4]),
		       memattr_name(a.r[4] & 15), sh_names[a.r[4] >> CONTROL_SH_SHIFT & 3]);
	return a.status != 0;
}

const char *text_option(int *argc, char **argv, const char *name)
{
	const char *text;

	for (int i = 0; i + 1 < *argc; i++)
		if (!strcmp(argv[i], name)) {
			text = argv[i + 1];
			memmove(&argv[i], &argv[i + 2], (size_t)(*argc - i - 2) * sizeof(*argv));
			*argc -= 2;
			return text;
		}
	return NULL;
}

/* The number after an option; without the option @val. */
static unsigned long option(int *argc, char **argv, const char *name, unsigned long val)
{
	const char *text = text_option(argc, argv, name);

	return text ? strtoul(text, NULL, 0) : val;
}

/* Each type in turn, so many times. */
static int set(int argc, char **argv)
{
	unsigned long times = option(&argc, argv, "--times", 1);
	unsigned long pause = option(&argc, argv, "--pause", 0), done = 0, cleaned = 0;
	unsigned memattr[16];
	int nr = argc - 1;
	struct answer a = { 0 };
	uint64_t index;

	if (nr < 1 || nr > 16)
		return -1;
	index = find_region(argv[0]);
	for (int i = 0; i < nr; i++)
		memattr[i] = parse_memattr(argv[1 + i]);
	for (unsigned long t = 0; t < times; t++)
		for (int i = 0; i < nr; i++) {
			a = ask(CONTROL_SET, index, memattr[i], CONTROL_KEEP_SH);
			if (a.status)
				return refused(a.status);
			done++;
			cleaned += a.r[1];
			if (pause)
				usleep((useconds_t)(pause * 1000));
		}
	if (json)
		printf(JSON_BEGIN("set") ", \"changes\": %lu, \"cleaned\": %lu, \"memattr\": %u}\n",
		       done, cleaned, memattr[nr - 1]);
	else if (done == 1)
		printf("%s: %s%s\n", argv[0], memattr_name(memattr[0]),
		       cleaned ? ", caches cleaned" : "");
	else
		printf("%s: %s, after %lu changes; caches cleaned %lu times\n", argv[0],
		       memattr_name(memattr[nr - 1]), done, cleaned);
	return 0;
}

struct reading {
	uint64_t value;
	char name[CONTROL_COUNTER_NAME + 1];
};

static unsigned read_counters(struct reading *c)
{
	unsigned n = (unsigned)ask(CONTROL_INFO, 0, 0, 0).r[4];

	n = n < MAX_COUNTERS ? n : MAX_COUNTERS;
	for (unsigned i = 0; i < n; i++) {
		struct answer a = ask(CONTROL_COUNTER, i, 0, 0);

		c[i].value = a.r[0];
		memcpy(c[i].name, &a.r[1], CONTROL_COUNTER_NAME);
		c[i].name[CONTROL_COUNTER_NAME] = '\0';
	}
	return n;
}

/* Ends what stats() has begun. */
static void stats_of_calls(void)
{
	char text[QUOTED_SIZE];
	struct answer a;

	if (json)
		printf("},\n \"calls\": {");
	for (uint64_t i = 0; !(a = ask(CONTROL_CALLS, i, 0, 0)).status; i++) {
		const char *node = (const char *)&a.r[3];

		if (json)
			printf("%s\"%#" PRIx64 "\": {\"node\": %s, \"passed\": %" PRIu64
			       ", \"refused\": %" PRIu64 "}",
			       i ? ", " : "", a.r[0], quoted(text, node, CONTROL_REGION_NAME),
			       a.r[1], a.r[2]);
		else
			printf("firmware call %#" PRIx64 " %-20.20s %9" PRIu64 " passed %8" PRIu64
			       " refused\n",
			       a.r[0], *node ? node : "no node", a.r[1], a.r[2]);
	}
	if (json)
		printf("}}\n");
}

static int what_grows(unsigned seconds, unsigned lines);

static int stats(int argc, char **argv)
{
	struct reading c[MAX_COUNTERS];
	unsigned n = read_counters(c);
	uint64_t nr = ask(CONTROL_INFO, 0, 0, 0).r[0];
	bool first = true;

	if (argc > 0)
		return what_grows((unsigned)atoi(argv[0]), argc > 1 ? (unsigned)atoi(argv[1]) : 0);
	if (json)
		printf(JSON_BEGIN("stats") ", \"counters\": {");
	for (unsigned i = 0; i < n; i++)
		if (json)
			printf("%s\"%s\": %" PRIu64, i ? ", " : "", c[i].name, c[i].value);
		else
			printf("%-32s %14" PRIu64 "\n", c[i].name, c[i].value);
	if (json)
		printf("},\n \"aborts\": {");
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t count = ask(CONTROL_ABORTS, i, 0, 0).r[0];
		struct answer a = ask(CONTROL_REGION, i, 0, 0);

		if (!count)
			continue;
		if (json)
			printf("%s\"%" PRIu64 "\": %" PRIu64, first ? "" : ", ", i, count);
		else
			printf("stage 2 aborts in %3" PRIu64 " %-12.40s %9" PRIu64 "\n", i,
			       (const char *)&a.r[5], count);
		first = false;
	}
	stats_of_fixups();
	stats_of_calls();
	return 0;
}

/* What has grown, once each so many seconds, until it is interrupted or has printed `lines`. */
static int what_grows(unsigned seconds, unsigned lines)
{
	struct reading c[2][MAX_COUNTERS];
	unsigned n = read_counters(c[0]);

	if (!seconds)
		return -1;
	for (unsigned t = 1; !lines || t <= lines; t++) {
		sleep(seconds);
		read_counters(c[t & 1]);
		printf("%s", json ? JSON_BEGIN("growth") ", \"counters\": {" : "");
		for (unsigned i = 0, shown = 0; i < n; i++) {
			uint64_t more = c[t & 1][i].value - c[~t & 1][i].value;

			if (json)
				printf("%s\"%s\": %" PRIu64, i ? ", " : "", c[0][i].name, more);
			else if (more)
				printf("%s%s %" PRIu64, shown++ ? ", " : "", c[0][i].name, more);
		}
		printf("%s\n", json ? "}}" : "");
		fflush(stdout);
	}
	return 0;
}

static int check(int argc, char **argv)
{
	uint64_t nr = ask(CONTROL_INFO, 0, 0, 0).r[0];
	unsigned differ = 0;

	(void)argc, (void)argv;
	printf("%s", json ? JSON_BEGIN("check") ", \"regions\": [" : "");
	for (uint64_t i = 0; i < nr; i++) {
		struct answer a = ask(CONTROL_CHECK, i, 0, 0), r = ask(CONTROL_REGION, i, 0, 0);
		const char *name = (const char *)&r.r[5];
		char text[QUOTED_SIZE];

		differ += a.r[1] != 0;
		if (json)
			printf("%s\n {\"name\": %s, \"checked\": %" PRIu64
			       ", \"differ\": %" PRIu64 ", \"ipa\": %" PRIu64
			       ", \"par\": \"0x%" PRIx64
			       "\", \"said\": [\"0x%02x\", \"0x%02x\", \"0x%02x\"]}",
			       i ? "," : "", quoted(text, name, CONTROL_REGION_NAME), a.r[0],
			       a.r[1], a.r[2], a.r[3],
			       (unsigned)(a.r[5] & 255), (unsigned)(a.r[5] >> 8 & 255),
			       (unsigned)(a.r[5] >> 16 & 255));
		else if (!a.r[0])
			printf("%-40.40s not checked\n", name);
		else if (a.r[1])
			printf("%-40.40s DIFFERS at %#" PRIx64 "\n%-12s PAR_EL1 %#" PRIx64
			       ", attribute wanted 0x%02x\n",
			       name, a.r[2], "", a.r[3], (unsigned)(a.r[4] & 255));
		else
			printf("%-40.40s ok, %" PRIu64 " translations\n", name, a.r[0]);
	}
	printf("%s", json ? "\n]}\n" : "");
	return differ != 0;
}

/* A program of its own: it calls this one. */
static int demo(int argc, char **argv)
{
	(void)argc, (void)argv;
	execlp("mavis-demo", "mavis-demo", NULL);
	perror("mavisctl: mavis-demo");
	return 1;
}

static const struct {
	const char *name, *args, *what;
	int (*run)(int argc, char **argv); /* -1: not so */
} modes[] = {
	{ "regions", "", "what the guest has where, and as what", regions },
	{ "walk", "IPA", "what stage 2 maps at an address", walk },
	{ "at", "[PID] ADDRESS", "what a mapping comes to: stage 1, 2, both", at },
	{ "set", "REGION TYPE... [OPTION N]", "change an adjustable region, on all CPUs", set },
	{ "stats", "[SECONDS [LINES]]", "exits, aborts, changes; or their growth", stats },
	{ "watch", "REGION [off]", "record every access to a region", watch },
	{ "trace", "[FILTER FIRST[-LAST]]...", "the accesses that were recorded", trace },
	{ "check", "", "what the self-check at boot found", check },
	{ "peek", "ADDRESS [SIZE]", "one read of a physical address (`debug`)", peek },
	{ "poke", "ADDRESS VALUE [SIZE]", "one write (`debug`)", poke },
	{ "debug", "", "gdb on the console, now (`debug`)", debug },
	{ "demo", "", "half a minute: what the memory types mean", demo },
};

static int usage(FILE *to)
{
	fprintf(to, "usage: mavisctl [--json] COMMAND\n");
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++)
		fprintf(to, "  %-7s %-27s %s\n", modes[i].name, modes[i].args, modes[i].what);
	fprintf(to, "TYPE:");
	for (unsigned i = 0; i < ARRAY_SIZE(memory_types); i++)
		fprintf(to, "%s%s", i == 5 ? "\n      " : " ", memory_types[i].name);
	fprintf(to, " 0x0...0xf\n");
	fprintf(to, "OPTION: --times (all of it so often), --pause (milliseconds after each)\n");
	fprintf(to, "FILTER: --range (addresses), --pc, --cpu, --from (number of a record)\n"
		    "        --pcap FILE saves what passes, for Wireshark and its like\n");
	fprintf(to, "REGION: a name or a number, as `regions` has them\n");
	return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && !strcmp(argv[1], "--json")) {
		json = true;
		argv++;
		argc--;
	}
	if (argc < 2)
		return usage(stderr);
	if (!strcmp(argv[1], "--help"))
		return usage(stdout);
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(argv[1], modes[i].name))
			continue;
		stay_on_this_cpu();
		open_page();
		fwb = ask(CONTROL_INFO, 0, 0, 0).r[1] & CONTROL_INFO_FWB;
		status = modes[i].run(argc - 2, argv + 2);
		return status < 0 ? usage(stderr) : status;
	}
	return usage(stderr);
}
