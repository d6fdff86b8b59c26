/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the firmware of entry.S answers: PSCI, and calls in the shapes of boards' firmware, each as
 * far as a test or Linux's driver goes. It runs with its MMU off.
 *
 * A word that a loader may put at KNOBS changes it; see below.
 */
#include <stddef.h>
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

/* Normal RAM that no test's tree gives to anyone. */
#define KNOBS			0x43fff000
#define KNOB_OLD_SMCCC		1	/* no SMCCC 1.1: x4 to x17 are lost by a call */
#define KNOB_OPTEE_ANY_MEMORY	2	/* OP-TEE takes messages from anywhere */
#define KNOB_ROOT_MEMORY	4	/* a GiB of physical addresses is EL3's alone (FEAT_RME) */

#define SCMI_SHMEM		0x4010f000
/* Its status at 4, length at 20, header at 24, then the message. */
#define SCMI_STATUS		(SCMI_SHMEM + 0x04)
#define SCMI_LENGTH		(SCMI_SHMEM + 0x14)
#define SCMI_HEADER		(SCMI_SHMEM + 0x18)
#define SCMI_PAYLOAD		(SCMI_SHMEM + 0x1c)
#define PAGE_IN			0x7e0fe000	/* Amlogic's */
#define PAGE_OUT		0x7e0ff000
#define OPTEE_SHM		0x7e200000
#define OPTEE_SHM_SIZE		0x100000

/* Granule protection: a block for each GiB of 40 bits, and who may access it. */
#define GPT			((volatile u64 *)0x0e020000)
#define GPT_BLOCKS		1024
#define GPT_BLOCK(who)		((who) << 4 | 1)
#define GPI_ROOT		11ul
#define GPI_ANY			15ul
#define ROOT_BLOCK		(0x9000000000 >> 30)
#define GPCCR			(1 << 16 | 2 << 12 | 2)		/* GPC, SH, PPS of 40 bits */

#define POWERDOWN		(1 << 16)	/* of CPU_SUSPEND's power_state */

#define MAX_CPUS		4
#define GPIO			0x090b0000	/* the secure PL061: pin 0 is the power */
#define GPIO_DIR		(GPIO + 0x400)
#define GPIO_PIN0		(GPIO + (1 << 2))

static struct { volatile u64 entry, context; } mailbox[MAX_CPUS] __attribute__((section(".bss")));
static volatile u32 arrived;
static u32 knobs;

void start(void);
void answer(u64 *x);
struct pair { u64 entry, context; } wait_for_start(void);
void cpu_off(void) __attribute__((noreturn));
void wake_up(u64 entry, u64 context) __attribute__((noreturn));

static void write32(u64 address, u32 val)
{
	*(volatile u32 *)address = val;
}

static u32 read32(u64 address)
{
	return *(volatile u32 *)address;
}

static u64 cpu(void)
{
	u64 mpidr;

	__asm__ volatile("mrs %0, mpidr_el1" : "=r"(mpidr));
	return mpidr & 0xff;
}

/* On the first CPU alone. It leaves the faults to whoever makes the access: SCR_EL3.GPF is 0. */
static void keep_root_memory(void)
{
	for (unsigned i = 0; i < GPT_BLOCKS; i++)
		GPT[i] = GPT_BLOCK(i == ROOT_BLOCK ? GPI_ROOT : GPI_ANY);
	__asm__ volatile("dsb sy\n\tmsr s3_6_c2_c1_4, %0\n\tmsr s3_6_c2_c1_6, %1\n\tisb"
			 : : "r"((u64)GPT >> 12), "r"((u64)GPCCR) : "memory");
}

void start(void)
{
	knobs = read32(KNOBS);
	if (knobs & KNOB_ROOT_MEMORY)
		keep_root_memory();
	write32(SCMI_STATUS, 1);		/* free */
}

struct pair wait_for_start(void)
{
	u64 n = cpu();
	struct pair p;

	mailbox[n].entry = 0;
	while (!mailbox[n].entry)
		__asm__ volatile("wfe");
	p = (struct pair){ mailbox[n].entry, mailbox[n].context };
	return p;
}

static u64 psci(const u64 *x)
{
	switch ((u32)x[0]) {
	case 0x84000000:			/* VERSION */
		return 0x10001;
	case 0x84000002:			/* CPU_OFF */
		cpu_off();
	case 0xc4000003:			/* CPU_ON */
		if (x[1] >= MAX_CPUS)
			return (u64)-2;
		if (mailbox[x[1]].entry)
			return (u64)-4;
		mailbox[x[1]].context = x[3];
		mailbox[x[1]].entry = x[2];
		__asm__ volatile("dsb sy; sev");
		return 0;
	case 0xc4000004:			/* AFFINITY_INFO */
		return x[1] && x[1] < MAX_CPUS && !mailbox[x[1]].entry;
	case 0x84000008:			/* SYSTEM_OFF */
		write32(GPIO_DIR, 1);
		write32(GPIO_PIN0, 1);
		for (;;)
			;
	case 0xc400000e:			/* SYSTEM_SUSPEND: no time passes */
		for (unsigned n = 1; n < MAX_CPUS; n++)
			if (mailbox[n].entry)
				return (u64)-3;
		wake_up(x[1], x[2]);
	case 0xc4000001:			/* CPU_SUSPEND: nor here */
		if (x[1] & POWERDOWN)
			wake_up(x[2], x[3]);
		return 0;
	case 0x8400000a:			/* FEATURES */
		if ((u32)x[1] == 0xc400000e || (u32)x[1] == 0xc4000001)
			return 0;
		return (u32)x[1] == 0x80000000 && !(knobs & KNOB_OLD_SMCCC) ? 0 : (u64)-1;
	case 0x80007fff:			/* ARCH_WORKAROUND_2: here it says what it got */
		return 0x100 + x[1];
	case 0x80000000:			/* SMCCC_VERSION */
		return knobs & KNOB_OLD_SMCCC ? (u64)-1 : 0x10002;
	}
	return (u64)-1;
}

/* Xilinx: the status in x0[31:0], then words of results. */
static int zynqmp(u64 *x)
{
	switch ((u32)x[0]) {
	case 0xc2000001:			/* GET_API_VERSION */
		x[0] = 0x10001ul << 32;
		return 1;
	case 0xc2000a03:			/* GET_TRUSTZONE_VERSION */
		x[0] = 0x10000ul << 32;
		return 1;
	case 0xc2000018:			/* GET_CHIPID: a ZU9EG's */
		x[0] = 0x24738093ul << 32;
		x[1] = 0;
		return 1;
	case 0xc200003f:			/* FEATURE_CHECK */
		x[0] = 1ul << 32;
		return 1;
	case 0xc2000011:			/* RESET_ASSERT, */
	case 0xc2000016:			/* FPGA_LOAD */
	case 0xc2000022:			/* and IOCTL: it has been here */
		x[1] = x[0] & 0xfff;
		x[0] = 0;
		return 1;
	}
	return 0;
}

static void text(u64 at, const char *s)
{
	u32 word;

	for (unsigned n = 0; n < 16; n += 4) {
		word = 0;
		for (unsigned i = 0; i < 4; i++, s += *s != 0)
			word |= (u32)(unsigned char)*s << (i * 8);
		write32(at + n, word);
	}
}

/* The base protocol, 0x10, alone: what Linux asks of it when it starts. */
static void scmi(void)
{
	u32 header = read32(SCMI_HEADER), status = 0, size = 8;

	switch (header & 0x3ffff) {
	case 0x10 << 10 | 0:			/* VERSION */
		write32(SCMI_PAYLOAD + 4, 0x20000);
		break;
	case 0x10 << 10 | 1:			/* ATTRIBUTES: no protocol, one agent */
		write32(SCMI_PAYLOAD + 4, 0x100);
		break;
	case 0x10 << 10 | 3:			/* VENDOR */
	case 0x10 << 10 | 4:			/* SUB_VENDOR */
		text(SCMI_PAYLOAD + 4, "standin");
		size = 20;
		break;
	case 0x10 << 10 | 5:			/* IMPLEMENTATION_VERSION */
		write32(SCMI_PAYLOAD + 4, 0x2026);
		break;
	case 0x10 << 10 | 6:			/* LIST_PROTOCOLS: none more */
		write32(SCMI_PAYLOAD + 4, 0);
		break;
	case 0x10 << 10 | 7:			/* DISCOVER_AGENT */
		write32(SCMI_PAYLOAD + 4, 0);
		text(SCMI_PAYLOAD + 8, "mavis");
		size = 24;
		break;
	default:
		status = (u32)-1;
		size = 4;
	}
	write32(SCMI_PAYLOAD, status);
	write32(SCMI_LENGTH, size + 4);
	write32(SCMI_STATUS, 1);
}

#define SCM_SESSION	0x5e55

/* Amlogic, Qualcomm, OP-TEE. */
static int others(u64 *x)
{
	switch ((u32)x[0]) {
	case 0x82000020:
		x[0] = PAGE_IN;
		return 1;
	case 0x82000021:
		x[0] = PAGE_OUT;
		return 1;
	case 0x82000030:			/* fuses, from x1, x2 of them */
		for (u64 i = 0; i < x[2] && i < 64; i += 4)
			write32(PAGE_OUT + i, (u32)(0xf05e0000 + x[1] + i));
		x[0] = x[2];
		return 1;
	case 0x82000093:			/* power domains: nothing but W registers */
		x[3] = x[1] >> 32;
		x[0] = 0;
		return 1;
	case 0xc2000601:			/* interrupted once */
		x[0] = 1;
		x[6] = SCM_SESSION;
		return 1;
	case 0x00000001:
		x[0] = x[6] == SCM_SESSION ? 0 : (u64)-2;
		x[1] = 1;
		x[6] = 0;
		return 1;
	case 0xc2000501:
		x[0] = 0;
		x[1] = read32(x[2]);
		return 1;
	case 0xb2000009:			/* capabilities */
		x[0] = 0;
		x[1] = knobs & KNOB_OPTEE_ANY_MEMORY ? 5 : 1;
		return 1;
	case 0xb2000007:
		x[0] = 0;
		x[1] = OPTEE_SHM;
		x[2] = OPTEE_SHM_SIZE;
		x[3] = 1;
		return 1;
	case 0x32000004:			/* a message, and who sends it */
		write32((x[1] << 32 | (u32)x[2]) + 20, 0x0ca11ed);
		x[0] = 0;
		x[3] = x[7];
		return 1;
	}
	return 0;
}

/* Comes back when two CPUs are here. */
static void meet(void)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	while (arrived < 2)
		;
}

void answer(u64 *x)
{
	u32 fid = (u32)x[0];

	if (fid == 0x82000010) {
		scmi();
		x[0] = 0;
	} else if (fid == 0x8200ff00) {
		meet();
		x[0] = 0x2ca115;
	} else if (fid == 0xc200ff01) {		/* a result in each that SMCCC 1.2 has */
		for (unsigned i = 0; i < 18; i++)
			x[i] = 0x1000 + i + (x[i] & 1) * 0x100;
	} else if (!zynqmp(x) && !others(x)) {
		x[0] = psci(x);
	}
	for (unsigned i = 4; i < 18 && knobs & KNOB_OLD_SMCCC; i++)
		if (i != 6)
			x[i] = 0x10571057;
}
