/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's error numbers; functions return them negative. */
#ifndef LIB_ERRNO_H
#define LIB_ERRNO_H

#if __STDC_HOSTED__
#include <errno.h>
#else
#define EPERM	1
#define ENOENT	2
#define EIO	5
#define E2BIG	7
#define EAGAIN	11
#define ENOMEM	12
#define EACCES	13
#define EFAULT	14
#define EBUSY	16
#define EEXIST	17
#define ENODEV	19
#define EINVAL	22
#define ENOSPC	28
#define ERANGE	34
#define EILSEQ	84
#define ETIMEDOUT 110
#endif

#endif
