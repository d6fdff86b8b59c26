/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/watch.h"

#include "hyp/bar.h"
#include "hyp/guest.h"
#include "hyp/lens.h"
#include "hyp/watch.h"
#include "lib/errno.h"

static int begin(struct region *r, struct diag *d)
{
	bool emulates = r->opts.unaligned == UNALIGNED_EMULATED;
	int err = r->opts.watch ? watch_start(r) : emulates ? lens_make() : 0;

	if (err == -ENOMEM)
		return fail(d, err, "region %s: %s: the page pool is used up", r->name,
			    r->opts.watch ? "watch" : "unaligned");
	if (err)
		return fail(d, err,
			    "region %s: watch: Mavis works registers in it for the guest: take them out",
			    r->name);
	return 0;
}

int watch_begin(struct diag *d)
{
	int err = 0;

	for (unsigned i = 0; i < guest_regions.nr && !err; i++)
		err = begin(&guest_regions.region[i], d);
	for (unsigned i = 0; i < bars.nr && !err; i++)
		err = begin(&bars.bar[i].region, d);
	return err;
}
