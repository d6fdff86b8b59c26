/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers/console.h"

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
} mavis_log;

static struct uart console;
static struct lock console_lock;
static bool shared, quiet;

static void write(const char *text)
{
	if (console.kind && !quiet)
		uart_write(&console, text);
}

void print(const char *fmt, ...)
{
	char text[512];
	bool locked = shared;
	va_list ap;

	va_start(ap, fmt);
	vformat(text, sizeof(text), fmt, ap);
	va_end(ap);

	if (locked)
		lock(&console_lock);
	for (const char *p = text; *p; p++)
		mavis_log.text[mavis_log.head++ % sizeof(mavis_log.text)] = *p;
	write(text);
	if (locked)
		unlock(&console_lock);
	io_report();
}

void console_open(const struct uart *uart)
{
	u64 first = mavis_log.head > sizeof(mavis_log.text)
			    ? mavis_log.head - sizeof(mavis_log.text)
			    : 0;

	console = *uart;
	for (u64 i = first; i < mavis_log.head; i++)
		write((char[]){ mavis_log.text[i % sizeof(mavis_log.text)], '\0' });
}

void console_drain(void)
{
	if (console.kind && !quiet)
		uart_drain(&console);
}

void console_share(bool be_quiet)
{
	shared = true;
	quiet = be_quiet;
}

void console_break_lock(void)
{
	shared = false;
	quiet = false;
}
