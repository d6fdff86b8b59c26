/* SPDX-License-Identifier: Apache-2.0 */
/* A region's memory type is changed while the guest runs: the control command SET. */
#ifndef HYP_SET_H
#define HYP_SET_H

#include "hyp/control.h"
#include "hyp/guest.h"

/* A region by its number: the table's, then those that follow a BAR. */
struct control_target {
	struct region *region;
	struct selfcheck *check;
	struct bar *bar;		/* that it follows; NULL: none */
};

bool control_find(u64 index, struct control_target *t);

/* MemAttr, SH and access as the interface has them. */
u64 control_pack(const struct s2_attr *a);

/*
 * The command, with guest.s2_lock and no work left (work.h). Where caches are to be cleaned the
 * instruction is to be started again until that is done.
 */
s64 control_set(const u64 *args, u64 *results);

#endif
