/* SPDX-License-Identifier: Apache-2.0 */
/* gdb's packets, from outside: what is written on the wire, what comes back, what has changed. */
#include "hyp/gdb.h"
#include "tests/unit/test.h"

#define MEMORY	0x1000ul
#define NAMES	2

static struct gdb gdb;
static u64 regs[GDB_CORE + NAMES];
static u8 memory[64];
static char wire[4096];
static unsigned nr_wire;

static void put(char c)
{
	assert_true(nr_wire < sizeof(wire) - 1);
	wire[nr_wire++] = c;
	wire[nr_wire] = '\0';
}

/* Asked for no more than a packet holds, and never for what wraps. */
static unsigned in_memory(u64 addr, unsigned len)
{
	assert_true(addr + len >= addr && len <= GDB_PACKET / 2);
	if (addr - MEMORY >= sizeof(memory))
		return 0;
	return MIN(len, (unsigned)(MEMORY + sizeof(memory) - addr));
}

static unsigned target_read(u64 addr, u8 *buf, unsigned len)
{
	unsigned nr = in_memory(addr, len);

	if (nr)
		memcpy(buf, memory + (addr - MEMORY), nr);
	return nr;
}

static bool target_write(u64 addr, const u8 *buf, unsigned len)
{
	if (in_memory(addr, len) != len)
		return false;
	memcpy(memory + (addr - MEMORY), buf, len);
	return true;
}

static u64 reg(unsigned n)
{
	assert_true(n < ARRAY_SIZE(regs));
	return regs[n];
}

static bool set_reg(unsigned n, u64 val)
{
	assert_true(n < ARRAY_SIZE(regs));
	if (n >= GDB_CORE || (n == GDB_CPSR && val & 8))
		return false;
	regs[n] = val;
	return true;
}

static const char names[NAMES][GDB_NAME] = { "ESR_EL2", "TTBR0_EL1" };

static const struct gdb_target target = {
	.read = target_read, .write = target_write, .reg = reg, .set_reg = set_reg, .put = put,
	.names = names, .nr_names = NAMES,
};

static int setup(void **state)
{
	(void)state;
	gdb_init(&gdb, &target);
	for (unsigned i = 0; i < ARRAY_SIZE(regs); i++)
		regs[i] = 0x1122334455667700 + i;
	for (unsigned i = 0; i < sizeof(memory); i++)
		memory[i] = (u8)(0xa0 + i);
	nr_wire = 0;
	wire[0] = '\0';
	return 0;
}

static enum gdb_wish raw(const char *text)
{
	enum gdb_wish wish = GDB_MORE;

	nr_wire = 0;
	wire[0] = '\0';
	while (*text) {
		assert_int_equal(wish, GDB_MORE);
		wish = gdb_take(&gdb, (u8)*text++);
	}
	return wish;
}

static enum gdb_wish say(const char *packet)
{
	static char text[3 * GDB_PACKET];
	u8 sum = 0;

	for (const char *p = packet; *p; p++)
		sum += (u8)*p;
	snprintf(text, sizeof(text), "$%s#%02x", packet, sum);
	return raw(text);
}

/* The answer, which is framed and summed as it must be, and acknowledged or not. */
static const char *answer(bool acked)
{
	static char text[GDB_PACKET + 1];
	char *start = wire + acked, *end = strrchr(wire, '#');
	unsigned sum = 0;

	if (acked)
		assert_int_equal(wire[0], '+');
	assert_int_equal(*start, '$');
	assert_non_null(end);
	assert_int_equal(strlen(end), 3);
	assert_true(end - start - 1 <= GDB_PACKET);
	for (const char *p = start + 1; p < end; p++)
		sum += (u8)*p;
	assert_int_equal(strtoul(end + 1, NULL, 16), sum & 0xff);
	snprintf(text, sizeof(text), "%.*s", (int)(end - start - 1), start + 1);
	return text;
}

static const char *ask(const char *packet)
{
	assert_int_equal(say(packet), GDB_MORE);
	return answer(true);
}

static void registers_are_read_in_gdbs_order(void **state)
{
	const char *said = ask("g");

	(void)state;
	assert_int_equal(strlen(said), 33 * 16 + 8);
	assert_memory_equal(said, "0077665544332211" "0177665544332211", 32);
	assert_string_equal(said + 33 * 16, "21776655");
	assert_string_equal(ask("p21"), "21776655");
	assert_string_equal(ask("p1e"), "1e77665544332211");
	assert_string_equal(ask("p23"), "2377665544332211");
	assert_string_equal(ask("p24"), "E01");
	assert_string_equal(ask("p"), "E16");
	assert_string_equal(ask("p11111111111111111"), "E16");
	assert_string_equal(ask("pffffffffffffffff"), "E01");
}

static void registers_are_written_one_by_one_or_all_at_once(void **state)
{
	static char all[2 + 33 * 16 + 8];

	(void)state;
	assert_string_equal(ask("P2=0102030405060708"), "OK");
	assert_true(regs[2] == 0x0807060504030201);
	assert_string_equal(ask("P21=05000000"), "OK");
	assert_true(regs[GDB_CPSR] == 5);
	assert_string_equal(ask("P21=09000000"), "E01");
	assert_string_equal(ask("P22=0000000000000000"), "E01");
	assert_string_equal(ask("P2=01020304050607"), "E16");
	assert_string_equal(ask("P2=010203040506070809"), "E16");
	assert_string_equal(ask("P2=010203040506070g"), "E16");
	assert_string_equal(ask("P2"), "E16");
	assert_true(regs[2] == 0x0807060504030201 && regs[GDB_CPSR] == 5);

	memset(all, '1', sizeof(all) - 1);
	all[0] = 'G';
	assert_string_equal(ask(all), "OK");
	for (unsigned i = 0; i < GDB_CPSR; i++)
		assert_true(regs[i] == 0x1111111111111111);
	assert_true(regs[GDB_CPSR] == 0x11111111);
	all[sizeof(all) - 2] = '\0';		/* cut short */
	memset(all + 1, '2', 16);
	assert_string_equal(ask(all), "E16");
	assert_true(regs[0] == 0x1111111111111111);
}

static void memory_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	assert_string_equal(ask("m1000,4"), "a0a1a2a3");
	assert_string_equal(ask("m103e,8"), "dedf");
	assert_string_equal(ask("m1040,1"), "E0e");
	assert_string_equal(ask("mffffffffffffffff,1"), "E16");
	assert_string_equal(ask("mfffffffffffffffe,1"), "E0e");
	assert_string_equal(ask("m1000,ffffffffffffffff"), "E16");
	assert_int_equal(strlen(ask("m1000,fffffffffffff")), 2 * sizeof(memory));
	assert_string_equal(ask("m1000"), "E16");
	assert_string_equal(ask("m1000,"), "E16");
	assert_string_equal(ask("m,4"), "E16");
	assert_string_equal(ask("m1000,4:"), "E16");
	assert_string_equal(ask("m1000,0"), "");
}

static void memory_is_written_if_the_packet_is_whole(void **state)
{
	(void)state;
	assert_string_equal(ask("M1001,2:C0fF"), "OK");
	assert_memory_equal(memory, "\xa0\xc0\xff\xa3", 4);
	assert_string_equal(ask("M1000,2:00"), "E16");
	assert_string_equal(ask("M1000,1:0000"), "E16");
	assert_string_equal(ask("M1000,1:0"), "E16");
	assert_string_equal(ask("M1000,1"), "E16");
	assert_string_equal(ask("M1000,ffffffff:00"), "E16");
	assert_string_equal(ask("M103f,2:0000"), "E0e");
	assert_memory_equal(memory, "\xa0\xc0\xff\xa3", 4);
	assert_int_equal(memory[63], 0xdf);
}

static void a_description_comes_in_parts(void **state)
{
	static char xml[8192];
	char packet[64];
	size_t len = 0;

	(void)state;
	do {
		snprintf(packet, sizeof(packet), "qXfer:features:read:target.xml:%zx,64", len);
		assert_true(len < sizeof(xml) - 200);
		strcpy(xml + len, ask(packet) + 1);
		len += strlen(xml + len);
	} while (answer(true)[0] == 'm');
	assert_int_equal(answer(true)[0], 'l');
	assert_non_null(strstr(xml, "\"org.gnu.gdb.aarch64.core\"><reg name=\"x0\" bitsize=\"64\"/>"));
	assert_non_null(strstr(xml, "<reg name=\"x30\" bitsize=\"64\"/><reg name=\"sp\" bitsize=\"64\"/>"));
	assert_non_null(strstr(xml, "<reg name=\"TTBR0_EL1\" bitsize=\"64\"/></feature></target>"));
	assert_string_equal(xml + strlen(xml) - 9, "</target>");

	/* In one piece, as far as a packet goes; beyond the end; nonsense. */
	say("qXfer:features:read:target.xml:0,ffff");
	assert_int_equal(strlen(answer(true)), GDB_PACKET);
	assert_memory_equal(answer(true) + 1, xml, GDB_PACKET - 1);
	assert_string_equal(ask("qXfer:features:read:target.xml:ffff,10"), "l");
	assert_string_equal(ask("qXfer:features:read:target.xml:0"), "E16");
	assert_string_equal(ask("qXfer:features:read:other.xml:0,10"), "");
}

static void what_is_not_known_has_an_empty_answer(void **state)
{
	(void)state;
	assert_string_equal(ask("vMustReplyEmpty"), "");
	assert_string_equal(ask("qTStatus"), "");
	assert_string_equal(ask(""), "");
	assert_string_equal(ask("!"), "");
	assert_string_equal(ask("?"), "T05thread:1;");
	assert_string_equal(ask("Hg0"), "OK");
	assert_string_equal(ask("Z0,1000,4"), "E5f");
	assert_string_equal(ask("s"), "E5f");
}

static void the_ways_to_end_the_stop(void **state)
{
	(void)state;
	assert_int_equal(say("c"), GDB_CONTINUE);
	assert_string_equal(wire, "+");
	nr_wire = 0;
	gdb_stopped(&gdb);
	assert_string_equal(answer(false), "T05thread:1;");
	nr_wire = 0;
	wire[0] = '\0';
	gdb_stopped(&gdb);
	assert_string_equal(wire, "");		/* it has been told */

	assert_int_equal(say("c2000"), GDB_CONTINUE);
	assert_true(regs[GDB_PC] == 0x2000);
	assert_int_equal(say("C05"), GDB_CONTINUE);
	assert_int_equal(say("C05;3000"), GDB_CONTINUE);
	assert_true(regs[GDB_PC] == 0x3000);
	assert_int_equal(say("vCont;c"), GDB_CONTINUE);
	nr_wire = 0;
	gdb_gone(&gdb);
	assert_string_equal(answer(false), "W00");
	assert_string_equal(ask("cx"), "E16");
	assert_string_equal(ask("C"), "E16");

	assert_int_equal(say("D"), GDB_DETACH);
	assert_string_equal(answer(true), "OK");
	nr_wire = 0;
	wire[0] = '\0';
	gdb_stopped(&gdb);
	assert_string_equal(wire, "");
	assert_int_equal(say("k"), GDB_KILL);
	assert_string_equal(wire, "+");
	assert_int_equal(say("vKill;1"), GDB_KILL);
	assert_string_equal(answer(true), "OK");
}

static void a_wrong_checksum_is_asked_for_again(void **state)
{
	(void)state;
	assert_int_equal(raw("$g#00"), GDB_MORE);
	assert_string_equal(wire, "-");
	assert_int_equal(raw("$k#zz"), GDB_MORE);
	assert_string_equal(wire, "-");
	assert_int_equal(raw("$k#6z"), GDB_MORE);
	assert_string_equal(wire, "-");
	assert_int_equal(raw("$k$?#3f"), GDB_MORE);	/* one that was cut off */
	assert_string_equal(answer(true), "T05thread:1;");
	assert_int_equal(raw("$k#6$?#3f"), GDB_MORE);
	assert_string_equal(answer(true), "T05thread:1;");
	raw("-");
	assert_string_equal(answer(false), "T05thread:1;");
	assert_int_equal(raw("noise+\x03\xff#00"), GDB_MORE);
	assert_string_equal(wire, "");
}

static void acknowledgements_end_when_gdb_wishes(void **state)
{
	(void)state;
	assert_string_equal(ask("QStartNoAckMode"), "OK");
	say("?");
	assert_string_equal(answer(false), "T05thread:1;");
	raw("$?#00");
	assert_string_equal(wire, "");
	raw("-");
	assert_string_equal(wire, "");
	/* One that has gone without a word; the next. */
	say("qSupported:xmlRegisters=i386");
	assert_memory_equal(answer(true), "PacketSize=400;", 15);
	assert_string_equal(ask("QStartNoAckMode"), "OK");
	say("D");
	assert_string_equal(answer(false), "OK");
	assert_string_equal(ask("?"), "T05thread:1;");	/* the next gdb */
}

static void a_packet_that_is_too_long_is_refused(void **state)
{
	static char text[3 * GDB_PACKET];

	(void)state;
	memset(text, '0', GDB_PACKET + 1);
	memcpy(text, "M1000,2:", 8);
	assert_string_equal(ask(text), "E16");
	memset(text, '0', sizeof(text) - 100);
	text[0] = 'k';
	assert_string_equal(ask(text), "E16");
	text[GDB_PACKET] = '\0';
	text[0] = 'g';
	assert_int_equal(strlen(ask(text)), 33 * 16 + 8);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(registers_are_read_in_gdbs_order),
		TEST(registers_are_written_one_by_one_or_all_at_once),
		TEST(memory_is_read_as_far_as_it_goes),
		TEST(memory_is_written_if_the_packet_is_whole),
		TEST(a_description_comes_in_parts),
		TEST(what_is_not_known_has_an_empty_answer),
		TEST(the_ways_to_end_the_stop),
		TEST(a_wrong_checksum_is_asked_for_again),
		TEST(acknowledgements_end_when_gdb_wishes),
		TEST(a_packet_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
