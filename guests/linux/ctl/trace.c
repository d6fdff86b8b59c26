/* SPDX-License-Identifier: Apache-2.0 */
/* mavisctl watch and trace: which accesses there were to a region, by whom. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests/linux/ctl/ctl.h"
#include "guests/linux/ctl/pcap.h"

#define ALL	(~0ull)

int watch(int argc, char **argv)
{
	bool on = argc == 1;
	uint64_t index;
	struct answer a;

	if (argc < 1 || argc > 2 || (argc == 2 && strcmp(argv[1], "off")))
		return -1;
	index = find_region(argv[0]);
	a = ask(CONTROL_WATCH, index, on, 0);
	if (a.status == CONTROL_EACCES)
		return refuse(a.status,
			      "the guest's kernel runs in this memory, or Mavis works registers in it");
	if (a.status == CONTROL_ENOMEM)
		return refuse(a.status, "Mavis has no pages left for the records");
	if (a.status)
		return refused(a.status);
	if (json)
		printf(JSON_BEGIN("watch") ", \"watched\": %s, \"before\": %s}\n",
		       on ? "true" : "false", a.r[0] ? "true" : "false");
	return 0;
}

/* From /proc/kallsyms, by address. */
static struct symbol {
	uint64_t at;
	char name[48];
} *symbols;
static size_t nr_symbols;

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Once somebody asks. */
static void read_symbols(void)
{
	static bool once;
	struct symbol s;
	char kind, line[512];
	size_t room = 0;
	FILE *f;

	if (once)
		return;
	once = true;
	f = fopen("/proc/kallsyms", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 " %c %47s", &s.at, &kind, s.name) != 3 || !s.at ||
		    !strchr("tTwW", kind))
			continue;
		if (nr_symbols == room) {
			room = room ? 2 * room : 1 << 16;
			symbols = realloc(symbols, room * sizeof(*symbols));
			if (!symbols)
				die("no memory for the kernel's symbols");
		}
		symbols[nr_symbols++] = s;
	}
	if (f)
		fclose(f);
	qsort(symbols, nr_symbols, sizeof(*symbols), by_address);
}

/* The function that holds @pc, or its number where there is none: not the kernel's. */
static const char *place(uint64_t pc)
{
	static char text[80];
	size_t low = 0, high;

	read_symbols();
	high = nr_symbols;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (symbols[mid].at <= pc)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || pc >> 55 == 0)
		snprintf(text, sizeof(text), "%#" PRIx64, pc);
	else
		snprintf(text, sizeof(text), "%s+%#" PRIx64, symbols[low - 1].name,
			 pc - symbols[low - 1].at);
	return text;
}

/* Inclusive, as all of the filter. */
struct bounds {
	uint64_t first, last;
};

/* The option's FIRST-LAST, or FIRST (@open: and all from there on), or all; false: no such text. */
static bool bounds_of(int *argc, char **argv, const char *name, bool open, struct bounds *b)
{
	const char *text = text_option(argc, argv, name);
	char *end;

	*b = (struct bounds){ 0, ALL };
	if (!text)
		return true;
	b->first = strtoull(text, &end, 0);
	b->last = open ? ALL : b->first;
	if (end != text && *end == '-')
		b->last = strtoull(end + 1, &end, 0);
	return end != text && !*end;
}

static bool within(const struct bounds *b, uint64_t val)
{
	return val >= b->first && val <= b->last;
}

static const char *name_of(uint64_t index)
{
	static char name[CONTROL_REGION_NAME + 1];
	static uint64_t known = ALL;

	if (known != index) {
		struct answer a = ask(CONTROL_REGION, index, 0, 0);

		snprintf(name, sizeof(name), "%.40s", (const char *)&a.r[5]);
		known = index;
	}
	return name;
}

static void print_record(const struct answer *a, uint64_t frequency, bool first)
{
	unsigned cpu = a->r[5] & 0xffff, size = a->r[5] >> 32 & 255;
	bool write = a->r[5] & CONTROL_TRACE_WRITE;
	const char *name = name_of(a->r[5] >> 16 & 0xffff);
	double time = (double)a->r[1] / (double)frequency;
	char where[QUOTED_SIZE], region[QUOTED_SIZE];

	if (json)
		printf("%s\n {\"seq\": %" PRIu64 ", \"time\": %.9f, \"cpu\": %u, \"pc\": %" PRIu64
		       ", \"where\": %s, \"write\": %s, \"size\": %u, \"ipa\": %" PRIu64
		       ", \"value\": %" PRIu64 ", \"region\": %s}",
		       first ? "" : ",", a->r[0], time, cpu, a->r[2],
		       quoted(where, place(a->r[2]), QUOTED_MAX), write ? "true" : "false", size,
		       a->r[3], a->r[4], quoted(region, name, CONTROL_REGION_NAME));
	else
		printf("%14.6f cpu %-3u %c%u %#12" PRIx64 " %#-*" PRIx64 " %s %s\n", time, cpu,
		       write ? 'w' : 'r', size, a->r[3], 2 + 2 * (int)size, a->r[4], name,
		       place(a->r[2]));
}

int trace(int argc, char **argv)
{
	uint64_t frequency = ask(CONTROL_INFO, 0, 0, 0).r[5], lost = 0, shown = 0;
	/* What comes while it prints, perhaps by printing, is for the next time. */
	uint64_t next = ask(CONTROL_TRACE, ALL, 0, 0).r[0], end = next, seq;
	struct bounds ipa, pc, cpu, since;
	const char *file = text_option(&argc, argv, "--pcap");

	if (!bounds_of(&argc, argv, "--range", false, &ipa) ||
	    !bounds_of(&argc, argv, "--pc", false, &pc) ||
	    !bounds_of(&argc, argv, "--cpu", false, &cpu) ||
	    !bounds_of(&argc, argv, "--from", true, &since) || argc)
		return -1;
	if (since.last < end)
		end = since.last + 1;
	if (file)
		pcap_open(file);
	printf("%s", json ? JSON_BEGIN("trace") ", \"records\": [" : "");
	for (seq = since.first; seq < end; seq++) {
		struct answer a = ask(CONTROL_TRACE, seq, 0, 0);

		if (a.status)
			break;
		lost += (a.r[0] < end ? a.r[0] : end) - seq;
		seq = a.r[0];
		if (seq >= end)		/* overtaken by what comes */
			break;
		if (!within(&ipa, a.r[3]) || !within(&pc, a.r[2]) || !within(&cpu, a.r[5] & 0xffff))
			continue;
		if (file)
			pcap_add(&a, frequency, name_of(a.r[5] >> 16 & 0xffff), place(a.r[2]));
		if (json || !file)
			print_record(&a, frequency, !shown);
		shown++;
	}
	if (file)
		pcap_close();
	if (json)
		printf("\n], \"next\": %" PRIu64 ", \"lost\": %" PRIu64 "}\n", next, lost);
	else
		printf("%" PRIu64 " records %s, %" PRIu64 " lost; the next is number %" PRIu64 "\n",
		       shown, file ? "saved" : "shown", lost, next);
	return 0;
}

/* Ends a part of what `stats` prints. */
void stats_of_fixups(void)
{
	struct answer a;

	if (json)
		printf("},\n \"unaligned\": {");
	for (uint64_t i = 0; !(a = ask(CONTROL_FIXUPS, i, 0, 0)).status; i++) {
		if (json)
			printf("%s\"%#" PRIx64 "\": %" PRIu64, i ? ", " : "", a.r[0], a.r[1]);
		else
			printf("unaligned, emulated, in %-14.14s %9" PRIu64 " at %.32s\n",
			       name_of(a.r[2]), a.r[1], a.r[0] ? place(a.r[0]) : "other places");
	}
}
