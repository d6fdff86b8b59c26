/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/fixup.h"

static struct fixup seen[FIXUP_MAX + 1];
static unsigned nr_seen;

void fixup_count(u64 pc, unsigned region)
{
	unsigned i = 0;

	while (i < nr_seen && i < FIXUP_MAX && seen[i].pc != pc)
		i++;
	if (i == nr_seen) {
		nr_seen++;
		seen[i] = (struct fixup){ i < FIXUP_MAX ? pc : 0, 0, (u16)region };
	}
	seen[i].count++;
}

const struct fixup *fixup_get(u64 i)
{
	return i < nr_seen ? &seen[i] : NULL;
}
