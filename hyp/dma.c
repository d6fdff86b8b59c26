/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/dma.h"

#include <string.h>

#include "drivers/console.h"
#include "drivers/io.h"
#include "drivers/smmu_regs.h"
#include "hyp/trap.h"
#include "lib/lock.h"

struct dma dma;

static u16 vmid(void)
{
	return (u16)(dma.s2.vttbr >> 48);
}

/* No transaction that it was told to forget passes any more: none does, if it turns off. */
static void give_up(struct smmu *s, int err)
{
	bool on;

	if (s->dead)
		return;
	on = smmu_kill(s);
	print("mavis: %s: takes no commands (error %d)%s\n", s->name, -err,
	      on ? ", nor does it turn off: DMA behind it may go where it could before" :
		   ": it is off, and all DMA behind it aborts");
}

static void publish(const struct pgtable *pt, pa_t table)
{
	bool coherent = true;

	for (unsigned i = 0; i < dma.nr; i++)
		coherent &= dma.smmu[i].coherent;
	if (!coherent)
		pt_clean(pt, table);
	io_publish();
}

/* Before the SMMUs are on there is nothing that they could have cached. */
static void flush(const struct pgtable *pt, u64 in, u64 size, u64 smallest)
{
	publish(pt, PA(0));
	for (unsigned i = 0; i < dma.nr && dma.on; i++) {
		int err = smmu_drop(&dma.smmu[i], vmid(), in, size, smallest);

		if (err)
			give_up(&dma.smmu[i], err);
	}
}

const struct pt_walker dma_walker = { publish, flush };

/*
 * In encodings without FWB, which every SMMU has: STE.S2FWB stays 0. Write-Back leaves it to the
 * device whether it snoops, as on the bare machine.
 */
bool dma_attr(const struct region *r, struct s2_attr *attr)
{
	static const u8 memattr[REGION_NR_TYPES] = {
		[REGION_RAM] = S2_NORMAL_WB,
		[REGION_DEVICE_MEMORY] = S2_NORMAL_WB,
		[REGION_PREFETCHABLE] = S2_NORMAL_NC,
		[REGION_MMIO] = S2_DEVICE_nGnRE,
		[REGION_RAW] = S2_NORMAL_WB,
	};

	*attr = (struct s2_attr){ memattr[r->type], SH_INNER, r->attr.read, r->attr.write,
				  r->attr.exec };
	return !r->opts.no_dma && (r->origin == REGION_FROM_CONFIG || r->type == REGION_RAM);
}

bool dma_in_range(struct range r)
{
	return r.base + r.size <= 1ull << dma.s2.pt.bits;
}

int dma_place(const struct region *r)
{
	struct s2_attr attr;

	if (!dma.on || !dma_attr(r, &attr) || !dma_in_range(region_ipa(r)) ||
	    !dma_in_range(region_pa(r)))
		return 0;
	return stage2_map(&dma.s2, r->ipa, r->pa, r->size, attr);
}

/* It has leaves of its own: this splits none, and cannot fail. */
void dma_unplace(const struct region *r)
{
	if (dma.on && dma_in_range(region_ipa(r)))
		stage2_unmap(&dma.s2, r->ipa, r->size);
}

#define ADDRESS	BIT(0)	/* the third doubleword is the address that was used */
#define NOBODY	BIT(1)	/* there is no entry for the stream, or not one that the SMMU takes */

/* Why the SMMU stopped a transaction, by the event's type (Arm IHI 0070 7.3). */
static const struct reason {
	u8 type;
	u8 says;
	char name[20];
	char why[52];
} reasons[] = {
	{ 0x02, NOBODY, "C_BAD_STREAMID", "no device of the guest's has this stream" },
	{ 0x03, 0, "F_STE_FETCH", "the stream table cannot be read" },
	{ 0x04, NOBODY, "C_BAD_STE", "no device of the guest's has this stream" },
	{ 0x05, ADDRESS, "F_BAD_ATS_TREQ", "address translation services are not the guest's" },
	{ 0x07, ADDRESS, "F_TRANSL_FORBIDDEN", "address translation services are not the guest's" },
	{ 0x08, 0, "C_BAD_SUBSTREAMID", "process address spaces are not the guest's" },
	{ 0x0b, ADDRESS, "F_WALK_EABT", "the tables cannot be read" },
	{ 0x10, ADDRESS, "F_TRANSLATION", "not for DMA" },
	{ 0x11, ADDRESS, "F_ADDR_SIZE", "beyond the address size" },
	{ 0x12, ADDRESS, "F_ACCESS", "not for DMA" },
	{ 0x13, ADDRESS, "F_PERMISSION", "not permitted" },
};

static const struct reason *reason_of(u8 type)
{
	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].type == type)
			return &reasons[i];
	return NULL;
}

static const struct dma_streams *find_streams(unsigned smmu, u32 stream)
{
	for (unsigned i = 0; i < dma.nr_streams; i++) {
		const struct dma_streams *s = &dma.streams[i];

		if (s->smmu == smmu && stream >= s->first && stream - s->first < s->nr)
			return s;
	}
	return NULL;
}

/* "pcie@10000000 00:02.0", a node, or the stream's number alone. */
static void who_text(char *buf, size_t size, unsigned smmu, u32 stream)
{
	const struct dma_streams *s = find_streams(smmu, stream);
	u32 id = s ? stream - s->first + s->requester : 0;

	if (!s)
		format(buf, size, "stream %#x of %s", stream, dma.smmu[smmu].name);
	else if (s->pci)
		format(buf, size, "%s %02x:%02x.%u (stream %#x)", s->name, id >> 8 & 0xff,
		       id >> 3 & 31, id & 7, stream);
	else
		format(buf, size, "%s (stream %#x)", s->name, stream);
}

void dma_event_text(char *buf, size_t size, unsigned smmu, const u64 event[4])
{
	const struct reason *r = reason_of(EVENT_TYPE(event));
	bool known = find_streams(smmu, EVENT_STREAM(event));
	char who[96];

	who_text(who, sizeof(who), smmu, EVENT_STREAM(event));
	if (!r)
		format(buf, size, "mavis: DMA by %s: event %#x, %#lx", who, EVENT_TYPE(event),
		       (unsigned long)event[2]);
	else if (r->says & ADDRESS)
		format(buf, size, "mavis: DMA by %s, %s %#lx: %s; aborted (%s)", who,
		       event[1] & EVENT_READ ? "read of" : "write to", (unsigned long)event[2],
		       r->why, r->name);
	else
		format(buf, size, "mavis: DMA by %s: %s; aborted (%s)", who,
		       r->says & NOBODY && known ? "the SMMU refuses the stream's entry" : r->why,
		       r->name);
}

/* The same stream did the same to the same page: one transfer makes many. */
static bool alike(const u64 a[4], const u64 b[4])
{
	return a[0] == b[0] && !((a[1] ^ b[1]) & EVENT_READ) &&
	       a[2] >> PAGE_SHIFT == b[2] >> PAGE_SHIFT;
}

static void say_event(unsigned smmu, const u64 event[4])
{
	char text[224];

	if (!trap_may_print())
		return;
	dma_event_text(text, sizeof(text), smmu, event);
	print("%s\n", text);
}

static void say_trouble(const struct smmu *s, bool lost, u32 errors)
{
	if (lost && trap_may_print())
		print("mavis: %s: more DMA was stopped than it could tell of\n", s->name);
	if (errors && trap_may_print())
		print("mavis: %s: GERROR %#x%s\n", s->name, errors,
		      errors & GERROR_SFM ? ": it has failed, and all DMA behind it aborts" : "");
}

/* Guards what is consumed. Not held while printing: the UART is slow. */
static struct lock news_lock;

static void poll(unsigned smmu)
{
	struct smmu *s = &dma.smmu[smmu];
	u64 last[4] = { 0 }, event[4];
	bool lost, more;
	u32 errors;

	if (!smmu_has_news(s))
		return;
	/* As many as the queue holds: a device could make new ones all the time. */
	for (u32 i = 0; i < 1u << s->log2_events; i++) {
		lock(&news_lock);
		more = smmu_next_event(s, event);
		unlock(&news_lock);
		if (!more)
			break;
		if (!i || !alike(event, last))
			say_event(smmu, event);
		memcpy(last, event, sizeof(last));
	}
	lock(&news_lock);
	lost = smmu_lost_events(s);
	errors = smmu_errors(s);
	unlock(&news_lock);
	say_trouble(s, lost, errors);
}

void dma_poll(void)
{
	for (unsigned i = 0; i < dma.nr; i++)
		poll(i);
}
