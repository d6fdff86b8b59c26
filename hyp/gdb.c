/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/gdb.h"

#include <string.h>

#define NR(g)		(GDB_CORE + (g)->target->nr_names)

/* Errno as gdb shows it; gdb knows "any error" by the E. */
#define NO_SUCH_REGISTER	"E01"
#define MALFORMED		"E16"
#define NO_MEMORY		"E0e"
#define NOT_HERE		"E5f"

static const char digits[] = "0123456789abcdef";

static int from_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* --- Answers --- */

static void put(struct gdb *g, char c)
{
	if (g->out_len < sizeof(g->out))
		g->out[g->out_len++] = c;
}

static void put_text(struct gdb *g, const char *text)
{
	while (*text)
		put(g, *text++);
}

static void put_byte(struct gdb *g, u8 byte)
{
	put(g, digits[byte >> 4]);
	put(g, digits[byte & 15]);
}

static unsigned reg_bytes(unsigned n)
{
	return n == GDB_CPSR ? 4 : 8;
}

static void put_reg(struct gdb *g, unsigned n)
{
	u64 val = g->target->reg(n);

	for (unsigned i = 0; i < reg_bytes(n); i++)
		put_byte(g, (u8)(val >> 8 * i));
}

static void send(struct gdb *g)
{
	u8 sum = 0;

	g->target->put('$');
	for (unsigned i = 0; i < g->out_len; i++) {
		g->target->put(g->out[i]);
		sum += (u8)g->out[i];
	}
	g->target->put('#');
	g->target->put(digits[sum >> 4]);
	g->target->put(digits[sum & 15]);
}

/* --- What a packet says --- */

/* A number of 1 to 16 digits at *at, which then is behind it. */
static bool number(const char **at, u64 *val)
{
	unsigned nr = 0;

	for (*val = 0; from_hex(**at) >= 0; nr++, ++*at) {
		if (nr == 16)
			return false;
		*val = *val << 4 | (u64)from_hex(**at);
	}
	return nr;
}

static bool is(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

/* @len bytes, two digits each; the packet's end is no digit. */
static bool bytes(const char **at, u8 *buf, unsigned len)
{
	for (unsigned i = 0; i < len; i++, *at += 2) {
		int high = from_hex((*at)[0]), low = high < 0 ? -1 : from_hex((*at)[1]);

		if (low < 0)
			return false;
		buf[i] = (u8)(high << 4 | low);
	}
	return true;
}

/* A register as put_reg() has it. */
static bool value(const char **at, unsigned n, u64 *val)
{
	u8 buf[8] = { 0 };

	if (!bytes(at, buf, reg_bytes(n)))
		return false;
	*val = 0;
	for (unsigned i = 8; i--;)
		*val = *val << 8 | buf[i];
	return true;
}

/* "addr,len", memory that does not wrap around. */
static bool place(const char **at, u64 *addr, u64 *len)
{
	return number(at, addr) && is(at, ',') && number(at, len) && *addr + *len >= *addr;
}

/* --- Packets --- */

static void read_all(struct gdb *g)
{
	for (unsigned n = 0; n < GDB_CORE; n++)
		put_reg(g, n);
}

/* None is written unless the packet is whole. */
static void write_all(struct gdb *g, const char *at)
{
	const char *again = at;
	u64 val;

	for (unsigned n = 0; n < GDB_CORE; n++)
		if (!value(&at, n, &val))
			return put_text(g, MALFORMED);
	for (unsigned n = 0; n < GDB_CORE; n++)
		if (!value(&again, n, &val) ||
		    (val != g->target->reg(n) && !g->target->set_reg(n, val)))
			return put_text(g, NO_SUCH_REGISTER);
	put_text(g, "OK");
}

static void read_one(struct gdb *g, const char *at)
{
	u64 n;

	if (!number(&at, &n) || *at)
		put_text(g, MALFORMED);
	else if (n >= NR(g))
		put_text(g, NO_SUCH_REGISTER);
	else
		put_reg(g, (unsigned)n);
}

static void write_one(struct gdb *g, const char *at)
{
	u64 n, val;

	if (!number(&at, &n) || !is(&at, '='))
		put_text(g, MALFORMED);
	else if (n >= NR(g))
		put_text(g, NO_SUCH_REGISTER);
	else if (!value(&at, (unsigned)n, &val) || *at)
		put_text(g, MALFORMED);
	else
		put_text(g, g->target->set_reg((unsigned)n, val) ? "OK" : NO_SUCH_REGISTER);
}

static void read_memory(struct gdb *g, const char *at)
{
	u8 buf[GDB_PACKET / 2];
	unsigned nr;
	u64 addr, len;

	if (!place(&at, &addr, &len) || *at)
		return put_text(g, MALFORMED);
	nr = g->target->read(addr, buf, (unsigned)MIN(len, sizeof(buf)));
	if (!nr && len)
		return put_text(g, NO_MEMORY);
	for (unsigned i = 0; i < nr; i++)
		put_byte(g, buf[i]);
}

static void write_memory(struct gdb *g, const char *at)
{
	u8 buf[GDB_PACKET / 2];
	u64 addr, len;

	if (!place(&at, &addr, &len) || !is(&at, ':') || len > sizeof(buf) ||
	    !bytes(&at, buf, (unsigned)len) || *at)
		return put_text(g, MALFORMED);
	put_text(g, g->target->write(addr, buf, (unsigned)len) ? "OK" : NO_MEMORY);
}

/* A part of a longer text: what lies in [from, to) is put. */
struct part {
	struct gdb *g;
	u64 at, from, to;
};

static void add(struct part *p, const char *text)
{
	for (; *text; text++, p->at++)
		if (p->at >= p->from && p->at < p->to)
			put(p->g, *text);
}

static void add_reg(struct part *p, const char *name, const char *bits)
{
	add(p, "<reg name=\"");
	add(p, name);
	add(p, "\" bitsize=\"");
	add(p, bits);
	add(p, "\"/>");
}

static void add_target(struct part *p)
{
	char x[] = "x00";

	add(p, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\"><architecture>aarch64</architecture><feature name=\"org.gnu.gdb.aarch64.core\">");
	for (unsigned n = 0; n < GDB_SP; n++) {
		x[1] = (char)('0' + (n < 10 ? n : n / 10));
		x[2] = (char)(n < 10 ? '\0' : '0' + n % 10);
		add_reg(p, x, "64");
	}
	add_reg(p, "sp", "64");
	add_reg(p, "pc", "64");
	add_reg(p, "cpsr", "32");
	add(p, "</feature><feature name=\"mavis.system\">");
	for (unsigned n = 0; n < p->g->target->nr_names; n++)
		add_reg(p, p->g->target->names[n], "64");
	add(p, "</feature></target>");
}

static void describe(struct gdb *g, const char *at)
{
	struct part p = { .g = g };
	u64 len;

	if (!place(&at, &p.from, &len) || *at)
		return put_text(g, MALFORMED);
	p.to = p.from + MIN(len, GDB_PACKET - 1);
	put(g, 'm');
	add_target(&p);
	if (p.at <= p.to)
		g->out[0] = 'l';
}

/* Packets of several letters; what follows them is theirs. */
static const struct {
	char name[32];
	char answer[60];
	void (*run)(struct gdb *g, const char *rest);
} queries[] = {
	{ "qSupported", "PacketSize=400;QStartNoAckMode+;qXfer:features:read+", NULL },
	{ "qXfer:features:read:target.xml:", "", describe },
	{ "qAttached", "1", NULL },
	{ "qC", "QC1", NULL },
	{ "qfThreadInfo", "m1", NULL },
	{ "qsThreadInfo", "l", NULL },
	{ "vCont?", "vCont;c;C", NULL },
};

static void query(struct gdb *g)
{
	for (unsigned i = 0; i < ARRAY_SIZE(queries); i++) {
		size_t len = strlen(queries[i].name);

		if (strncmp(g->in, queries[i].name, len))
			continue;
		put_text(g, queries[i].answer);
		if (queries[i].run)
			queries[i].run(g, g->in + len);
		return;
	}
}

/* Those that leave the target stopped; what is not known has an empty answer. */
static void answer(struct gdb *g)
{
	const char *rest = g->in + 1;

	switch (g->in[0]) {
	case '?':
		return put_text(g, "T05thread:1;");
	case 'g':
		return read_all(g);
	case 'G':
		return write_all(g, rest);
	case 'p':
		return read_one(g, rest);
	case 'P':
		return write_one(g, rest);
	case 'm':
		return read_memory(g, rest);
	case 'M':
		return write_memory(g, rest);
	case 'H':				/* there is one thread */
	case 'T':
		return put_text(g, "OK");
	case 's':				/* and with an empty one gdb would try others */
	case 'S':
	case 'Z':
	case 'z':
		return put_text(g, NOT_HERE);
	case 'q':
	case 'v':
		return query(g);
	}
}

/* Where it is to go on, if the packet says so: "caddr", "Csignal;addr". */
static enum gdb_wish go_on(struct gdb *g)
{
	const char *at = g->in + 1;
	u64 val;

	if (g->in[0] == 'C' && !(number(&at, &val) && (!*at || is(&at, ';')))) {
		put_text(g, MALFORMED);
		return GDB_MORE;
	}
	if (*at && (!number(&at, &val) || *at || !g->target->set_reg(GDB_PC, val))) {
		put_text(g, MALFORMED);
		return GDB_MORE;
	}
	g->waits = true;
	return GDB_CONTINUE;
}

static enum gdb_wish wish(struct gdb *g)
{
	switch (g->in[0]) {
	case 'c':
	case 'C':
		return go_on(g);
	case 'D':
		put_text(g, "OK");
		return GDB_DETACH;
	case 'k':
		return GDB_KILL;
	}
	if (!strncmp(g->in, "vCont;c", 7) || !strncmp(g->in, "vCont;C", 7)) {
		g->waits = true;
		return GDB_CONTINUE;
	}
	if (!strncmp(g->in, "vKill", 5)) {
		put_text(g, "OK");
		return GDB_KILL;
	}
	answer(g);
	return GDB_MORE;
}

static enum gdb_wish packet(struct gdb *g)
{
	enum gdb_wish w = GDB_MORE;

	g->out_len = 0;
	/* With this a gdb begins, and it expects acknowledgements, if the last one did or not. */
	if (g->no_ack && !strncmp(g->in, "qSupported", 10)) {
		g->no_ack = false;
		g->target->put('+');
	}
	if (g->in_len > GDB_PACKET) {
		put_text(g, MALFORMED);
	} else if (!strcmp(g->in, "QStartNoAckMode")) {
		g->no_ack = true;
		put_text(g, "OK");
	} else {
		w = wish(g);
	}
	/* A target that goes on answers when it stops, and one that is killed never does. */
	if (w == GDB_MORE || g->out_len)
		send(g);
	if (w == GDB_DETACH || w == GDB_KILL)
		g->no_ack = g->waits = false;
	return w;
}

/* --- Bytes --- */

static enum gdb_wish idle(struct gdb *g, u8 c)
{
	if (c == '$') {
		g->state = GDB_DATA;
		g->sum = 0;
		g->in_len = 0;
	} else if (c == '-' && !g->no_ack) {
		send(g);
	}
	return GDB_MORE;
}

static void data(struct gdb *g, u8 c)
{
	if (c == '#') {
		g->state = GDB_SUM;
		return;
	}
	g->sum += c;
	if (g->in_len < GDB_PACKET)
		g->in[g->in_len] = (char)c;
	g->in_len = MIN(g->in_len + 1, GDB_PACKET + 1u);
}

static enum gdb_wish summed(struct gdb *g, int low)
{
	bool right = g->high < 16 && low >= 0 && (g->high << 4 | low) == g->sum;

	g->state = GDB_IDLE;
	g->in[MIN(g->in_len, GDB_PACKET + 0u)] = '\0';
	if (!g->no_ack)
		g->target->put(right ? '+' : '-');
	return right ? packet(g) : GDB_MORE;
}

enum gdb_wish gdb_take(struct gdb *g, u8 c)
{
	/* It is in no packet: another one begins. */
	if (g->state != GDB_IDLE && c == '$')
		g->state = GDB_IDLE;
	switch (g->state) {
	case GDB_IDLE:
		return idle(g, c);
	case GDB_DATA:
		data(g, c);
		return GDB_MORE;
	case GDB_SUM:
		g->high = (u8)from_hex((char)c);
		g->state = GDB_SUM_LOW;
		return GDB_MORE;
	default:
		return summed(g, from_hex((char)c));
	}
}

void gdb_init(struct gdb *g, const struct gdb_target *target)
{
	*g = (struct gdb){ .target = target };
}

static void tell(struct gdb *g, const char *text)
{
	if (!g->waits)
		return;
	g->waits = false;
	g->out_len = 0;
	put_text(g, text);
	send(g);
}

void gdb_stopped(struct gdb *g)
{
	tell(g, "T05thread:1;");
}

void gdb_gone(struct gdb *g)
{
	tell(g, "W00");
}
