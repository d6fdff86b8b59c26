/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/lens.h"

#include "mm/el2.h"

static struct {
	u64 window;			/* 0: not made yet */
	u64 page;			/* what is seen through it, ... */
	bool used;			/* ... if this is set, ... */
	u8 kind;			/* ... as this: enum s1_kind */
} lenses[LENS_NR];

int lens_make(void)
{
	int err = 0;

	for (unsigned i = 0; i < LENS_NR && !err; i++)
		if (!lenses[i].window)
			err = el2_make_window(&lenses[i].window);
	return err;
}

static void look_away(enum lens i)
{
	if (lenses[i].used)
		el2_look_away(lenses[i].window);
	lenses[i].used = false;
}

u64 lens_look(enum lens i, pa_t page, enum s1_kind kind)
{
	if (lenses[i].used && lenses[i].page == page.v && lenses[i].kind == kind) {
		el2_look_again();
		return lenses[i].window;
	}
	look_away(i);
	el2_look_at(lenses[i].window, page, kind);
	lenses[i].page = page.v;
	lenses[i].kind = (u8)kind;
	lenses[i].used = true;
	return lenses[i].window;
}

void lens_look_away(void)
{
	for (unsigned i = 0; i < LENS_NR; i++)
		if (lenses[i].kind != S1_DEVICE)
			look_away(i);
}
