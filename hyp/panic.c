/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/panic.h"

#include <string.h>

#include "lib/sections.h"
#include "drivers/console.h"
#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/debug.h"
#include "hyp/gdb.h"
#include "hyp/guest.h"
#include "lib/arch.h"
#include "mm/tlb.h"

struct panic_frame panic_frame;

/* The compiler's stack protector compares with this at the end of a function; head.S chooses it. */
u64 __stack_chk_guard;
void __stack_chk_fail(void) __attribute__((noreturn));

static u64 overrun_in;			/* the function whose frame it is; 0: none */

static void __attribute__((noreturn)) power_off(void)
{
	print("mavis: stopped\n");
	console_drain();
	firmware_power_off();
	panic_wait();
}

void stop(const char *fmt, ...)
{
	struct diag d;
	va_list ap;

	va_start(ap, fmt);
	vformat(d.text, sizeof(d.text), fmt, ap);
	va_end(ap);
	console_break_lock();
	print("mavis: error: %s\n", d.text);
	power_off();
}

void check(int err, const struct diag *d)
{
	if (err)
		stop("%s", d->text);
}

/* The address as `addr2line -e mavis.elf` wants it, wherever the image was loaded. */
static u64 in_image(u64 addr)
{
	return addr - (u64)__image_start;
}

static bool is_text(u64 addr)
{
	return addr >= (u64)__image_start && addr < (u64)__text_end;
}

/* 8 bytes of what tells mavis.elf from others, as readelf -n writes them. */
static u64 build_id(unsigned from)
{
	u64 val;

	memcpy(&val, __build_id + BUILD_ID_OFFSET + from, sizeof(val));
	return __builtin_bswap64(val);
}

/* A frame record (AAPCS64): where the caller's is, and where the function returns to. */
struct frame_record {
	u64 caller;
	u64 lr;
};

static void backtrace(u64 pc, u64 fp)
{
	u64 top = this_cpu() && this_cpu()->stack ? this_cpu()->stack : (u64)__stack_end;
	const struct frame_record *record;

	print("  at mavis+%#lx, called from\n", in_image(pc));
	if (top > range_end(image_range()))
		return;
	for (; fp >= (u64)__stack_start && fp < top && IS_ALIGNED(fp, 16); fp = record->caller) {
		record = (const struct frame_record *)fp;
		/* the bits above hold the PAC */
		print("  mavis+%#lx\n", in_image(record->lr & GENMASK(47, 0)));
		if (record->caller <= fp)
			break;			/* the outermost has 0 */
	}
}

/*
 * EL2 takes no interrupt by which another CPU could be told. So stage 2 is emptied: each CPU comes
 * here with a translation fault at its next fetch (fault_trap()), or waits at EL2 for what this one
 * holds. A store to the tables is seen by walks after a DSB, and what TLBs hold of them is gone
 * after the second one (mm/tlb.c). The first one is for who fills stage 2 just now, whom no lock
 * keeps from it here: they publish what they write with a DSB, and look at panic_owner after it
 * (trap_from_guest(), debug_guest.c). So it is emptied after that, or they see panic_owner.
 */
static void stop_guest(void)
{
	volatile u64 *root = (volatile u64 *)guest.s2.pt.root.v;

	if (!root)
		return;				/* nothing but this CPU has ever run */
	dsb(ish);
	for (u64 i = 0; i < guest.s2.pt.root_pages * PAGE_SIZE / sizeof(*root); i++)
		root[i] = 0;
	dsb(ishst);
	/* Twice where a core's erratum asks for it (hyp/errata.c). */
	for (unsigned times = tlb_flush_twice ? 2 : 1; times; times--) {
		asm volatile("tlbi alle1is" : : : "memory");
		dsb(ish);
	}
	isb();
}

/* As vectors.S does it for an exception. */
void panic_take_over(void)
{
	u64 owner = 0;

	if (!__atomic_compare_exchange_n(&panic_owner, &owner, read_sysreg(mpidr_el1), false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		panic_wait();
	stop_guest();
}

void panic_join(void)
{
	stop_guest();
	panic_wait();
}

struct exception {
	u64 esr, elr, far, spsr;
};

static void show_debugger(const struct exception *e)
{
	u64 regs[GDB_CORE];

	memcpy(regs, panic_frame.x, sizeof(panic_frame.x));
	regs[GDB_SP] = panic_frame.sp;
	regs[GDB_PC] = e->elr;
	regs[GDB_CPSR] = e->spsr;
	debug_panic(regs);
}

static void report(u64 kind, const struct exception *e)
{
	static const char *const from[] = { "EL2 with SP_EL0", "EL2", "the guest",
					    "the guest in AArch32" };
	static const char *const what[] = { "synchronous exception", "IRQ", "FIQ", "SError" };
	const struct panic_frame *f = &panic_frame;
	u64 guard = e->far & ~PAGE_MASK;

	if (ESR_EC(e->esr) == EC_BRK64 && overrun_in)
		print("\nmavis: stack frame overrun, found on return to mavis+%#lx\n",
		      in_image(overrun_in));
	else
		print("\nmavis: unexpected %s from %s on CPU %#lx\n", what[kind % 4],
		      from[kind / 4], read_sysreg(mpidr_el1) & MPIDR_AFFINITY);
	print("  build %016lx%016lx%08x\n", build_id(0), build_id(8), (u32)(build_id(16) >> 32));
	print("  ESR_EL2 %#lx  ELR_EL2 %#lx  FAR_EL2 %#lx  SPSR_EL2 %#lx  SP %#lx\n", e->esr,
	      e->elr, e->far, e->spsr, f->sp);
	if (guard == (u64)__stack_guard || guard == (u64)__panic_guard)
		print("  the address is in the stack's guard page: the stack overflowed\n");
	for (unsigned i = 0; i < 31; i += 3) {
		print("  x%-2u %016lx", i, f->x[i]);
		for (unsigned j = i + 1; j < MIN(i + 3, 31u); j++)
			print("  x%-2u %016lx", j, f->x[j]);
		print("\n");
	}
	if (is_text(e->elr))
		backtrace(e->elr, f->x[29]);
}

/*
 * Comes here again, from the start of its stack, if a step fails: each time less is left to try.
 */
void panic_exception(u64 kind)
{
	static unsigned failed;
	unsigned before = failed++;
	struct exception e = {
		read_sysreg(esr_el2), read_sysreg(elr_el2), read_sysreg(far_el2),
		read_sysreg(spsr_el2),
	};

	switch (before) {
	case 0:
		stop_guest();
		console_break_lock();
		report(kind, &e);
		if (debug_asked)
			show_debugger(&e);
		power_off();
	case 1:
		console_break_lock();		/* which says what is unsaid, and may fail too */
		print("\nmavis: and another while that was said: ESR_EL2 %#lx  ELR_EL2 %#lx  FAR_EL2 %#lx\n",
		      e.esr, e.elr, e.far);
		power_off();
	case 2:
		firmware_power_off();
	}
	panic_wait();
}

/* WFI does not wait where an interrupt pends, masked or not, and QEMU's WFE hardly waits at all. */
void panic_wait(void)
{
	for (;;)
		asm volatile("wfi\n\twfe");
}

/* By an exception, as all else: on a stack that is whole, and once. */
void __stack_chk_fail(void)
{
	overrun_in = (u64)__builtin_return_address(0) & GENMASK(47, 0);
	asm volatile("brk #0");
	__builtin_unreachable();
}
