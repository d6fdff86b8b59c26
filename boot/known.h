/* SPDX-License-Identifier: Apache-2.0 */
/* Differences from the architecture that the self-check is known to find, and where. */
#ifndef BOOT_KNOWN_H
#define BOOT_KNOWN_H

#include "hyp/guest.h"

/*
 * What is known to make the difference that @c has first, told by the attributes that stage 1 and
 * stage 2 ask for and what came of them; NULL: it is a new one. The check itself knows none of
 * this.
 */
const char *known_difference(const struct selfcheck *c, bool fwb);

#endif
