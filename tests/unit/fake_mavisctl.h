/* SPDX-License-Identifier: Apache-2.0 */
/* A Mavis for mavisctl's parts: it answers AT_LATER when it is told to, as an interrupt may. */
#ifndef TESTS_UNIT_FAKE_MAVISCTL_H
#define TESTS_UNIT_FAKE_MAVISCTL_H

#include "guests/linux/ctl/ctl.h"

struct fake_mavisctl {
	struct answer at;		/* AT, and WALK of what it gives */
	struct answer later;		/* AT_LATER, once it is there: */
	unsigned at_once_in;		/* when it is asked so often: before its status is read */
	unsigned after_call_in;		/* ... or the registers are read so often */
	unsigned nr_asked, nr_read;
};

extern struct fake_mavisctl fake_mavisctl;

#endif
