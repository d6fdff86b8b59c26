/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits that are answered before the rest of the guest's registers is saved and before EL2's key
 * takes the place of the guest's: the code calls no function, so it has no use for them.
 */
#ifndef HYP_FAST_H
#define HYP_FAST_H

#include "drivers/firmware.h"
#include "hyp/cpu.h"
#include "hyp/frame.h"

/* The registers of a frame that may be read and written: x0 up to this one. */
#define FAST_LAST	9

/* True if the exit is dealt with, and the guest may go on. False: nothing was done. */
bool trap_fast(struct frame *f, struct cpu *self);

/*
 * The calls that are only a constant, or the firmware's own: the workarounds that a guest calls at
 * each entry of its own kernel. smccc_call() has the rest.
 */
static inline __attribute__((always_inline)) bool smccc_fast(struct frame *f)
{
	switch ((u32)f->x[0]) {
	case PSCI_VERSION:
		frame_result(f, VERSION_1_1);
		return true;
	case SMCCC_VERSION:
		/* 1.2 only says that the firmware's SOC_ID may be asked for */
		frame_result(f, firmware.smccc_version >= VERSION_1_2 ? VERSION_1_2 : VERSION_1_1);
		return true;
	case ARCH_WORKAROUND_1:
	case ARCH_WORKAROUND_3:
		if (firmware.smccc_version < VERSION_1_1)
			return false;
		firmware_workaround(f->x);
		return true;
	default:
		return false;
	}
}

#endif
