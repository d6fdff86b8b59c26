/* SPDX-License-Identifier: Apache-2.0 */
/* How this guest ends. */
#include "drivers/console.h"
#include "drivers/firmware.h"
#include "guests/lab/lab.h"

/* libfdt's library is compiled with a stack protector. */
u64 __stack_chk_guard = 0x6d61766973206c00;
void __stack_chk_fail(void);

void power_off(void)
{
	console_drain();
	call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		asm volatile("wfi");
}

void give_up(const char *why)
{
	print("%s: %s\n", guest_name, why);
	power_off();
}

void __stack_chk_fail(void)
{
	give_up("a stack overflow");
}

void unexpected(u64 esr, u64 far, u64 elr)
{
	print("%s: unexpected exception: ESR_EL1 %#lx, FAR_EL1 %#lx, ELR_EL1 %#lx\n", guest_name,
	      esr, far, elr);
	power_off();
}
