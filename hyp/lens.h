/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of the guest's that EL2 works in its place, seen through windows. One that is seen as
 * Device stays so until another takes its place: who comes to it again does without TLB
 * maintenance, and nothing is read there by speculation. All with guest.s2_lock.
 */
#ifndef HYP_LENS_H
#define HYP_LENS_H

#include "mm/stage1.h"

/* An instruction, and what it goes to, on up to two pages. */
enum lens { LENS_CODE, LENS_DATA, LENS_NR = LENS_DATA + 2 };

/* The windows. Once they are there it does nothing. -ENOMEM. */
int lens_make(void);

/* Where EL2 sees @page; other lenses keep theirs. */
u64 lens_look(enum lens i, pa_t page, enum s1_kind kind);

/* What is not seen as Device is seen no more. */
void lens_look_away(void);

#endif
