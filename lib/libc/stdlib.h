/* SPDX-License-Identifier: Apache-2.0 */
/* The part of <stdlib.h> that libfdt calls. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

unsigned long strtoul(const char *s, char **end, int base);

#endif
