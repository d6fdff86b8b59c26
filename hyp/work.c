/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/work.h"

#include "hyp/bar.h"
#include "hyp/cpu.h"
#include "lib/errno.h"
#include "mm/el2.h"

/* Tables below EL2's root that a piece may need. */
#define PIECE_PAGES	3

/* Each BAR may leave its place, and a command may change a region. */
static struct piece_by_piece {
	struct range all;
	u64 next;
} left[BAR_MAX + 1];
static unsigned nr_left;
static void (*then)(void);

/*
 * Whoever takes pages for stage 2 waits until the work is done, so what is there for the first
 * piece is there for the last one.
 */
int work_add(struct range pa)
{
	if (page_pool.nr_free < PIECE_PAGES)
		return -ENOMEM;
	if (nr_left == ARRAY_SIZE(left))
		return -ENOSPC;
	left[nr_left++] = (struct piece_by_piece){ pa, pa.base };
	return 0;
}

void work_then(void (*fn)(void))
{
	then = fn;
}

bool work_is_done(void)
{
	return !nr_left;
}

/*
 * What EL2 maps for a piece of it: a block where that is whole, or the pages, which cost as much as
 * the cleaning itself; then half as much is done.
 */
static void clean_piece(struct piece_by_piece *p)
{
	struct range block = { ALIGN_DOWN(p->next, MIB(2)), MIB(2) };
	struct range piece = { p->next, WORK_PIECE };
	bool whole = block.base >= p->all.base && range_end(block) <= range_end(p->all);

	if (whole)
		piece.size = MIN(piece.size, range_end(block) - p->next);
	else
		/* Not across a block: that would take a table more than there is (PIECE_PAGES). */
		piece.size = MIN(WORK_PIECE / 2,
				 MIN(range_end(block), range_end(p->all)) - p->next);
	/* Pages are there, and of neither a BAR nor an adjustable region does EL2 see anything. */
	el2_clean_part(whole ? block : piece, piece);
	p->next += piece.size;
	this_cpu()->count[COUNT_CLEANED] += piece.size >> 10;
}

bool work_step(void)
{
	struct piece_by_piece *p;

	if (!nr_left)
		return true;
	p = &left[nr_left - 1];
	clean_piece(p);
	nr_left -= p->next == range_end(p->all);
	if (!nr_left && then) {
		then();
		then = NULL;
	}
	return false;
}
