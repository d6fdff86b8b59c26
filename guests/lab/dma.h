/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GUESTS_LAB_DMA_H
#define GUESTS_LAB_DMA_H

#include "boot/machine/host.h"

/* Nothing where no edu is on the first bus of a host bridge with an ECAM. */
void dma_run(const struct host *host);
extern unsigned dmas_done;

#endif
