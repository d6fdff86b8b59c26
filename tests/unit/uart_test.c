/* SPDX-License-Identifier: Apache-2.0 */
/* Every UART's driver on a model of its registers. */
#include "tests/unit/fake_uart.h"

#include "drivers/uart.c"
#include "drivers/uart_read.c"
#undef OWN
#undef ON
#undef IF
#undef DATA
#include "drivers/uart_steps.c"
#include "tests/unit/test.h"

#define TEXT	"Mavis: one\ntwo, and what no FIFO holds at once\n"
#define SENT	"Mavis: one\r\ntwo, and what no FIFO holds at once\r\n"

#define each_device(d)	(d) = fake_devices; (d) < fake_devices + nr_fake_devices; (d)++

static void open_on(const struct fake_device *d, bool on)
{
	fake_plug(d, on);
	if (!uart_open(&d->uart))
		fail_msg("%s: not opened", d->name);
}

static void send(const struct fake_device *d, const char *text)
{
	uart_write(&d->uart, text, strlen(text));
}

static void assert_sent(const char *want)
{
	fake.sent[fake.nr_sent] = '\0';
	if (strcmp(fake.sent, want))
		fail_msg("%s: \"%s\" instead of \"%s\"", fake.d->name, fake.sent, want);
	fake.nr_sent = 0;
}

static void each_kind_has_a_model(void **state)
{
	const struct fake_device *d;
	bool seen[UART_KINDS] = { true };

	(void)state;
	for (each_device(d))
		seen[d->uart.kind] = true;
	for (unsigned i = 0; i < UART_KINDS; i++) {
		assert_true(seen[i]);
		assert_non_null(uart_steps[i]);
	}
}

static void a_text_is_sent_when_there_is_room(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		open_on(d, true);
		send(d, TEXT);
		assert_sent(SENT);
		assert_int_equal(fake.aborts + fake.overwritten, 0);
		send(d, "\xff");
		assert_sent("\xff");
	}
}

/* ... which is what is turned on, and nothing else is changed. */
static void a_transmitter_that_is_off_is_turned_on(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		open_on(d, false);
		for (unsigned i = 0; i < ARRAY_SIZE(d->on); i++)
			if (d->on[i].mask)
				assert_int_equal(fake.regs[d->on[i].reg],
						 (0x8080 & ~d->on[i].mask) | d->on[i].value);
		send(d, "x");
		assert_sent("x");
	}
}

static void what_the_loader_set_is_kept(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		open_on(d, true);
		/* UARTDM's command register cannot be read. */
		assert_int_equal(fake.writes, d->uart.kind == UART_MSM_DM ? 1 : 0);
	}
}

static bool can_say_when_it_is_out(const struct fake_device *d)
{
	return d->uart.kind != UART_LINFLEX;
}

static void drain_waits_for_the_last_character(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		if (!can_say_when_it_is_out(d))
			continue;
		open_on(d, true);
		send(d, "x");
		assert_int_equal(fake.level, 1);
		uart_drain(&d->uart);
		assert_int_equal(fake.level, 0);
	}
}

static void a_uart_that_hangs_holds_up_nothing(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		char text[512];

		memset(text, 'x', sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		open_on(d, true);
		fake.hangs = true;
		for (unsigned i = 0; i < 10; i++)
			send(d, text);
		uart_drain(&d->uart);
		if (fake.reads + fake.writes > 2 * PATIENCE)
			fail_msg("%s: %lu accesses", d->name, fake.reads + fake.writes);
	}
}

static void one_that_recovers_is_used_again(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		open_on(d, true);
		fake.hangs = true;
		send(d, TEXT);
		assert_int_equal(patience, 0);
		fake.hangs = false;
		/* Some are lost: these find out. */
		for (unsigned i = 0; i < FAKE_SLOW * FAKE_DEPTH; i++)
			send(d, " ");
		assert_int_equal(patience, PATIENCE);
		fake.nr_sent = 0;
		fake.overwritten = 0;
		send(d, TEXT);
		assert_sent(SENT);
		assert_int_equal(fake.overwritten, 0);
	}
}

/* After the first abort nothing but the rest of that character's steps reaches it. */
static void one_that_aborts_is_left_alone(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d))
		for (unsigned answers = 1; answers < 40; answers++) {
			open_on(d, true);
			fake.reads = fake.writes = 0;
			fake.answers = answers;
			for (unsigned i = 0; i < 10; i++)
				send(d, TEXT);
			uart_drain(&d->uart);
			if (fake.reads + fake.writes > answers + 8)
				fail_msg("%s: %lu accesses", d->name, fake.reads + fake.writes);
		}
}

static void one_that_aborts_when_it_is_opened_is_not_there(void **state)
{
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		fake_plug(d, false);
		fake.answers = 1;
		if (uart_open(&d->uart))
			fail_msg("%s: opened", d->name);
	}
}

static const struct fake_device *device(enum uart_kind kind)
{
	const struct fake_device *d = fake_devices;

	while (d->uart.kind != kind)
		d++;
	return d;
}

static void a_serial_engine_with_other_firmware_is_no_uart(void **state)
{
	const struct fake_device *d = device(UART_GENI);

	(void)state;
	fake_plug(d, true);
	fake.regs[0x68] = 0x00020100;		/* SPI */
	assert_false(uart_open(&d->uart));
	assert_int_equal(fake.writes, 0);
}

/* The guest's own command, which waits for the guest. */
static void a_command_that_does_not_end_is_ended(void **state)
{
	const struct fake_device *d = device(UART_GENI);

	(void)state;
	open_on(d, true);
	fake.command = true;
	send(d, "-after");
	assert_int_equal(fake.aborts, 1);
	assert_sent("after");
}

/* With the FIFO off, as with it on, no character runs over. */
static void the_mode_of_the_fifo_is_looked_up(void **state)
{
	static const struct { enum uart_kind kind; u16 reg; u32 fifo; } modes[] = {
		{ UART_S5PV210, 0x08, 1 },
		{ UART_LINFLEX, 0x10, 0x100 },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct fake_device *d = device(modes[i].kind);

		open_on(d, true);
		for (unsigned n = 0; n < 4; n++) {
			fake.regs[modes[i].reg] = n & 1 ? modes[i].fifo : 0;
			send(d, TEXT);
			assert_sent(SENT);
			assert_int_equal(fake.overwritten, 0);
			fake.level = 0;		/* the guest changes it when all is out */
		}
	}
}

/* Without the FIFO the flag means "done", and is no reason to wait. */
static void a_flag_that_was_left_set_does_not_hold_up(void **state)
{
	const struct fake_device *d = device(UART_LINFLEX);

	(void)state;
	open_on(d, true);
	fake.done = true;
	send(d, "x");
	assert_sent("x");
	assert_true(fake.reads < 10);
}

/* The receiver is on, and a character has come only if the hardware says so. */
static void a_character_is_read_when_it_has_come(void **state)
{
	static const struct { u16 reg, data, on; u32 none, came; u32 enable; } kinds[UART_KINDS] = {
		[UART_PL011] = { 0x18, 0x00, .none = 0x90, .came = 0x80 },
		[UART_SBSA] = { 0x18, 0x00, .none = 0x90, .came = 0x80 },
		[UART_8250] = { 5, 0, .none = 0x60, .came = 0x61 },
		[UART_CADENCE] = { 0x2c, 0x30, 0x00, 0x0a, 0x08, 0x04 },
		[UART_IMX] = { 0xb4, 0x00, 0x84, 0x60, 0x40, 0x02 },
		[UART_MESON] = { 0x0c, 0x04, 0x08, 0x500000, 0x400000, 0x2000 },
		[UART_LPUART] = { 0x1c, 0x0c, 0x08, 0x00ff0000, 0x01ff0000, 0x40000 },
		[UART_SCIF] = { 0x1c, 0x14, 0x08, 0x0000, 0x0001, 0x10 },
		[UART_RZ_SCIFA] = { 0x0e, 0x0a, 0x04, 0x0300, 0x0301, 0x10 },
		[UART_EM] = { 0x18, 0x00, .none = 0x60, .came = 0x61 },
		[UART_MVEBU] = { 0x0c, 0x00, .none = 0x40, .came = 0x50 },
		[UART_MVEBU_EXT] = { 0x0c, 0x18, .none = 0x0040, .came = 0x4040 },
		[UART_S5PV210] = { 0x18, 0x24, .none = 0x30000, .came = 0x30100 },
		[UART_SPRD] = { 0x0c, 0x04, .none = 0x300, .came = 0x301 },
		[UART_OWL] = { 0x0c, 0x04, .none = 0x420, .came = 0x400 },
		[UART_STM32] = { 0x1c, 0x24, 0x00, 0xc0, 0xe0, 0x04 },
	};
	const struct fake_device *d;

	(void)state;
	for (each_device(d)) {
		u64 status = kinds[d->uart.kind].reg, data = kinds[d->uart.kind].data;

		open_on(d, true);
		assert_int_equal(uart_can_read(&d->uart), !!kinds[d->uart.kind].came);
		if (!uart_can_read(&d->uart)) {
			assert_int_equal(uart_read(&d->uart), -1);
			continue;
		}
		fake.receives = true;
		if (d->uart.kind == UART_8250)
			status <<= d->uart.shift;
		uart_listen(&d->uart);
		if (kinds[d->uart.kind].enable)
			assert_true(fake.regs[kinds[d->uart.kind].on] &
				    kinds[d->uart.kind].enable);
		fake.regs[status] = kinds[d->uart.kind].none;
		fake.regs[data] = 0x5a;
		assert_int_equal(uart_read(&d->uart), -1);
		fake.regs[status] = kinds[d->uart.kind].came;
		assert_int_equal(uart_read(&d->uart), 0x5a);
		fake.answers = 1;
		assert_int_equal(uart_read(&d->uart), -1);
		assert_false(uart_can_read(&d->uart));
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test(f)
	const struct CMUnitTest tests[] = {
		TEST(each_kind_has_a_model),
		TEST(a_text_is_sent_when_there_is_room),
		TEST(a_transmitter_that_is_off_is_turned_on),
		TEST(what_the_loader_set_is_kept),
		TEST(drain_waits_for_the_last_character),
		TEST(a_uart_that_hangs_holds_up_nothing),
		TEST(one_that_recovers_is_used_again),
		TEST(one_that_aborts_is_left_alone),
		TEST(one_that_aborts_when_it_is_opened_is_not_there),
		TEST(a_serial_engine_with_other_firmware_is_no_uart),
		TEST(a_command_that_does_not_end_is_ended),
		TEST(the_mode_of_the_fifo_is_looked_up),
		TEST(a_flag_that_was_left_set_does_not_hold_up),
		TEST(a_character_is_read_when_it_has_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
