/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /init of the boots that are measured: a mark (bench/elcount.c), and nothing more. (The first
 * instruction at EL0 comes long before it: a modprobe that the kernel starts, with most drivers
 * still to be probed.)
 */
	.globl	_start
_start:
	hint	#126
	b	.
