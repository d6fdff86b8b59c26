/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an SMMU may say, on any bytes: the position in its event queue, events, errors. Each is a
 * line that ends, and looking ends.
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/dma.h"
#include "hyp/trap.h"
#include "lib/cache.h"
#include "mm/tlb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x) do { if (!(x)) abort(); } while (0)

#define LOG2_EVENTS	7

static u8 registers[0x20000];
static u64 events[4 << LOG2_EVENTS], commands[16];
static unsigned printed;

void io_written(u64 addr)
{
	CHECK(addr >= (u64)registers && addr < (u64)registers + sizeof(registers));
}

/* No CPU walks the SMMUs' tables. */
void tlb_publish(void)
{
	abort();
}

void tlb_flush(enum pt_stage stage, u64 in, u64 size, u64 smallest)
{
	(void)stage, (void)in, (void)size, (void)smallest;
	abort();
}

void dcache_clean_inval_poc(u64 start, u64 end)
{
	CHECK(start >= (u64)events && end <= (u64)events + sizeof(events));
}

bool trap_may_print(void)
{
	return true;
}

void print(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	CHECK(vformat(text, sizeof(text), fmt, ap) < (int)sizeof(text));
	va_end(ap);
	CHECK(!strncmp(text, "mavis: ", 7) && strchr(text, '\n') == text + strlen(text) - 1);
	printed++;
}

static void make(const uint8_t *data)
{
	dma = (struct dma){ .on = true, .nr = 1, .nr_streams = 2 };
	dma.smmu[0] = (struct smmu){
		.base = (u64)registers, .page1 = (u64)registers + 0x10000, .events = events,
		.commands = commands, .log2_events = data[0] % (LOG2_EVENTS + 1),
		.log2_commands = 3, .coherent = data[0] & 0x80,
	};
	memset(dma.smmu[0].name, 'x', sizeof(dma.smmu[0].name) - 1);
	dma.streams[0] = (struct dma_streams){ .nr = 0x10000, .pci = true };
	dma.streams[1] = (struct dma_streams){ .first = ~0u, .nr = 1 };
	memset(dma.streams[0].name, 'y', sizeof(dma.streams[0].name) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	make(data);
	data++;
	size--;
	while (size >= 8) {
		size_t n = size - 8 < sizeof(events) ? size - 8 : sizeof(events);

		memcpy(registers + 0x100a8, data, 4);		/* EVENTQ_PROD */
		memcpy(registers + 0x60, data + 4, 4);		/* GERROR */
		memcpy(events, data + 8, n);
		printed = 0;
		dma_poll();
		CHECK(printed <= (1u << dma.smmu[0].log2_events) + 2);
		data += 8 + n;
		size -= 8 + n;
	}
	return 0;
}
