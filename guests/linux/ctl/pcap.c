/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accesses that were recorded as a capture file (pcap with nanoseconds, link type USER0), which
 * Wireshark and its like open. docs/control.md has the layout.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guests/linux/ctl/pcap.h"

#define MAGIC_NANOSECONDS	0xa1b23c4d
#define LINKTYPE_USER0		147
#define NANOSECONDS		1000000000ull
#define MAX_TEXT		128
#define MAX_PACKET		(sizeof(struct access) + MAX_TEXT)

/* The program is little-endian, as the layout is. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the layout");

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	int32_t zone;
	uint32_t accuracy, longest, link_type;
};

struct packet_header {
	uint32_t seconds, nanoseconds, kept, length;
};

struct access {
	uint64_t seq, pc, ipa, value;
	uint32_t region;
	uint16_t cpu;
	uint8_t size, flags;
};

_Static_assert(sizeof(struct file_header) == 24 && sizeof(struct access) == 40, "the layout");

static FILE *file;
static const char *file_name;

static void must(bool done)
{
	if (!done) {
		fprintf(stderr, "mavisctl: %s: %s\n", file_name, strerror(errno));
		exit(2);
	}
}

void pcap_open(const char *name)
{
	const struct file_header header = {
		.magic = MAGIC_NANOSECONDS,
		.major = 2,
		.minor = 4,
		.longest = MAX_PACKET,
		.link_type = LINKTYPE_USER0,
	};

	file_name = name;
	file = fopen(name, "wb");
	must(file && fwrite(&header, sizeof(header), 1, file) == 1);
}

void pcap_add(const struct answer *a, uint64_t frequency, const char *region, const char *where)
{
	const struct access access = {
		.seq = a->r[0],
		.pc = a->r[2],
		.ipa = a->r[3],
		.value = a->r[4],
		.region = a->r[5] >> 16 & 0xffff,
		.cpu = (uint16_t)a->r[5],
		.size = (uint8_t)(a->r[5] >> 32),
		.flags = a->r[5] & CONTROL_TRACE_WRITE ? 1 : 0,
	};
	char text[MAX_TEXT];
	uint32_t length = (uint32_t)snprintf(text, sizeof(text), "%.40s%c%.80s", region, 0, where);
	const struct packet_header header = {
		.seconds = (uint32_t)(a->r[1] / frequency),
		.nanoseconds = (uint32_t)(a->r[1] % frequency * NANOSECONDS / frequency),
		.kept = (uint32_t)sizeof(access) + length + 1,
		.length = (uint32_t)sizeof(access) + length + 1,
	};

	must(fwrite(&header, sizeof(header), 1, file) == 1 &&
	     fwrite(&access, sizeof(access), 1, file) == 1 &&
	     fwrite(text, length + 1, 1, file) == 1);
}

void pcap_close(void)
{
	must(!fclose(file));
}
