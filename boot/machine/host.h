/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine is, read from the device tree that the loader hands over. */
#ifndef BOOT_MACHINE_HOST_H
#define BOOT_MACHINE_HOST_H

#include "drivers/cpu_power.h"
#include "drivers/firmware.h"
#include "drivers/uart.h"
#include "hyp/dma.h"
#include "lib/format.h"
#include "lib/types.h"

#define HOST_MAX_BANKS		128
#define HOST_MAX_RESERVED	128
#define HOST_MAX_MMIO		768
#define HOST_MAX_KEPT		256
#define HOST_MAX_GICR		16
#define HOST_MAX_ITS		16
#define HOST_MAX_SMMU		DMA_MAX_SMMUS
#define HOST_MAX_STREAMS	DMA_MAX_STREAMS
#define HOST_MAX_MASTERS	384
#define HOST_MAX_MASTER_REGS	4
#define HOST_MAX_DOORBELLS	32
#define HOST_MAX_CALLERS	30
#define HOST_MAX_SHMEM		4

enum cpu_method {
	CPU_METHOD_NONE,
	CPU_METHOD_PSCI,
	CPU_METHOD_SPIN_TABLE,
	CPU_METHOD_SPIN_UNKNOWN,	/* a spin-table without a usable address */
};

struct host_cpu {
	u64 mpidr;			/* affinity fields only, as in `reg` */
	enum cpu_method method;
	u64 release_addr;		/* spin-table: cpu-release-addr */
	int node;			/* offset in the host tree */
};

/* What the tree says of PSCI. */
enum host_psci {
	HOST_PSCI_NONE,
	HOST_PSCI_OLD,			/* 0.1: "arm,psci" alone */
	HOST_PSCI,
};

struct host_reserved {
	struct range range;
	bool no_map;
	bool firmware;			/* its own: no driver of a guest's finds a use for it */
	bool used;			/* it has `compatible`, or a device refers to it */
	bool mavis;			/* Mavis's own: boot/guest/keep.h */
	u32 phandle;			/* of its node; 0: none */
	char name[32];
};

enum host_mmio_kind { HOST_MMIO_REG, HOST_PCI_ECAM, HOST_PCI_IO, HOST_PCI_MEM32, HOST_PCI_MEM64 };

/*
 * One `reg` entry of a device, or one window of a PCI host bridge, enabled or not, but of no master
 * of the bus that is not; translated to a CPU address: page-aligned outwards, outside of all
 * memory. Entries of one kind may overlap, as devices share pages, but not one that is read-only
 * and one that is not.
 */
struct host_mmio {
	struct range range;
	u64 bus;			/* PCI windows: the PCI address of range.base */
	int node;			/* in the host tree; of PCI entries, the host bridge */
	enum host_mmio_kind kind;
	bool prefetchable;		/* PCI windows; HOST_MMIO_REG: a window, or memory */
	bool echoes;			/* HOST_PCI_ECAM: as struct pci_space's */
	bool read_only;			/* flash, in which a loader may be */
	char name[40];			/* node name with unit address */
};

/* Registers, or other memory of a node, that are never the guest's: page-aligned outwards. */
struct host_kept {
	struct range range;
	const char *why;		/* of a few texts, each at one address */
	char name[40];			/* node name with unit address */
};

struct host_its {
	struct range range;
	int node;
	bool enabled;
	bool withheld;		/* by the config: it comes to rest, and nobody has it */
	bool noncoherent;		/* it reads past the CPUs' caches, says the tree */
	bool at_rest;			/* a GICv3's, which its_stop() has turned off */
	bool given;			/* the guest has it, through Mavis: boot/guest/its.h */
};

struct host_gic {
	u8 version;			/* 0: none found; 2 or 3 */
	int node;
	struct range gicd;
	struct range gicc, gich, gicv;	/* GICv2 */
	struct range gicr[HOST_MAX_GICR];	/* GICv3 redistributor regions */
	unsigned nr_gicr;
	u64 gicr_stride;		/* 0: by GICR_TYPER */
	struct host_its its[HOST_MAX_ITS];
	unsigned nr_its;
};

/* An SMMUv3. Of other kinds there is only host->other_smmu. */
struct host_smmu {
	struct range regs;
	u32 phandle;			/* 0: no node can refer to it */
	bool enabled;
	bool coherent;			/* by the tree, whatever it says of itself */
	bool one_page;			/* the registers of page 1 are in page 0 */
	const char *out_of_use;		/* why it contains nothing; NULL: Mavis drives it */
	char name[40];			/* node name with unit address */
};

/* A node that writes and reads memory by itself. */
struct host_master {
	struct range regs[HOST_MAX_MASTER_REGS];	/* the last is around all that are left */
	unsigned nr_regs;
	int node;
	bool off;			/* it is disabled, or a node above it */
	bool elsewhere;			/* some of it is behind no SMMUv3 that is enabled */
	char name[40];
};

struct host_uart {
	bool found, guessed;
	struct uart uart;
	struct range range;
	char compatible[48];		/* the string that a driver matched */
	char path[96];			/* node */
	u32 clock, baud;		/* 0 where the tree does not say: as the loader set it */
};

/* An enabled node that lives on calls of the firmware. */
struct host_caller {
	int node;
	u8 kind;			/* enum caller_kind (callers.h) */
	bool unknown_memory;		/* what it needs of that is not known, or not yet */
	u32 id;				/* arm,smc-id */
	unsigned nr_memory;
	struct range memory[HOST_MAX_SHMEM];	/* which the firmware goes to, as it is named */
	char name[40];
};

struct host {
	const void *fdt;
	struct range memory[HOST_MAX_BANKS];	/* whole pages, sorted, disjoint */
	unsigned nr_memory;
	/*
	 * /memreserve/, less what the loader reserved for the bundle and the tree,
	 * /reserved-memory with a reg, parts of SRAM that say of no use, and the release addresses
	 * of spin-tables
	 */
	struct host_reserved reserved[HOST_MAX_RESERVED];
	unsigned nr_reserved;
	struct host_cpu cpu[MAX_CPUS];	/* enabled ones, in tree order */
	unsigned nr_cpus;
	struct host_cpu parked[MAX_CPUS];	/* in a spin-table, and disabled by the tree */
	unsigned nr_parked;
	enum host_psci psci;			/* of the enabled node, ... */
	char psci_path[48];			/* ... which is here */
	enum conduit conduit;			/* HOST_PSCI: how it is called */
	struct host_gic gic;
	struct host_mmio mmio[HOST_MAX_MMIO];
	unsigned nr_mmio;
	struct host_kept kept[HOST_MAX_KEPT];	/* in the order of the tree */
	unsigned nr_kept;
	/* of a kind that makes the same calls everywhere, only the first */
	struct host_caller caller[HOST_MAX_CALLERS];
	unsigned nr_callers;
	bool asked_firmware;		/* for the memory that it alone knows */
	struct host_uart uart;
	struct range bundle;			/* linux,initrd-start/end; size 0: none */
	const char *bootargs;			/* in the tree; "" where there are none */
	struct host_smmu smmu[HOST_MAX_SMMU];	/* disabled ones too */
	unsigned nr_smmus;
	struct dma_streams streams[HOST_MAX_STREAMS];	/* .smmu: of these */
	unsigned nr_streams;
	struct host_master master[HOST_MAX_MASTERS];	/* disabled ones too */
	unsigned nr_masters, more_masters;	/* beyond these */
	struct range doorbell[HOST_MAX_DOORBELLS];	/* devices write there to interrupt */
	int doorbell_node[HOST_MAX_DOORBELLS];
	unsigned nr_doorbells;
	bool other_smmu;		/* one is enabled that is no SMMUv3 */
	bool qemu;				/* the machine says that it is QEMU's */
};

/*
 * The tree's size by the header at @fdt, of which 8 bytes can be read; 0 if there is none. At most
 * 2 MiB: host_check() refuses a tree that claims more.
 */
u64 host_tree_size(const void *fdt);

/*
 * Checks that @size bytes at @fdt are a sound tree; the other functions rely on it. The text says
 * whether it is missing or corrupt. With @size 0 nothing is read.
 */
int host_check(const void *fdt, u64 size, struct diag *d);

/*
 * The UART of /chosen's stdout-path, or else a guess: the first enabled one that a driver knows and
 * that no device is wired to. It works on its own: it runs first, so that there is somewhere to
 * print when host_read() fails. There may be none: uart->found says so.
 *
 * Returns the loader's command line, which is Mavis's own and may name another one. "": there is
 * none that ends with a NUL.
 */
const char *host_read_uart(const void *fdt, struct host_uart *uart);

/*
 * Reads all of the above but host->uart, which it leaves alone. Every error names node and property
 * in @d.
 */
int host_read(const void *fdt, struct host *host, struct diag *d);

/*
 * Moves the CPU of this MPIDR_EL1 to the front of host->cpu; the others keep their order. -ENOENT:
 * the tree has no such CPU.
 */
int host_boot_cpu_first(struct host *host, u64 mpidr, struct diag *d);

/* Adds the pages around @r to host->reserved; false: it is full. */
bool host_reserve(struct host *host, struct range r, bool no_map, bool firmware, const char *name);

/* True if one bank of the machine's memory has all of @r. */
bool host_has_memory(const struct host *host, struct range r);

/* True if some of the master's registers are in @r. */
bool host_master_is_in(const struct host_master *m, struct range r);

/* True if the loader reserved @r for the bundle or the tree: both are free once the guest runs. */
bool host_reserved_by_loader(const struct host *host, struct range r);

#endif
