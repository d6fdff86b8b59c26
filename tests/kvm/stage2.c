// SPDX-License-Identifier: Apache-2.0
/*
 * What KVM makes of memory in a VM: a VMM that asks it, for docs/research.md. By tests/kvm/init.
 *
 * Each kind of memory is a memslot, which the guest maps by several types of stage 1. Each access
 * is tried in a VM of its own, whose stage 2 is empty at first: it is done, or faults in the guest
 * (EL1), or KVM_RUN fails, which ends a VM. With "hold" one VM reads all kinds and spins, for a
 * debugger to look at its stage 2 (walk.py).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/vfio.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Guest physical addresses, and virtual ones; ALIAS(i) is SLOTS by byte i of MAIR. */
#define REPORT		0x10000000ull		/* in no slot: a store here is an exit */
#define RAM		0x40000000ull
#define RAM_SIZE	0x200000ull
#define SLOTS		0x80000000ull
#define SLOT_SIZE	0x4000000ull
#define SLOT(kind)	(SLOTS + (kind) * SLOT_SIZE)
#define ALIAS(i)	(0x200000000ull + ((uint64_t)(i) << 30))

#define MAIR	0x00040c44bbffull		/* WB, WT, NC, GRE, nGnRE, nGnRnE from byte 0 on */
#define TYPES	6
#define nGnRE	4
#define RET	0xd65f03c0

/* Vectors, then a row of 64 bytes for each access: x1 where, x2 what, x9 REPORT */
__asm__(".pushsection .rodata\n"
	".balign 0x800\n"
	"guest:	.org guest + 0x200\n"
	"	mrs x0, esr_el1\n	str x0, [x9, #8]\n	b .\n"
	".macro row n\n	.org guest + 0x800 + 64 * \\n\n.endm\n"
	".macro done\n	str x0, [x9]\n	b .\n.endm\n"
	"	row 0\n	at s1e1r, x1\n	isb\n	mrs x0, par_el1\n	done\n"
	"	row 1\n	str x2, [x1]\n	done\n"
	"	row 2\n	str x2, [x1, #1]\n	done\n"		/* assembled as STUR */
	"	row 3\n	str x2, [x1]\n	str x2, [x1, #1]\n	done\n"
	"	row 4\n	ldr x0, [x1, #1]\n	done\n"
	"	row 5\n	dc zva, x1\n	done\n"
	"	row 6\n	blr x1\n	done\n"
	"	row 7\n1:	ldr x0, [x1]\n	add x1, x1, x2\n	subs x3, x3, #1\n	b.ne 1b\n	b .\n"
	"	.org guest + 0x1000\n"
	".popsection\n");
extern const char guest[0x1000];

enum access {
	PAR, STORE, UNALIGNED_STORE, BOTH_STORES, UNALIGNED_LOAD, ZVA, FETCH, ACCESSES,
	SPIN = ACCESSES
};
static const char *const access_name[ACCESSES] = {
	"PAR_EL1", "aligned", "unaligned", "both", "unal. load", "DC ZVA", "fetch"
};

static struct kind {
	const char *name;
	void *at;
	uint64_t size;
} kinds[] = {
	{ .name = "vfio-pci" },		/* BAR 2, non-cached; from 6.9 on VM_ALLOW_ANY_UNCACHED */
	{ .name = "resource2" },	/* the same by sysfs, non-cached, without that flag */
	{ .name = "resource2_wc" },	/* write-combined, without it */
	{ .name = "anonymous" },
	{ .name = "file" },		/* on ramfs: RAM without VM_MTE_ALLOWED */
	{ .name = "DAX file" },		/* cacheable, in memory that is no RAM to the kernel */
};

static unsigned int kinds_had = sizeof(kinds) / sizeof(kinds[0]);
static int kvm, run_size;

static void check(int bad, const char *what)
{
	if (bad) {
		printf("stage2: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

/* @size bytes at @offset of @fd, or anonymous ones */
static void *map(int fd, off_t offset, size_t size, const char *what)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);

	check(at == MAP_FAILED, what);
	return at;
}

static void set_reg(int vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | id, .addr = (uintptr_t)&value,
	};

	check(ioctl(vcpu, KVM_SET_ONE_REG, &reg), "KVM_SET_ONE_REG");
}

#define X(n)	(KVM_REG_ARM_CORE | 2 * (n))
#define PC	X(32)			/* struct user_pt_regs: X0 to X30, SP, PC */
#define SYS(op0, op1, crn, crm, op2) \
	(KVM_REG_ARM64_SYSREG | (op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define SCTLR_EL1	SYS(3, 0, 1, 0, 0)
#define TTBR0_EL1	SYS(3, 0, 2, 0, 0)
#define TCR_EL1		SYS(3, 0, 2, 0, 2)
#define MAIR_EL1	SYS(3, 0, 10, 2, 0)
#define VBAR_EL1	SYS(3, 0, 12, 0, 0)

static int slot(int vm, unsigned int n, uint64_t ipa, void *at, uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = n, .guest_phys_addr = ipa, .memory_size = size,
		.userspace_addr = (uintptr_t)at,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* The guest's memory with its program, and its table of 1 GiB blocks */
static char *make_ram(void)
{
	char *ram = map(-1, 0, RAM_SIZE, "anonymous memory");
	uint64_t *table = (uint64_t *)(ram + 0x10000);
	const uint64_t block = 1 << 10 | 3 << 8 | 1;	/* AF, inner shareable */

	memcpy(ram, guest, sizeof(guest));
	__builtin___clear_cache(ram, ram + sizeof(guest));
	table[0] = block | nGnRE << 2;
	table[RAM >> 30] = RAM | block;
	for (unsigned int i = 0; i < TYPES; i++)
		table[ALIAS(i) >> 30] = SLOTS | block | i << 2;
	return ram;
}

/* Tries @access at @va with x2 and x3; what came of it, in words. */
static const char *try(enum access access, uint64_t va, uint64_t x2, uint64_t x3)
{
	static char words[64];
	struct kvm_vcpu_init init;
	char *ram = make_ram();
	struct kvm_run *run;
	uint64_t value;
	int vm, vcpu, ret;

	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	check(vm < 0 || slot(vm, 0, RAM, ram, RAM_SIZE), "KVM_CREATE_VM");
	for (unsigned int k = 0; k < kinds_had; k++)
		check(slot(vm, 1 + k, SLOT(k), kinds[k].at, kinds[k].size), kinds[k].name);
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	check(vcpu < 0 || ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init), "KVM_CREATE_VCPU");
	check(ioctl(vcpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
	run = map(vcpu, 0, run_size, "KVM_RUN's page");

	set_reg(vcpu, VBAR_EL1, RAM);
	set_reg(vcpu, MAIR_EL1, MAIR);
	set_reg(vcpu, TTBR0_EL1, RAM + 0x10000);
	/* 4 KiB, 39 bits of TTBR0's, walks Write-Back and inner shareable; then RES1, I, C, M */
	set_reg(vcpu, TCR_EL1, 2ull << 32 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 | 25);
	set_reg(vcpu, SCTLR_EL1, 0x30d00800 | 1 << 12 | 1 << 2 | 1);
	set_reg(vcpu, X(1), va);
	set_reg(vcpu, X(2), x2);
	set_reg(vcpu, X(3), x3);
	set_reg(vcpu, X(9), REPORT);
	set_reg(vcpu, PC, RAM + 0x800 + 64 * access);

	alarm(access == SPIN ? 0 : 10);
	ret = ioctl(vcpu, KVM_RUN, 0);
	memcpy(&value, run->mmio.data, sizeof(value));
	if (ret)
		snprintf(words, sizeof(words), "%s",
			 errno == EINTR ? "hangs" : strerrorname_np(errno));
	else if (run->exit_reason != KVM_EXIT_MMIO)
		snprintf(words, sizeof(words), "exit %u", run->exit_reason);
	else if (run->mmio.phys_addr == REPORT + 8)		/* ESR_EL1: EC and DFSC */
		snprintf(words, sizeof(words), "EL1 %02x/%02x", (int)(value >> 26 & 63),
			 (int)(value & 63));
	else if (access == PAR)
		snprintf(words, sizeof(words), "%02x", (int)(value >> 56));
	else
		snprintf(words, sizeof(words), "done");
	munmap(run, run_size);
	close(vcpu);
	close(vm);
	munmap(ram, RAM_SIZE);
	return words;
}

/* BAR 2 of the device @name, through VFIO */
static void open_vfio(struct kind *kind, const char *group_path, const char *name)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	struct vfio_region_info bar = { .argsz = sizeof(bar), .index = VFIO_PCI_BAR2_REGION_INDEX };
	int container = open("/dev/vfio/vfio", O_RDWR), group = open(group_path, O_RDWR), device;
	uint16_t command = 2;				/* memory space */

	check(container < 0 || group < 0, group_path);
	check(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "VFIO_GROUP_SET_CONTAINER");
	check(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "VFIO_SET_IOMMU");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
	check(device < 0 || ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	      ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &bar), name);
	check(pwrite(device, &command, 2, config.offset + 4) != 2, "PCI command");
	kind->size = bar.size;
	kind->at = map(device, bar.offset, bar.size, "the BAR");
}

static void open_file(struct kind *kind, const char *path, uint64_t size)
{
	int fd = open(path, O_RDWR);

	check(fd < 0, path);
	kind->size = size;
	kind->at = map(fd, 0, size, path);
}

static void try_accesses(void)
{
	printf("%-13s %-7s", "memory", "stage 1");
	for (enum access a = 0; a < ACCESSES; a++)
		printf(" %-10s", access_name[a]);
	for (unsigned int k = 0; k < kinds_had; k++) {
		for (unsigned int i = 0; i < TYPES; i++) {
			printf("\n%-13s %02x     ", kinds[k].name, (int)(MAIR >> 8 * i & 0xff));
			for (enum access a = 0; a < ACCESSES; a++) {
				*(volatile uint32_t *)kinds[k].at = RET;
				printf(" %-10s", try(a, ALIAS(i) + k * SLOT_SIZE, RET, 0));
			}
		}
	}
	printf("\n");
}

static const char *outcome(int bad)
{
	return bad ? strerrorname_np(errno) : "taken";
}

/* May a VM with MTE have the memory? And one that has it already, MTE? */
static void try_mte(void)
{
	struct kvm_enable_cap mte = { .cap = KVM_CAP_ARM_MTE };

	for (unsigned int k = 0; k < kinds_had; k++) {
		struct kind *kind = &kinds[k];
		int vm = ioctl(kvm, KVM_CREATE_VM, 0), late = ioctl(kvm, KVM_CREATE_VM, 0);

		check(vm < 0 || late < 0, "KVM_CREATE_VM");
		printf("%-13s MTE: %s, ", kind->name, outcome(ioctl(vm, KVM_ENABLE_CAP, &mte)));
		printf("then the slot: %s; ", outcome(slot(vm, 0, RAM, kind->at, kind->size)));
		check(slot(late, 0, RAM, kind->at, kind->size), kind->name);
		printf("MTE after the slot: %s\n", outcome(ioctl(late, KVM_ENABLE_CAP, &mte)));
		close(vm);
		close(late);
	}
}

static void on_alarm(int number)
{
	(void)number;
}

int main(int argc, char **argv)
{
	check(argc != 5, "usage: stage2 /dev/vfio/GROUP DEVICE /sys/.../DEVICE ask|hold");
	setbuf(stdout, NULL);
	signal(SIGALRM, on_alarm);
	kvm = open("/dev/kvm", O_RDWR);
	check(kvm < 0, "/dev/kvm");
	run_size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	open_vfio(&kinds[0], argv[1], argv[2]);
	check(chdir(argv[3]), argv[3]);
	open_file(&kinds[1], "resource2", kinds[0].size);
	open_file(&kinds[2], "resource2_wc", kinds[0].size);
	kinds[3].size = RAM_SIZE;
	kinds[3].at = map(-1, 0, RAM_SIZE, "anonymous memory");
	open_file(&kinds[4], "/ramfs/file", RAM_SIZE);
	if (access("/dax/file", R_OK))
		kinds_had--;
	else
		open_file(&kinds[5], "/dax/file", RAM_SIZE);

	if (!strcmp(argv[4], "ask")) {
		try_accesses();
		try_mte();
		return 0;
	}
	printf("HOLD\n");
	printf("%s\n", try(SPIN, ALIAS(nGnRE), SLOT_SIZE, kinds_had));
	return 1;
}
