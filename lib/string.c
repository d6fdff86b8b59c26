/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler and libfdt expect of a C library; memcpy, memmove and memset are in mem.S. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/types.h"

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)c)
			return (void *)p;
	return NULL;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end++)
		;
	return (size_t)(end - s) - 1;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (u8)*a - (u8)*b;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)last;
	}
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)s;
}

/*
 * libfdt reads the size in a compatible string with it: decimal digits, base 10. Others end at the
 * first digit.
 */
unsigned long strtoul(const char *s, char **end, int base)
{
	unsigned long n = 0;

	for (; *s >= '0' && *s <= '9' && *s - '0' < base; s++)
		n = n * base + (unsigned long)(*s - '0');
	if (end)
		*end = (char *)s;
	return n;
}
