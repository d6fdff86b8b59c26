/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_mavisctl.h"

#include "tests/unit/test.h"

struct fake_mavisctl fake_mavisctl;
bool json;

static const struct answer waits = { .status = CONTROL_EAGAIN };

struct answer ask(unsigned command, uint64_t a0, uint64_t a1, uint64_t a2)
{
	(void)a0, (void)a1, (void)a2;
	if (command == CONTROL_AT)
		return fake_mavisctl.at;
	if (command == CONTROL_AT_LATER) {
		fake_mavisctl.nr_asked++;
		return fake_mavisctl.nr_asked == fake_mavisctl.at_once_in ? fake_mavisctl.later :
									    waits;
	}
	if (command == CONTROL_WALK)
		return (struct answer){ .r[4] = 15 | 3 << CONTROL_SH_SHIFT };
	return (struct answer){ .status = 0 };
}

struct answer read_answer(void)
{
	return ++fake_mavisctl.nr_read == fake_mavisctl.after_call_in ? fake_mavisctl.later : waits;
}

struct answer at_in_process(pid_t pid, uint64_t va)
{
	(void)pid, (void)va;
	return fake_mavisctl.at;
}

bool region_name(uint64_t ipa, char *name, unsigned size)
{
	(void)ipa, (void)name, (void)size;
	return false;
}

void die(const char *text)
{
	fail_msg("%s", text);
	abort();
}
