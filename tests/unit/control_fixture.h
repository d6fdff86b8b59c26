/* SPDX-License-Identifier: Apache-2.0 */
/* A guest with regions to look at and to change, in fake memory, and with two CPUs. */
#ifndef TESTS_UNIT_CONTROL_FIXTURE_H
#define TESTS_UNIT_CONTROL_FIXTURE_H

#include <stdio.h>

#include "boot/guest/control.h"
#include "boot/guest/cpus.h"
#include "boot/guest/map.h"
#include "hyp/control.h"
#include "hyp/cpu.h"
#include "hyp/guest.h"
#include "mm/resolve.h"
#include "tests/unit/fake_machine.h"

#define BASE 0x80000000ul

enum { MEMORY, TARGET, FIXED, NO_TAGS, NR_TABLE, FOLLOWER = NR_TABLE };

static struct diag d;

static int add(unsigned i, const char *name, u64 at, u64 size, enum region_type type,
	       struct region_opts opts, const struct mm_caps *caps)
{
	bool hides_mte;

	guest_regions.region[i] = (struct region){ .ipa = IPA(at),
					   .pa = PA(at + GIB(4)),
					   .size = size,
					   .type = type,
					   .origin = REGION_FROM_CONFIG,
					   .opts = opts };
	snprintf(guest_regions.region[i].name, sizeof(guest_regions.region[i].name), "%s", name);
	return region_resolve(&guest_regions.region[i], caps, true, &hides_mte, &d);
}

/* The machine and page_pool are as new. 0, or an error with a text in d. */
static int offer(const struct mm_caps *caps)
{
	static struct host host = { .nr_cpus = 2, .cpu = { { .mpidr = 0 }, { .mpidr = 1 } } };
	static const struct region_opts raw = { .memattr = S2_NORMAL_NC,
						.sh = SH_INNER,
						.adjustable = true,
						.expose = EXPOSE_NONE };
	static const struct region_opts out = { .expose = EXPOSE_NONE }, none;
	struct region_opts tagless = raw;
	int err = cpus_init(&host, 0, 0, &d);

	memset(guest_checks, 0, (NR_TABLE + 1) * sizeof(guest_checks[0]));
	fake_this_cpu = &cpus[0];
	memset(cpus[0].count, 0, sizeof(cpus[0].count));
	memset(cpus[1].count, 0, sizeof(cpus[1].count));
	tagless.tags = TAGS_NO;
	guest_regions.nr = NR_TABLE;
	err = err ?: add(MEMORY, "memory", BASE, MIB(2), REGION_RAM, none, caps);
	err = err ?: add(TARGET, "target", BASE + MIB(64), MIB(64), REGION_RAW, raw, caps);
	err = err ?: add(FIXED, "fixed", BASE + MIB(128), MIB(2), REGION_PREFETCHABLE, out, caps);
	err = err ?: add(NO_TAGS, "no-tags", BASE + MIB(130), MIB(2), REGION_RAW, tagless, caps);
	err = err ?: guest_map(&guest_regions, caps, &d);
	guest.mte = caps->mte;
	bars.nr = 1;
	bars.bar[0].region = (struct region){ .name = "bar",
						.size = MIB(2),
						.type = REGION_DEVICE_MEMORY,
						.attr = { S2_NORMAL_WB, SH_INNER, true, true,
							  false },
						.opts.adjustable = true };
	if (caps->fwb)
		bars.bar[0].region.attr.memattr = S2_FWB_FORCE_WB;
	return err ?: control_offer(IPA(0), 1000, &d);
}

#endif
