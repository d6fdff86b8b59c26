/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/panic.h"

#include "boot/image.h"
#include "drivers/console.h"
#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "lib/sysreg.h"

struct panic_frame panic_frame;

/* The compiler's stack protector compares with this at the end of a function; head.S chooses it. */
u64 __stack_chk_guard;
void __stack_chk_fail(void) __attribute__((noreturn));

static void __attribute__((noreturn)) power_off(void)
{
	print("mavis: stopped\n");
	console_drain();
	firmware_power_off();
	for (;;)
		asm volatile("wfi");
}

void stop(const char *fmt, ...)
{
	struct diag d;
	va_list ap;

	va_start(ap, fmt);
	vformat(d.text, sizeof(d.text), fmt, ap);
	va_end(ap);
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

/*
 * A frame record that is not on a stack of Mavis's, or does not lead upwards, ends the walk: it may
 * be what broke.
 */
static void backtrace(u64 pc, u64 fp)
{
	print("  at mavis+%#lx\n", in_image(pc));
	for (unsigned depth = 0; depth < 32; depth++) {
		struct range record = { fp, 16 };
		struct range memory = { (u64)__stack_start, image_end() - (u64)__stack_start };
		const u64 *r = (const u64 *)fp;

		if (fp & 15 || !range_valid(record) || !range_contains(memory, record))
			return;
		if (!is_text(r[1] & GENMASK(47, 0)))		/* bits above hold the PAC */
			return;
		print("  from mavis+%#lx\n", in_image(r[1] & GENMASK(47, 0)));
		if (r[0] <= fp)
			return;
		fp = r[0];
	}
}

void panic_exception(u64 kind)
{
	static const char *const from[] = { "EL2 with SP_EL0", "EL2", "the guest",
					    "the guest in AArch32" };
	static const char *const what[] = { "synchronous exception", "IRQ", "FIQ", "SError" };
	const struct panic_frame *f = &panic_frame;
	u64 elr = read_sysreg(elr_el2);
	u64 far = read_sysreg(far_el2);
	u64 guard = far & ~PAGE_MASK;

	console_break_lock();
	print("\nmavis: unexpected %s from %s on CPU %#lx\n", what[kind % 4], from[kind / 4],
	      read_sysreg(mpidr_el1) & MPIDR_AFFINITY);
	print("  ESR_EL2 %#lx  ELR_EL2 %#lx  FAR_EL2 %#lx  SPSR_EL2 %#lx  SP %#lx\n",
	      read_sysreg(esr_el2), elr, far, read_sysreg(spsr_el2), f->sp);
	if (guard == (u64)__stack_guard || guard == (u64)__panic_guard)
		print("  the address is in the stack's guard page: the stack overflowed\n");
	for (unsigned i = 0; i < 31; i += 3) {
		print("  x%-2u %016lx", i, f->x[i]);
		for (unsigned j = i + 1; j < MIN(i + 3, 31u); j++)
			print("  x%-2u %016lx", j, f->x[j]);
		print("\n");
	}
	if (is_text(elr))
		backtrace(elr, f->x[29]);
	power_off();
}

void __stack_chk_fail(void)
{
	console_break_lock();
	print("\nmavis: a function that returns to mavis+%#lx has overrun its stack frame\n",
	      in_image((u64)__builtin_return_address(0) & GENMASK(47, 0)));
	power_off();
}
