/* SPDX-License-Identifier: Apache-2.0 */
#include "hyp/smccc.h"

#include "hyp/control.h"

#define ARCH_SOC_ID		0x80000002
#define ARCH_WORKAROUND_1	0x80008000
#define ARCH_WORKAROUND_2	0x80007fff
#define ARCH_WORKAROUND_3	0x80003fff
#define TRNG_VERSION		0x84000050
#define TRNG_FEATURES		0x84000051
#define TRNG_GET_UUID		0x84000052
#define TRNG_RND_32		0x84000053
#define TRNG_RND_64		0xc4000053

#define VERSION_1_1		0x10001
#define VERSION_1_2		0x10002

/*
 * The firmware's own service. Its workarounds act on the CPU that calls, and it is the guest's CPU.
 * Firmware older than SMCCC 1.1 knows none of these, and need not even return NOT_SUPPORTED
 * cleanly.
 */
static void pass(struct frame *f)
{
	struct smc_result r;

	if (firmware.smccc_version < VERSION_1_1) {
		f->x[0] = (u64)PSCI_NOT_SUPPORTED;
		return;
	}
	r = firmware_call((u32)f->x[0], smccc_arg(f, 1), smccc_arg(f, 2), smccc_arg(f, 3));
	for (unsigned i = 0; i < ARRAY_SIZE(r.x); i++)
		f->x[i] = r.x[i];
}

/* 1.2 only says that the firmware's SOC_ID may be asked for. */
static void version(struct frame *f)
{
	f->x[0] = firmware.smccc_version >= VERSION_1_2 ? VERSION_1_2 : VERSION_1_1;
}

static void arch_features(struct frame *f)
{
	switch ((u32)f->x[1]) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES:
		f->x[0] = PSCI_SUCCESS;
		break;
	case ARCH_SOC_ID:
	case ARCH_WORKAROUND_1:
	case ARCH_WORKAROUND_2:
	case ARCH_WORKAROUND_3:
		pass(f);
		break;
	default:
		f->x[0] = (u64)PSCI_NOT_SUPPORTED;
	}
}

/* The workarounds first: an affected kernel calls them at every exception from EL0. */
static const struct {
	u32 fid;
	void (*fn)(struct frame *f);
} services[] = {
	{ ARCH_WORKAROUND_1, pass },
	{ ARCH_WORKAROUND_3, pass },
	{ ARCH_WORKAROUND_2, pass },
	{ SMCCC_VERSION, version },
	{ SMCCC_ARCH_FEATURES, arch_features },
	{ ARCH_SOC_ID, pass },
	{ TRNG_RND_64, pass },
	{ TRNG_RND_32, pass },
	{ TRNG_VERSION, pass },
	{ TRNG_FEATURES, pass },
	{ TRNG_GET_UUID, pass },
};

void smccc_service(struct frame *f)
{
	for (unsigned i = 0; i < ARRAY_SIZE(services); i++)
		if (services[i].fid == (u32)f->x[0]) {
			services[i].fn(f);
			return;
		}
	if (!control_call(f))
		f->x[0] = (u64)PSCI_NOT_SUPPORTED;
}
