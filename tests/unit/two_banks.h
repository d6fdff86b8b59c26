/* SPDX-License-Identifier: Apache-2.0 */
/* A machine with 64 MiB at 1 and at 2 GiB, the second less its last page. */
#ifndef TESTS_UNIT_TWO_BANKS_H
#define TESTS_UNIT_TWO_BANKS_H

#include <libfdt.h>

#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "tests/unit/test.h"

static struct host host;
static struct config config;
static struct region region;
static struct diag d;

static inline void two_banks(unsigned nr_cpus)
{
	static u8 fdt[256];

	fdt_create_empty_tree(fdt, sizeof(fdt));
	memset(&host, 0, sizeof(host));
	host.fdt = fdt;
	host.nr_cpus = nr_cpus;
	host.memory[0] = (struct range){ GIB(1), MIB(64) };
	host.memory[1] = (struct range){ GIB(2), MIB(64) - PAGE_SIZE };
	host.nr_memory = 2;
	config = (struct config){ .regions = &region };
}

#endif
