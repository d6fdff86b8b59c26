/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A GICv3's redistributors, as far as they write memory by themselves.
 *
 * The guest drives the GIC directly: EL2 takes no interrupts, and what the distributor's registers
 * do ends there. But a redistributor has its LPIs' configuration and pending tables in memory,
 * which it reads and writes past stage 2. So the guest reads its page RD_base as it is; what it
 * writes there comes here, and LPIs come on with tables in the guest's own memory only. Of GICv4.1
 * reads come here too, as the guest has no ITS of that kind.
 */
#ifndef HYP_GIC_H
#define HYP_GIC_H

#include "lib/types.h"

#define GICD_TYPER		0x04
#define GICD_TYPER_LPIS		BIT(17)
#define GICD_TYPER_IDBITS(t)	((unsigned)FIELD(t, 23, 19) + 1)

#define GICR_CTLR		0x00
#define GICR_CTLR_ENABLE_LPIS	BIT(0)
#define GICR_CTLR_RWP		BIT(3)
#define GICR_CTLR_DPG		GENMASK(26, 24)
#define GICR_TYPER		0x08
#define GICR_TYPER_VLPIS	BIT(1)
#define GICR_TYPER_LAST		BIT(4)
#define GICR_TYPER_RVPEID	BIT(7)		/* GICv4.1 */
#define GICR_TYPER_NUMBER(t)	((u16)FIELD(t, 23, 8))	/* Processor_Number */
#define GICR_TYPER_COMMON(t)	FIELD(t, 25, 24)	/* CommonLPIAff */
#define GICR_TYPER_AFFINITY(t)	FIELD(t, 63, 32)
#define GICR_STATUSR		0x10
#define GICR_WAKER		0x14
#define GICR_WAKER_SLEEP	BIT(1)		/* ProcessorSleep */
#define GICR_PROPBASER		0x70
#define GICR_PROPBASER_ADDR	GENMASK(51, 12)
#define GICR_PENDBASER		0x78
#define GICR_PENDBASER_ADDR	GENMASK(51, 16)	/* 64 KiB aligned */
#define GICR_PENDBASER_RES0	GENMASK(15, 12)
#define GICR_INVLPIR		0xa0
#define GICR_INVALLR		0xb0

#define GICR_FRAME	KIB(64)	/* RD_base, SGI_base and with VLPIS VLPI_base, reserved */

#define LPI_FIRST	8192	/* the lowest INTID that is an LPI */

struct gicr {
	u64 pa;			/* RD_base, which EL2 sees there */
	u64 typer;		/* GICR_TYPER */
	bool ending;		/* LPIs were turned off, and nobody has seen the end of that */
	bool was_on;		/* since the guest has the GIC, LPIs were on */
};

/*
 * Boot says how many bits an INTID has, by GICD_TYPER, and which redistributors there are; NULL:
 * there is no room. LPIs that are on already stay so.
 */
void gic_init(unsigned id_bits);
struct gicr *gic_add_redistributor(u64 pa, u64 typer);

/* The one that was added as number @i, from 0; NULL: none was. */
struct gicr *gic_redistributor(unsigned i);

/* By what an ITS's commands name it: GICR_TYPER.Processor_Number, or the address of RD_base. */
bool gic_has_number(u64 number);
bool gic_has_redistributor(u64 pa);

/* One that there is, as their field RDbase has it; @by_address: GITS_TYPER.PTA. */
u64 gic_target(bool by_address);

/* How many bits an INTID has: LPIs are below 1 << that. */
unsigned gic_id_bits(void);

/* True if LPIs are on, or still being turned off: the hardware has its tables. */
bool gic_lpis_on(struct gicr *r);

/* What the hardware reads of the one, and reads and writes of the other. */
struct gic_tables {
	struct range config, pending;
};

/* Those that the redistributor's registers name. */
struct gic_tables gic_lpi_tables(const struct gicr *r);

/*
 * Why LPIs cannot be on with the tables that the redistributor's registers name, or NULL. Needs
 * guest.regions.
 */
const char *gic_lpi_tables_refused(const struct gicr *r);

/* Handlers of hyp/mmio.h: of RD_base, with its struct gicr; of VLPI_base, with its address. */
u64 gic_access_gicr(void *arg, u64 offset, unsigned size, bool write, u64 val);
u64 gic_access_vlpi(void *arg, u64 offset, unsigned size, bool write, u64 val);

#endif
