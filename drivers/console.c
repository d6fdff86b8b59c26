/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console.h"

#include <string.h>

#include "drivers/io.h"
#include "lib/format.h"
#include "lib/lock.h"

/*
 * The last of what was said, for a machine without a UART and for a debugger: mavis_log is its name
 * in mavis.elf.
 */
static struct {
	u64 head;			/* characters ever written */
	char text[8192];
} mavis_log __carried;

static struct uart console;
static struct lock console_lock;
static bool shared;
static enum { HELD, ALOUD, QUIET } voice __carried;
static u64 said __carried;		/* characters of the log that the UART had */

static void keep(const char *text, size_t len)
{
	size_t size = sizeof(mavis_log.text);

	while (len) {
		size_t at = mavis_log.head % size, n = MIN(len, size - at);

		memcpy(mavis_log.text + at, text, n);
		mavis_log.head += n;
		text += n;
		len -= n;
	}
}

/* What of the log the UART has not had, as far as it is still there. */
static void say(void)
{
	u64 size = sizeof(mavis_log.text);

	if (!console.kind || voice != ALOUD)
		return;
	if (mavis_log.head > size && said < mavis_log.head - size)
		said = mavis_log.head - size;
	while (said < mavis_log.head) {
		u64 at = said % size, n = MIN(mavis_log.head - said, size - at);

		uart_write(&console, mavis_log.text + at, n);
		said += n;
	}
}

void print(const char *fmt, ...)
{
	char text[512];
	bool locked = shared;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vformat(text, sizeof(text), fmt, ap);
	va_end(ap);

	if (locked)
		lock(&console_lock);
	keep(text, MIN((size_t)len, sizeof(text) - 1));
	say();
	if (locked)
		unlock(&console_lock);
	io_report();
}

void console_open(const struct uart *uart)
{
	console = *uart;
	say();
}

const struct uart *console_uart(void)
{
	return console.kind ? &console : NULL;
}

void console_decide(bool quiet)
{
	voice = quiet ? QUIET : ALOUD;
	say();
}

void console_drain(void)
{
	if (console.kind && voice == ALOUD)
		uart_drain(&console);
}

void console_share(void)
{
	shared = true;
}

void console_break_lock(void)
{
	shared = false;
	if (voice == QUIET)
		said = mavis_log.head;
	voice = ALOUD;
	say();
}
