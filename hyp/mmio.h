/* SPDX-License-Identifier: Apache-2.0 */
/* Guest physical pages whose accesses EL2 carries out. Stage 2 maps them less than fully, so that they fault. */
#ifndef HYP_MMIO_H
#define HYP_MMIO_H

#include "lib/types.h"

#define MMIO_MAX	256

struct mmio_access {
	u64 offset;		/* in the page, a multiple of size */
	u8 size;		/* 1, 2, 4 or 8 bytes */
	bool write;
	u64 val;		/* zero-extended: what is written, or for the handler to set when read */
};

/* Carries out an access to the page that was registered with @arg. CPUs may call it at the same time. */
typedef void (*mmio_handler)(void *arg, struct mmio_access *a);

struct mmio_page {
	u64 ipa;
	mmio_handler handler;
	void *arg;
};

/* Before the guest runs: afterwards the table is read without a lock. -EINVAL: no page; -EEXIST; -ENOSPC. */
int mmio_register(ipa_t page, mmio_handler handler, void *arg);

/* The registered page that holds @ipa, or NULL. */
const struct mmio_page *mmio_find(ipa_t ipa);

/* The value a load of @size bytes leaves in its register: @sext sign-extends, @sf says the register is 64 bits wide. */
u64 mmio_loaded(u64 val, unsigned size, bool sext, bool sf);

#endif
