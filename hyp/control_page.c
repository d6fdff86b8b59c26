/* SPDX-License-Identifier: Apache-2.0 */
/* The control page's registers. */
#include "hyp/control.h"

#include <string.h>

#include "hyp/cpu.h"
#include "hyp/later.h"

/* What a CPU has written and was answered. Status, arguments and results, 8 bytes each. */
static struct registers {
	u64 status;
	u64 args[CONTROL_NR_ARGS];
	u64 pad;
	u64 results[CONTROL_NR_RESULTS];
} registers[MAX_CPUS];

_Static_assert(offsetof(struct registers, args) == CONTROL_PAGE_ARGS - CONTROL_PAGE_STATUS &&
	       offsetof(struct registers, results) == CONTROL_PAGE_RESULTS - CONTROL_PAGE_STATUS,
	       "as in the page");

static u32 head(u64 offset)
{
	static const u64 none[CONTROL_NR_ARGS];
	u64 info[CONTROL_NR_RESULTS];

	control_run(CONTROL_INFO, none, info);

	const u32 words[] = { CONTROL_MAGIC, CONTROL_MAJOR << 16 | CONTROL_MINOR, (u32)info[0],
			      (u32)info[2] };

	return offset < sizeof(words) ? words[offset / 4] : 0;
}

static void store(struct registers *r, u64 offset, unsigned size, u64 val)
{
	u64 arg = offset - CONTROL_PAGE_ARGS;

	if (offset == CONTROL_PAGE_COMMAND) {
		later_end();
		r->status = (u64)control_run(val, r->args, r->results);
	} else if (arg < sizeof(r->args) && size == 8) {
		r->args[arg / 8] = val;
	} else if (arg < sizeof(r->args)) {
		((u32 *)r->args)[arg / 4] = (u32)val;
	}
}

void control_page_answer(s64 status, const u64 *results)
{
	struct registers *r = &registers[this_cpu()->index];

	r->status = (u64)status;
	memcpy(r->results, results, sizeof(r->results));
}

/* Other offsets and sizes read as 0, and writes there do nothing. */
u64 control_page_access(void *arg, u64 offset, unsigned size, bool write, u64 val)
{
	struct registers *r = &registers[this_cpu()->index];
	u64 at = offset - CONTROL_PAGE_STATUS;

	(void)arg;
	if (size < 4)
		return 0;
	if (write) {
		store(r, offset, size, val);
		return 0;
	}
	if (at < sizeof(*r))
		return size == 8 ? ((u64 *)r)[at / 8] : ((u32 *)r)[at / 4];
	return size == 8 ? head(offset) | (u64)head(offset + 4) << 32 : head(offset);
}
