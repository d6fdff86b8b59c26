/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cleaning caches by address takes a while for a large region, and EL2 takes no interrupts. So it
 * is done in pieces, each by whoever comes next and needs it done: an instruction of the guest's
 * that asks for it is carried out when nothing is left to clean, and is started again until then.
 * In between the guest takes its interrupts.
 *
 * What is to be cleaned is broken in stage 2 (stage2_break()) from before work_add() to after the
 * last piece: nothing brings a line back. A CPU that touches it in the meantime does a piece, too.
 */
#ifndef HYP_WORK_H
#define HYP_WORK_H

#include "lib/types.h"

/* At most so much at a time. */
#define WORK_PIECE	MIB(1)

/* All of these: with guest.s2_lock. */

/*
 * There is this to clean, whole pages. -ENOMEM: the page pool has not what it takes to see it;
 * -ENOSPC: there is too much already. Then nothing is added.
 */
int work_add(struct range pa);

/* Calls @fn when all is clean. One at a time. */
void work_then(void (*fn)(void));

/*
 * Does a piece, if there is something to do. True: there was nothing. Else the instruction in hand
 * is to be started again: a piece is all that one stretch at EL2 has time for.
 */
bool work_step(void);

/* True if there is nothing to do. */
bool work_is_done(void);

#endif
