/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console: what its log ring holds, byte by byte, and what of it a UART gets, and when. The
 * model beside it has all that was ever printed, in one piece.
 */
#define print	console_print		/* the tests' machine has one of its own */
#include "drivers/console.c"

#include "tests/unit/test.h"

#define SIZE	sizeof(mavis_log.text)
#define LONGEST	511			/* of what one print() says */

static char printed[64 * SIZE], heard[64 * SIZE];
static size_t nr_printed, nr_heard;
static size_t base;			/* characters that were printed before the test */
static unsigned drained, held;		/* held: pieces that the UART got with the lock taken */
static void (*on_write)(void);		/* what happens when the UART gets the next piece */
static const struct uart uart = { .kind = UART_PL011, .base = 0x9000000 };

unsigned io_nr_dead, io_nr_said;

static bool is_held(void)
{
	return console_lock.next != console_lock.owner;
}

void uart_write(const struct uart *to, const char *text, size_t len)
{
	void (*first)(void) = on_write;

	assert_memory_equal(to, &uart, sizeof(uart));
	assert_true(text >= mavis_log.text && text + len <= mavis_log.text + SIZE);
	held += is_held();
	on_write = NULL;
	if (first)
		first();
	assert_true(nr_heard + len <= sizeof(heard));
	memcpy(heard + nr_heard, text, len);
	nr_heard += len;
}

void uart_drain(const struct uart *to)
{
	assert_memory_equal(to, &uart, sizeof(uart));
	drained++;
}

static int setup(void **state)
{
	(void)state;
	memset(&mavis_log, 0, sizeof(mavis_log));
	memset(&console, 0, sizeof(console));
	memset(&console_lock, 0, sizeof(console_lock));
	shared = false;
	voice = HELD;
	said = 0;
	nr_printed = nr_heard = base = 0;
	drained = held = io_nr_dead = io_nr_said = 0;
	on_write = NULL;
	return 0;
}

static void expect(const char *text, size_t len)
{
	assert_true(nr_printed + len <= sizeof(printed));
	memcpy(printed + nr_printed, text, len);
	nr_printed += len;
}

static void say_text(const char *text)
{
	print("%s", text);
	expect(text, MIN(strlen(text), (size_t)LONGEST));
}

/* @len characters, no two neighbours alike, and others the next time. */
static const char *line(size_t len)
{
	static char text[3 * SIZE];
	static unsigned next;

	assert_true(len < sizeof(text));
	for (size_t i = 0; i < len; i++, next++)
		text[i] = (char)('!' + next % 89);
	text[len] = '\0';
	return text;
}

static void say_so_many(size_t len)
{
	for (; len > LONGEST; len -= LONGEST)
		say_text(line(LONGEST));
	say_text(line(len));
}

/* Character n is at n % SIZE, as a debugger reads it; what never was written is 0. */
static void assert_ring(void)
{
	u64 head = base + nr_printed;

	assert_int_equal(mavis_log.head, head);
	for (u64 n = head - MIN(nr_printed, SIZE); n < head; n++)
		if (mavis_log.text[n % SIZE] != printed[n - base])
			fail_msg("character %lu of %lu: '%c' instead of '%c'", n, head,
				 mavis_log.text[n % SIZE], printed[n - base]);
	for (u64 n = head; n < base + SIZE; n++)
		if (mavis_log.text[n % SIZE])
			fail_msg("'%c' behind the last, %lu", mavis_log.text[n % SIZE], head);
}

/* The UART has had all that was printed from @first on. */
static void assert_heard(size_t first)
{
	assert_int_equal(nr_heard, nr_printed - first);
	assert_memory_equal(heard, printed + first, nr_heard);
	assert_int_equal(said, mavis_log.head);
}

static void what_is_printed_is_kept(void **state)
{
	(void)state;
	assert_ring();
	print("%s %d\n", "one", 1);
	expect("one 1\n", 6);
	assert_ring();
	print("%s", "");
	assert_ring();
	say_text("two\n");
	assert_ring();
}

static void the_ring_fills_to_its_last_byte(void **state)
{
	(void)state;
	say_so_many(SIZE - 1);
	assert_ring();
	assert_int_equal(mavis_log.text[SIZE - 1], 0);
	say_text("Z");
	assert_ring();
	assert_int_equal(mavis_log.text[SIZE - 1], 'Z');
	say_text("A");
	assert_ring();
	assert_int_equal(mavis_log.text[0], 'A');
	assert_int_equal(mavis_log.text[SIZE - 1], 'Z');
}

/* A line across the end, cut at each of its places. */
static void a_line_goes_on_at_the_start(void **state)
{
	for (size_t before = 1; before < 40; before++) {
		setup(state);
		say_so_many(SIZE - before);
		say_text("0123456789abcdefghijklmnopqrstuvwxyzABCD");
		assert_ring();
		assert_int_equal(mavis_log.text[0], printed[SIZE]);
	}
}

static void after_many_rounds_the_last_is_there_in_order(void **state)
{
	(void)state;
	for (size_t len = 1; nr_printed < 40 * SIZE; len = (len * 7 + 3) % (LONGEST + 1)) {
		say_text(line(len));
		assert_ring();
	}
}

/* Some 4 GiB later. */
static void the_count_has_64_bits(void **state)
{
	(void)state;
	base = (1ul << 32) - 100;
	mavis_log.head = said = base;
	console_open(&uart);
	console_decide(false);
	say_so_many(SIZE);
	assert_int_equal(mavis_log.head, base + SIZE);
	assert_ring();
	assert_heard(0);
}

static void of_a_line_that_is_too_long_the_start_is_kept(void **state)
{
	(void)state;
	for (size_t len = LONGEST - 1; len < LONGEST + 3; len++) {
		say_text(line(len));
		assert_ring();
	}
	say_text(line(2 * SIZE));
	assert_int_equal(nr_printed, LONGEST - 1 + 4 * LONGEST);
	assert_ring();
}

/* No print() has so much, and keep() does not rely on that. */
static void of_more_than_the_ring_the_end_is_kept(void **state)
{
	static const size_t lens[] = { SIZE, SIZE + 1, 2 * SIZE, 2 * SIZE + 77 };

	for (unsigned i = 0; i < ARRAY_SIZE(lens); i++)
		for (size_t at = 0; at < 3; at++) {
			const char *text;

			setup(state);
			if (at)
				say_so_many(at * 1000);
			text = line(lens[i]);
			keep(text, lens[i]);
			expect(text, lens[i]);
			assert_ring();
		}
}

/* Whichever of the two comes last. */
static void all_waits_for_a_uart_and_for_the_decision(void **state)
{
	for (unsigned uart_first = 0; uart_first < 2; uart_first++) {
		setup(state);
		say_text("one\n");
		if (uart_first)
			console_open(&uart);
		else
			console_decide(false);
		say_text("two\n");
		assert_int_equal(nr_heard, 0);
		if (uart_first)
			console_decide(false);
		else
			console_open(&uart);
		assert_heard(0);
		say_text("three\n");
		assert_heard(0);
		assert_ring();
	}
}

/* ... as far as the ring still has it: to the byte. */
static void what_waited_too_long_is_left_out(void **state)
{
	static const size_t lens[] = { SIZE - 1, SIZE, SIZE + 1, SIZE + 600, 3 * SIZE + 5 };

	for (unsigned i = 0; i < ARRAY_SIZE(lens); i++) {
		setup(state);
		say_so_many(lens[i]);
		console_open(&uart);
		console_decide(false);
		assert_heard(lens[i] > SIZE ? lens[i] - SIZE : 0);
		say_text("and on\n");
		assert_heard(lens[i] > SIZE ? lens[i] - SIZE : 0);
	}
}

static void a_line_across_the_rings_end_is_said_in_order(void **state)
{
	(void)state;
	console_open(&uart);
	console_decide(false);
	for (size_t len = 1; nr_printed < 10 * SIZE; len = (len * 7 + 3) % (LONGEST + 1)) {
		say_text(line(len));
		assert_heard(0);
	}
}

static void another_uart_goes_on_where_the_first_was(void **state)
{
	(void)state;
	assert_null(console_uart());
	console_open(&uart);
	console_decide(false);
	assert_memory_equal(console_uart(), &uart, sizeof(uart));
	say_text("one\n");
	console_open(&uart);
	assert_heard(0);
	say_text("two\n");
	assert_heard(0);
}

static void the_quiet_goes_to_the_ring_alone(void **state)
{
	(void)state;
	say_text("one\n");
	console_open(&uart);
	console_decide(true);
	say_text("two\n");
	console_drain();
	assert_int_equal(nr_heard + drained, 0);
	assert_ring();
}

/* Quiet: what was not said stays so. */
static void an_error_is_said_aloud(void **state)
{
	size_t before;

	(void)state;
	console_open(&uart);
	console_decide(true);
	say_text("quiet\n");
	before = nr_printed;
	console_break_lock();
	assert_int_equal(nr_heard, 0);
	say_text("error\n");
	assert_heard(before);
	console_drain();
	assert_int_equal(drained, 1);
	console_break_lock();			/* an error in saying so */
	say_text("and another\n");
	assert_heard(before);
}

static void an_error_before_the_decision_says_what_waited(void **state)
{
	(void)state;
	console_open(&uart);
	say_text("one\n");
	console_break_lock();
	assert_heard(0);
	say_text("error\n");
	assert_heard(0);
}

static void without_a_uart_nothing_waits_for_one(void **state)
{
	(void)state;
	console_decide(false);
	say_text("one\n");
	console_drain();
	assert_int_equal(nr_heard + drained, 0);
	console_open(&uart);
	console_drain();
	assert_int_equal(drained, 1);
}

static void an_undecided_uart_is_not_waited_for(void **state)
{
	(void)state;
	console_open(&uart);
	console_drain();
	assert_int_equal(drained, 0);
}

static void the_lock_is_taken_once_others_print(void **state)
{
	(void)state;
	console_open(&uart);
	console_decide(false);
	say_text("alone\n");
	assert_int_equal(console_lock.next, 0);
	assert_int_equal(held, 0);
	console_share();
	say_text("one\n");
	say_text("two\n");
	assert_int_equal(held, 2);
	assert_int_equal(console_lock.next, 2);
	assert_int_equal(console_lock.owner, 2);
}

static void fail_while_printing(void)
{
	console_break_lock();
	print("error\n");
}

/* The holder of the lock may never go on. */
static void an_error_while_printing_does_not_wait_for_the_lock(void **state)
{
	(void)state;
	console_open(&uart);
	console_decide(false);
	console_share();
	on_write = fail_while_printing;
	print("one\n");
	assert_memory_equal(heard, "one\nerror\n", 10);
	assert_int_equal(console_lock.next, 1);
	assert_int_equal(console_lock.owner, 1);
	print("two\n");
	assert_int_equal(console_lock.next, 1);
}

/* As drivers/io.c has it. */
void io_say(void)
{
	assert_false(is_held());
	io_nr_said = io_nr_dead;
	say_text("a page has aborted\n");
}

static void die(void)
{
	io_nr_dead++;
}

/* A UART that aborts has its line after the one that found out, which no lock holds up. */
static void an_abort_is_said_after_the_line(void **state)
{
	(void)state;
	console_open(&uart);
	console_decide(false);
	console_share();
	on_write = die;
	expect("one\n", 4);
	print("one\n");
	assert_ring();
	assert_heard(0);
	assert_int_equal(nr_printed, 4 + 19);
	say_text("two\n");
	assert_int_equal(nr_printed, 4 + 19 + 4);
	assert_ring();
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(what_is_printed_is_kept),
		TEST(the_ring_fills_to_its_last_byte),
		TEST(a_line_goes_on_at_the_start),
		TEST(after_many_rounds_the_last_is_there_in_order),
		TEST(the_count_has_64_bits),
		TEST(of_a_line_that_is_too_long_the_start_is_kept),
		TEST(of_more_than_the_ring_the_end_is_kept),
		TEST(all_waits_for_a_uart_and_for_the_decision),
		TEST(what_waited_too_long_is_left_out),
		TEST(a_line_across_the_rings_end_is_said_in_order),
		TEST(another_uart_goes_on_where_the_first_was),
		TEST(the_quiet_goes_to_the_ring_alone),
		TEST(an_error_is_said_aloud),
		TEST(an_error_before_the_decision_says_what_waited),
		TEST(without_a_uart_nothing_waits_for_one),
		TEST(an_undecided_uart_is_not_waited_for),
		TEST(the_lock_is_taken_once_others_print),
		TEST(an_error_while_printing_does_not_wait_for_the_lock),
		TEST(an_abort_is_said_after_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
