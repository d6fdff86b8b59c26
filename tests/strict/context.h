/* SPDX-License-Identifier: Apache-2.0 */
/* System registers, and what has to be synchronized before something goes by them. */
#ifndef STRICT_CONTEXT_H
#define STRICT_CONTEXT_H

#include "decode.h"
#include "strict.h"

/* A write (MSR), a read (MRS), maintenance or AT (SYS), before it is made. */
void context_write(struct at at, const struct insn *insn, u64 val);
void context_read(struct at at, const struct insn *insn);
void context_at(struct at at);
void context_tlbi(struct at at, const struct tlbi *op);
void context_pauth(struct at at);

/* EL2 accesses memory. */
void context_access(struct at at, u64 va);

/* ISB, or taking an exception; ERET. */
void context_synchronize(unsigned cpu);
void context_eret(struct at at);

/* Maintenance that no DSB has completed. @how: what is about to happen. */
void context_check_complete(struct at at, const char *how);

/* True once a guest has turned its MMU on. */
extern bool guest_seen_mmu;

#endif
