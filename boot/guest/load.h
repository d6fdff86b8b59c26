/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the guest's kernel, ramdisk and device tree where the guest finds them. */
#ifndef BOOT_GUEST_LOAD_H
#define BOOT_GUEST_LOAD_H

#include "boot/config/bundle.h"
#include "boot/config/config.h"
#include "boot/machine/host.h"
#include "mm/region.h"

struct entry {
	ipa_t pc;			/* the guest's first instruction */
	ipa_t fdt;			/* its x0 */
	ipa_t kernel;
	ipa_t ramdisk;
	u64 kernel_size, ramdisk_size;
	bool moved;			/* the kernel was copied to where it can run */
};

/*
 * Compares the members' checksums with the config's, if the config or Mavis's command line says
 * `verify`; stops the machine if one differs, or if the CPU or the config cannot do it.
 */
void load_verify(const struct bundle *bundle, const struct config *config);

/*
 * Writes the guest's device tree, moves what cannot stay, and cleans all of it to the PoC. Stops
 * the machine if it fails.
 */
struct entry load_guest(const struct bundle *bundle, const struct config *config,
			const struct host *host, const struct region_table *regions,
			ipa_t control_page);

#endif
