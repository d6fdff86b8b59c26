/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What MIDR_EL1 says, in names: who made the core, [31:24], and which it is, [15:4]. The makers'
 * manuals have them. tools/labreport/machine.py reads these rows, too.
 */
#ifndef BOOT_CPU_NAMES_H
#define BOOT_CPU_NAMES_H

#define CPU_MAKERS(MAKER)			\
	MAKER(0x41, "Arm")			\
	MAKER(0x42, "Broadcom")			\
	MAKER(0x43, "Cavium")			\
	MAKER(0x46, "Fujitsu")			\
	MAKER(0x48, "HiSilicon")		\
	MAKER(0x4e, "NVIDIA")			\
	MAKER(0x50, "Applied Micro")		\
	MAKER(0x51, "Qualcomm")			\
	MAKER(0x53, "Samsung")			\
	MAKER(0x56, "Marvell")			\
	MAKER(0x61, "Apple")			\
	MAKER(0x6d, "Microsoft")		\
	MAKER(0xc0, "Ampere")

#define CPU_PARTS(PART)				\
	PART(0x41, 0xd02, "Cortex-A34")		\
	PART(0x41, 0xd03, "Cortex-A53")		\
	PART(0x41, 0xd04, "Cortex-A35")		\
	PART(0x41, 0xd05, "Cortex-A55")		\
	PART(0x41, 0xd06, "Cortex-A65")		\
	PART(0x41, 0xd07, "Cortex-A57")		\
	PART(0x41, 0xd08, "Cortex-A72")		\
	PART(0x41, 0xd09, "Cortex-A73")		\
	PART(0x41, 0xd0a, "Cortex-A75")		\
	PART(0x41, 0xd0b, "Cortex-A76")		\
	PART(0x41, 0xd0c, "Neoverse N1")	\
	PART(0x41, 0xd0d, "Cortex-A77")		\
	PART(0x41, 0xd0e, "Cortex-A76AE")	\
	PART(0x41, 0xd40, "Neoverse V1")	\
	PART(0x41, 0xd41, "Cortex-A78")		\
	PART(0x41, 0xd42, "Cortex-A78AE")	\
	PART(0x41, 0xd43, "Cortex-A65AE")	\
	PART(0x41, 0xd44, "Cortex-X1")		\
	PART(0x41, 0xd46, "Cortex-A510")	\
	PART(0x41, 0xd47, "Cortex-A710")	\
	PART(0x41, 0xd48, "Cortex-X2")		\
	PART(0x41, 0xd49, "Neoverse N2")	\
	PART(0x41, 0xd4a, "Neoverse E1")	\
	PART(0x41, 0xd4b, "Cortex-A78C")	\
	PART(0x41, 0xd4c, "Cortex-X1C")		\
	PART(0x41, 0xd4d, "Cortex-A715")	\
	PART(0x41, 0xd4e, "Cortex-X3")		\
	PART(0x41, 0xd4f, "Neoverse V2")	\
	PART(0x41, 0xd80, "Cortex-A520")	\
	PART(0x41, 0xd81, "Cortex-A720")	\
	PART(0x41, 0xd82, "Cortex-X4")		\
	PART(0x41, 0xd83, "Neoverse V3AE")	\
	PART(0x41, 0xd84, "Neoverse V3")	\
	PART(0x41, 0xd85, "Cortex-X925")	\
	PART(0x41, 0xd87, "Cortex-A725")	\
	PART(0x41, 0xd89, "Cortex-A720AE")	\
	PART(0x41, 0xd8e, "Neoverse N3")	\
	PART(0x42, 0x516, "ThunderX2")		\
	PART(0x43, 0x0a1, "ThunderX")		\
	PART(0x43, 0x0af, "ThunderX2")		\
	PART(0x46, 0x001, "A64FX")		\
	PART(0x48, 0xd01, "Kunpeng 920")	\
	PART(0x4e, 0x004, "Carmel")		\
	PART(0x51, 0x001, "Oryon")		\
	PART(0xc0, 0xac3, "Ampere-1")		\
	PART(0xc0, 0xac4, "Ampere-1A")		\
	PART(0x00, 0x051, "QEMU's max CPU")	/* maker 0: software, which has no revision */

#endif
