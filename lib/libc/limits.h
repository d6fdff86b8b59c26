/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_LIMITS_H
#define LIBC_LIMITS_H

#define INT_MAX		__INT_MAX__
#define UINT_MAX	(INT_MAX * 2u + 1u)

#endif
