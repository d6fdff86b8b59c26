/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUESTS_LAB_SPECULATE_H
#define GUESTS_LAB_SPECULATE_H

#include "boot/machine/host.h"

/* Nothing where the config has no region called sensitive: see docs/lab.md. */
void speculate_run(const struct host *host);
extern unsigned speculations_done;

#endif
