/* SPDX-License-Identifier: Apache-2.0 */
/* The one sort that there is. */
#ifndef LIB_SORT_H
#define LIB_SORT_H

#include "lib/types.h"

/* True if *@a must come before *@b; @arg is sort()'s. */
typedef bool sort_less(const void *a, const void *b, const void *arg);

/*
 * Sorts @nr elements of @size bytes each, in place and on little stack: heap sort, in n log n
 * comparisons at the worst. Equal ones come in any order. What is large is sorted by an index.
 */
void sort(void *base, unsigned nr, size_t size, sort_less *less, const void *arg);

#endif
