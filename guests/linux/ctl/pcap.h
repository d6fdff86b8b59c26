/* SPDX-License-Identifier: Apache-2.0 */
/* A capture file of recorded accesses; what fails ends the program, with the reason. */
#ifndef GUESTS_LINUX_CTL_PCAP_H
#define GUESTS_LINUX_CTL_PCAP_H

#include "guests/linux/ctl/ctl.h"

void pcap_open(const char *name);

/*
 * @a: what TRACE answered; @frequency: of its time, in Hz. @region: the region's name; @where: the
 * function, or the instruction's address.
 */
void pcap_add(const struct answer *a, uint64_t frequency, const char *region, const char *where);

void pcap_close(void);

#endif
