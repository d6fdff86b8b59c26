/* SPDX-License-Identifier: Apache-2.0 */
/* The memory behind calls that only the firmware knows. */
#include "boot/guest/calls.h"
#include "boot/machine/callers.h"
#include "drivers/firmware.h"

#define MESON_INPUT_PAGE	0x82000020
#define MESON_OUTPUT_PAGE	0x82000021

#define OPTEE_SHM_CONFIG	0xb2000007	/* x1 base, x2 size */
#define OPTEE_CAPABILITIES	0xb2000009	/* x1 */
#define OPTEE_CAP_FIXED_SHM	BIT(0)
#define OPTEE_CAP_ANY_SHM	BIT(2)

static void ask(u32 fid, u64 x[FIRMWARE_NR_REGS])
{
	for (unsigned i = 0; i < FIRMWARE_NR_REGS; i++)
		x[i] = i ? 0 : fid;
	firmware_pass(x);
}

static bool add(struct host_caller *c, u64 base, u64 size)
{
	if (!base || !size || base + size > BIT(32))
		return false;
	c->memory[c->nr_memory++] = (struct range){ base, size };
	return true;
}

/* An address of 32 bits, or 0, or an error as a small negative number. */
static void ask_amlogic(struct host_caller *c)
{
	u64 x[FIRMWARE_NR_REGS], y[FIRMWARE_NR_REGS];

	ask(MESON_INPUT_PAGE, x);
	ask(MESON_OUTPUT_PAGE, y);
	c->unknown_memory = !add(c, (u32)x[0], PAGE_SIZE) || !add(c, (u32)y[0], PAGE_SIZE);
}

/* One that takes messages from anywhere takes addresses of anywhere in them. */
static void ask_optee(struct host_caller *c)
{
	u64 x[FIRMWARE_NR_REGS];

	ask(OPTEE_CAPABILITIES, x);
	if ((u32)x[0] || !(x[1] & OPTEE_CAP_FIXED_SHM) || x[1] & OPTEE_CAP_ANY_SHM)
		return;
	ask(OPTEE_SHM_CONFIG, x);
	if (!(u32)x[0])
		c->unknown_memory = !add(c, (u32)x[1], (u32)x[2]);
}

/* What is half known is of no use. What is known must be nobody else's: Mavis's, the kernel's. */
static void settle(struct host *host, struct host_caller *c)
{
	for (unsigned i = 0; i < c->nr_memory; i++)
		c->unknown_memory |= !host_reserve(host, c->memory[i], true, false, c->name);
	if (c->unknown_memory)
		c->nr_memory = 0;
}

void calls_ask_for_memory(struct host *host, const struct config *config)
{
	if (config->firmware_calls == FIRMWARE_CALLS_NONE)
		return;
	host->asked_firmware = true;
	for (unsigned i = 0; i < host->nr_callers; i++) {
		struct host_caller *c = &host->caller[i];

		if (c->kind == CALLER_AMLOGIC)
			ask_amlogic(c);
		else if (c->kind == CALLER_OPTEE)
			ask_optee(c);
		if (caller_info[c->kind].memory == CALLER_ANSWERED)
			settle(host, c);
	}
}
