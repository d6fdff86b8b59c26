/* SPDX-License-Identifier: Apache-2.0 */
/* What holds between two mappings, and what each type costs. */
#ifndef GUESTS_LAB_RELATE_H
#define GUESTS_LAB_RELATE_H

/* Every shareability of both stages; then pairs of mappings of one page. */
void relate_run(void);
extern unsigned shares_done, aliases_done;

/* Each type: a chase of pointers, and rows of loads and stores. */
void speed_run(void);
extern unsigned speeds_done;

#endif
