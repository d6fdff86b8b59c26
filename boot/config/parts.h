/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of config_read(). Only these files and their tests include this. */
#ifndef BOOT_CONFIG_PARTS_H
#define BOOT_CONFIG_PARTS_H

#include "boot/machine/fdt.h"
#include "boot/config/config.h"

enum prop_kind {
	PROP_FLAG,		/* bool */
	PROP_U32,		/* u32: one cell */
	PROP_U64,		/* u64: two cells */
	PROP_STRING,		/* const char *: into the tree, no control characters */
	PROP_CHOICE,		/* u8: the value of one of `choices` */
	PROP_PAIRS,		/* struct config_pairs: two cells each, at most `max` of these */
	PROP_RANGE,		/* struct range: address and size, two cells each, not empty */
	PROP_STRINGS,		/* struct dt_prop: strings as above, none of them empty */
};

struct prop_choice {
	const char *name;	/* NULL: the end */
	u8 value;
};

/* A property that a node can have. */
struct prop {
	const char *name;
	const struct prop_choice *choices;
	u64 max;		/* numbers; of a range, its end is at most `max` */
	u32 min;
	u32 align;		/* numbers and ranges: multiples of it, a power of 2; 0: any */
	enum prop_kind kind;
	u32 offset;	/* of the value, of the type that `kind` says, in the node's struct */
};

/* A row of a table: a property whose value goes to @member of @node, and in what form it stands. */
#define PROP(node, member, text, form, ...) \
	{ .name = text, .kind = PROP_##form, .offset = offsetof(node, member), __VA_ARGS__ }

/*
 * Reads all properties of the node that @w stands on into the struct at @out, as @props say; bit n
 * of *given is set if props[n] is there. Properties that are unknown, there twice, or of another
 * form are refused.
 */
int props_read(const struct dt_walk *w, const struct prop *props, unsigned nr, void *out,
	       u32 *given, struct diag *d);

/*
 * Writes what may stand where the unknown @name does: the one of the @nr known names that it is
 * nearly, or else all of them.
 */
void config_hint(char *buf, size_t size, const char *name, const char *const *known, unsigned nr);

/*
 * Writes what may stand where @path does, which is no node of the tree at @fdt: the node whose
 * name is nearly right where the path first is wrong.
 */
void config_path_hint(char *buf, size_t size, const void *fdt, const char *path);

/* The config while it is read. */
struct config_reader {
	const struct host *host;
	struct config *config;
	struct region *regions;		/* config->regions, to be written */
	struct diag *diag;
	struct dt_walk w;	/* stands on the node that is read */
};

/* dt_fail() for the node that r->w stands on. */
#define refuse(r, err, ...)	dt_fail(&(r)->w, (r)->diag, err, __VA_ARGS__)

/* The hypervisors of `as`. */
extern const struct prop_choice config_as[];
/* Checks what the guest's node, on which r->w stands, withholds of the machine. */
int config_check_withhold(struct config_reader *r);

/*
 * -EINVAL: the config at @fdt, which dt_check() has passed, or its bundle, is of another format
 * than CONFIG_FORMAT, or its number is none. The text has what it says of itself.
 */
int config_check_format(const void *fdt, struct diag *d);

/* Reads the region node that r->w stands on. */
int config_read_region(struct config_reader *r);

/* The same for one with `pci`; @ipa is NULL where it has none. */
int config_read_pci(struct config_reader *r, const struct region *region, const char *function,
		    u32 bar, const u64 *ipa, bool optional);

/*
 * Reads "1af4:1110" (vendor and device) or "0000:00:02.0" (segment, bus, device and function), all
 * hexadecimal.
 */
bool pci_function_parse(const char *text, struct pci_request *out);

#endif
