/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integer types, and addresses that do not mix by accident.
 *
 * Three address spaces meet in a hypervisor: what EL2 dereferences (va), what the guest believes to
 * be physical (ipa) and what the machine decodes (pa). Each is a struct, so that passing one for
 * another is a compile error; `.v` is the number.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int32_t s32;
typedef int64_t s64;

typedef struct { u64 v; } va_t;
typedef struct { u64 v; } ipa_t;
typedef struct { u64 v; } pa_t;

#define VA(x)	((va_t){ (u64)(x) })
#define IPA(x)	((ipa_t){ (u64)(x) })
#define PA(x)	((pa_t){ (u64)(x) })

#define KIB(n)	((u64)(n) << 10)
#define MIB(n)	((u64)(n) << 20)
#define GIB(n)	((u64)(n) << 30)

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096ul
#define PAGE_MASK	(PAGE_SIZE - 1)

#define BIT(n)			(1ul << (n))
#define GENMASK(hi, lo)		((~0ul >> (63 - (hi))) & (~0ul << (lo)))
#define FIELD(val, hi, lo)	(((u64)(val) & GENMASK(hi, lo)) >> (lo))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
/* Not zeroed at the start (linker.ld): for what is large and keeps count of what is valid in it. */
#if __STDC_HOSTED__
#define __noinit
#define __carried
#define __first
#else
#define __noinit		__attribute__((section(".noinit")))
/* Of what stays: a copy of Mavis that has moved has it from the image before (boot/move.h). */
#define __carried		__attribute__((section(".bss.carried")))
/* Of boot/: not zeroed, and used only before Mavis moves. */
#define __first			__attribute__((section(".first")))
#endif

#define MIN(a, b)		((a) < (b) ? (a) : (b))
#define MAX(a, b)		((a) > (b) ? (a) : (b))
#define ALIGN_DOWN(x, a)	((x) & ~((u64)(a) - 1))
#define ALIGN_UP(x, a)		ALIGN_DOWN((x) + ((u64)(a) - 1), a)
#define IS_ALIGNED(x, a)	(((x) & ((u64)(a) - 1)) == 0)

/* A range [base, base + size) of whichever address space the name of the variable says. */
struct range {
	u64 base;
	u64 size;
};

static inline u64 range_end(struct range r)
{
	return r.base + r.size;
}

/* True if the two ranges share a byte. Neither may wrap. */
static inline bool ranges_overlap(struct range a, struct range b)
{
	return a.size && b.size && a.base < range_end(b) && b.base < range_end(a);
}

/* True if every byte of @inner is in @outer. Neither may wrap. */
static inline bool range_contains(struct range outer, struct range inner)
{
	return inner.base >= outer.base && range_end(inner) <= range_end(outer);
}

/* False if base + size passes the end of the 64-bit space: to be asked before a range is used. */
static inline bool range_valid(struct range r)
{
	return r.base + r.size >= r.base;
}

#endif
