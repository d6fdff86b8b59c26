/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included before everything of the target's (Makefile): what is declared is in this image, so that
 * the compiler reaches it directly. -fvisibility=hidden says so of definitions only, and each
 * variable of another file would cost a load from a table, and the table a relocation.
 */
#pragma GCC visibility push(hidden)
