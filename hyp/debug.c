/* SPDX-License-Identifier: Apache-2.0 */
/* What gdb is connected with, and what it looks at. */
#include "hyp/debug.h"

#include <string.h>

#include "drivers/console.h"
#include "drivers/io.h"
#include "hyp/debug_parts.h"
#include "hyp/panic.h"
#include "lib/arch.h"
#include "mm/el2.h"

/* System registers, which are read as they are when gdb asks. */
#define SYSTEM(X)			\
	X(ESR_EL2, esr_el2)		\
	X(FAR_EL2, far_el2)		\
	X(HPFAR_EL2, hpfar_el2)		\
	X(HCR_EL2, hcr_el2)		\
	X(VTTBR_EL2, vttbr_el2)		\
	X(MPIDR_EL1, mpidr_el1)		\
	X(SCTLR_EL1, sctlr_el1)		\
	X(TCR_EL1, tcr_el1)		\
	X(TTBR0_EL1, ttbr0_el1)		\
	X(TTBR1_EL1, ttbr1_el1)		\
	X(MAIR_EL1, mair_el1)		\
	X(VBAR_EL1, vbar_el1)		\
	X(ESR_EL1, esr_el1)		\
	X(FAR_EL1, far_el1)		\
	X(ELR_EL1, elr_el1)		\
	X(SPSR_EL1, spsr_el1)		\
	X(SP_EL0, sp_el0)		\
	X(SP_EL1, sp_el1)		\
	X(TPIDR_EL0, tpidr_el0)		\
	X(TPIDR_EL1, tpidr_el1)

#define NAME(name, reg)	#name,
const char debug_names[DEBUG_NAMES][GDB_NAME] = { SYSTEM(NAME) };

#define COUNT(name, reg)	+ 1
_Static_assert(0 SYSTEM(COUNT) == DEBUG_NAMES, "each register has its name");

#define CASE(name, reg)	case __COUNTER__ - FIRST: return read_sysreg(reg);
u64 debug_system_reg(unsigned n)
{
	enum { FIRST = __COUNTER__ + 1 };

	switch (n) {
	SYSTEM(CASE)
	default:
		return 0;
	}
}

void debug_put(char c)
{
	uart_write(console_uart(), &c, 1);
}

static unsigned access_size(u64 addr, unsigned len)
{
	return (len == 2 || len == 4 || len == 8) && IS_ALIGNED(addr, len) ? len : 1;
}

unsigned debug_load(u64 addr, u8 *buf, unsigned len)
{
	unsigned size = access_size(addr, len), nr;
	u64 val;

	for (nr = 0; nr < len; nr += size) {
		if (!io_try_read(addr + nr, size, &val))
			break;
		memcpy(buf + nr, &val, size);
	}
	return nr;
}

unsigned debug_store(u64 addr, const u8 *buf, unsigned len)
{
	unsigned size = access_size(addr, len), nr;
	u64 val = 0;

	for (nr = 0; nr < len; nr += size) {
		memcpy(&val, buf + nr, size);
		if (!io_try_write(addr + nr, size, val))
			break;
	}
	return nr;
}

/* --- Mavis itself --- */

static const u64 *panic_regs;

static u64 el2_reg(unsigned n)
{
	return n < GDB_CORE ? panic_regs[n] : debug_system_reg(n - GDB_CORE);
}

/* It does not go on: there is nothing to change. */
static bool el2_set_reg(unsigned n, u64 val)
{
	(void)n, (void)val;
	return false;
}

static bool el2_write(u64 addr, const u8 *buf, unsigned len)
{
	(void)addr, (void)buf, (void)len;
	return false;
}

/* By EL2's own addresses, as far as it has mapped anything there. */
static unsigned el2_read(u64 addr, u8 *buf, unsigned len)
{
	u64 end = addr, page;

	while (end < addr + len) {
		page = ALIGN_DOWN(end, PAGE_SIZE);
		if (page >= BIT(48) || !el2_sees(PA(page), PAGE_SIZE))
			break;
		end = page + PAGE_SIZE;
	}
	return end > addr ? debug_load(addr, buf, (unsigned)MIN(end - addr, len)) : 0;
}

static const struct gdb_target el2_target = {
	.read = el2_read, .write = el2_write, .reg = el2_reg, .set_reg = el2_set_reg,
	.put = debug_put, .names = debug_names, .nr_names = DEBUG_NAMES,
};

void debug_panic(const u64 *regs)
{
	static struct gdb gdb;

	if (!debug_begin())
		return;
	panic_regs = regs;
	gdb_init(&gdb, &el2_target);
	print("mavis: gdb may look at EL2 from this console now: docs/debugging.md; when it ends, so does the machine\n");
	if (debug_serve(&gdb) == GDB_CONTINUE)
		gdb_gone(&gdb);
}

/* --- The console --- */

bool debug_can(void)
{
	const struct uart *uart = console_uart();

	return uart && uart_can_read(uart);
}

bool debug_begin(void)
{
	if (debug_can()) {
		uart_listen(console_uart());
		return true;
	}
	print("mavis: debug: no gdb: %s\n",
	      console_uart() ? "this console's UART cannot be read" : "there is no console");
	return false;
}

bool debug_panic_elsewhere(void)
{
	u64 owner = *(volatile u64 *)&panic_owner;

	return owner && owner != read_sysreg(mpidr_el1);
}

enum gdb_wish debug_serve(struct gdb *g)
{
	const struct uart *uart = console_uart();
	enum gdb_wish wish = GDB_MORE;

	while (wish == GDB_MORE && uart_can_read(uart)) {
		int c = uart_read(uart);

		if (debug_panic_elsewhere())
			panic_wait();
		if (c >= 0)
			wish = gdb_take(g, (u8)c);
	}
	return wish;
}
