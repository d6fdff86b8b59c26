/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/config/config.h"

#include <string.h>

#include "boot/config/as.h"
#include "boot/machine/callers.h"
#include "boot/machine/cmdline.h"
#include "boot/machine/host.h"
#include "boot/config/parts.h"
#include "lib/errno.h"

struct root_node {
	const char *compatible;
	u32 format;			/* config_check_format() has looked at it, and so below */
	const char *changed;
};

struct bundle_node {
	const char *mavis;		/* whose tools/bundle has made it: for people */
	u32 format;
	const char *changed;
};

/* What is known of a member of the bundle. */
struct member_node {
	u64 size;
	u32 crc32;
	u64 load, entry, memory, dtb_at;
};

static const struct prop root_props[] = {
	PROP(struct root_node, compatible, "compatible", STRING),
	PROP(struct root_node, format, "format", U32, .max = ~0u),
	PROP(struct root_node, changed, "format-changed", STRING),
};

const struct prop_choice config_as[] = {
#define AS(id, name) { name, AS_##id },
	REGION_AS(AS)
#undef AS
	{ NULL, 0 },
};

#define GUEST(...)	PROP(struct config, __VA_ARGS__)

static const struct prop_choice firmware_calls[] = {
	{ "by-tree", FIRMWARE_CALLS_BY_TREE },
	{ "none", FIRMWARE_CALLS_NONE },
	{ "trusted", FIRMWARE_CALLS_TRUSTED },
	{ NULL, 0 },
};

static const struct prop guest_props[] = {
	GUEST(cpus, "cpus", U32, .min = 1, .max = MAX_CPUS),
	GUEST(memory, "memory", U64, .min = PAGE_SIZE, .max = BIT(DT_PA_BITS), .align = PAGE_SIZE),
	GUEST(bootargs, "bootargs", STRING),
	GUEST(mte, "mte", FLAG),
	GUEST(verify, "verify", FLAG),
	GUEST(quiet, "quiet", FLAG),
	GUEST(verbose, "verbose", FLAG),
	GUEST(strict, "strict", FLAG),
	GUEST(control, "control", FLAG),
	GUEST(debug, "debug", FLAG),
	GUEST(no_fwb, "no-fwb", FLAG),
	GUEST(as, "as", CHOICE, .choices = config_as),
	GUEST(as_far, "as-far-as-possible", FLAG),
	GUEST(withhold, "withhold", STRINGS),
	GUEST(place, "place", U64, .min = MIB(2), .max = BIT(DT_PA_BITS) - MIB(2), .align = MIB(2)),
	GUEST(require_smmu, "require-smmu", FLAG),
	GUEST(firmware_calls, "firmware-calls", CHOICE, .choices = firmware_calls),
	GUEST(allow_smc, "allow-smc", PAIRS, .max = CONFIG_MAX_PAIRS),
};

static const struct prop bundle_props[] = {
	PROP(struct bundle_node, mavis, "mavis", STRING),
	PROP(struct bundle_node, format, "format", U32, .max = ~0u),
	PROP(struct bundle_node, changed, "format-changed", STRING),
};

#define MEMBER(...)	PROP(struct member_node, __VA_ARGS__)

enum { M_SIZE, M_CRC32, M_LOAD, M_ENTRY, M_MEMORY, M_DTB_AT, NR_MEMBER_PROPS };

static const struct prop member_props[NR_MEMBER_PROPS] = {
	[M_SIZE] = MEMBER(size, "size", U64, .min = 1, .max = ~0ul),
	[M_CRC32] = MEMBER(crc32, "crc32", U32, .max = ~0u),
	[M_LOAD] = MEMBER(load, "load", U64, .max = ~0ul),
	[M_ENTRY] = MEMBER(entry, "entry", U64, .max = ~0ul, .align = 4),
	[M_MEMORY] = MEMBER(memory, "memory", U64, .min = 1, .max = BIT(DT_PA_BITS)),
	[M_DTB_AT] = MEMBER(dtb_at, "dtb-at", U64, .max = BIT(DT_PA_BITS), .align = PAGE_SIZE),
};

static int read_root(struct config_reader *r)
{
	struct root_node n = { .compatible = "" };
	u32 given;
	int err = props_read(&r->w, root_props, ARRAY_SIZE(root_props), &n, &given, r->diag);

	if (!err && strcmp(n.compatible, "mavis,config"))
		return refuse(r, -EINVAL, "compatible",
			      "\"%.40s\" is no description of a guest for Mavis: it must say \"mavis,config\"",
			      n.compatible);
	return err;
}

/* What `as` says of all memory at once. */
static int read_as(struct config_reader *r)
{
	struct config *c = r->config;
	const struct as_info *as = as_info(c->as);

	if (c->as == AS_MAVIS)
		return 0;
	if (c->mte && as->mte == AS_MTE_BROKEN && !c->as_far)
		return refuse(r, -EPERM, "mte",
			      "%s gives its guests no MTE that they could use: take it out, or add `as-far-as-possible`, which hides it",
			      as_name(c->as));
	c->mte_hidden_as = as->mte != AS_MTE_OFFERED;
	c->no_fwb |= !as->fwb;
	return 0;
}

/* The user's word goes for what a call does, but not for what EL2 cannot survive. */
static int check_allowed(const struct config_reader *r, const struct config_pairs *allowed)
{
	for (unsigned i = 0; i < allowed->nr; i++) {
		u32 first = allowed->pair[i].first, last = allowed->pair[i].last, where;
		const char *why;

		if (first > last)
			return refuse(r, -EINVAL, "allow-smc",
				      "%#x is above %#x: write <first last>, both of them included",
				      first, last);
		if (call_is_nobodys(first, last, &where, &why))
			return refuse(r, -EPERM, "allow-smc",
				      "%#x to %#x: %#x %s: leave it out", first, last, where,
				      why);
	}
	return 0;
}

/*
 * Mavis's command line has some of the words, too. It is read here and not later: the guest may
 * come to lie over the tree that has it.
 */
static void read_command_line(struct config *c, const char *args)
{
	c->verify |= cmdline_has(args, CMDLINE_VERIFY);
	c->quiet |= cmdline_has(args, CMDLINE_QUIET);
	c->verbose |= cmdline_has(args, CMDLINE_VERBOSE);
	c->json |= cmdline_has(args, CMDLINE_JSON);
	c->debug |= cmdline_has(args, CMDLINE_DEBUG);
}

static int read_guest(struct config_reader *r)
{
	struct config *c = r->config;
	u32 given;
	int err = props_read(&r->w, guest_props, ARRAY_SIZE(guest_props), c, &given, r->diag);

	if (!err && r->host && c->cpus > r->host->nr_cpus)
		return refuse(r, -ERANGE, "cpus",
			      "the guest is to have %u CPUs, but the machine has %u: give at most %u, or leave the property out for all",
			      c->cpus, r->host->nr_cpus, r->host->nr_cpus);
	if (r->host)
		read_command_line(c, r->host->bootargs);
	c->control |= c->debug;
	if (!err)
		err = check_allowed(r, &c->allow_smc);
	if (!err)
		err = read_as(r);
	return err ? err : config_check_withhold(r);
}

static int read_no_props(struct config_reader *r)
{
	u32 given;

	return props_read(&r->w, NULL, 0, NULL, &given, r->diag);
}

static int read_bundle(struct config_reader *r)
{
	struct bundle_node n;
	u32 given;

	return props_read(&r->w, bundle_props, ARRAY_SIZE(bundle_props), &n, &given, r->diag);
}

/* Only the kernel has those from M_LOAD on: @nr_props. */
static int read_member(struct config_reader *r, unsigned nr_props, bool *has_crc, u32 *crc,
		       u32 *given, struct member_node *m)
{
	int err;

	*m = (struct member_node){ 0 };
	err = props_read(&r->w, member_props, nr_props, m, given, r->diag);
	*has_crc = *given & BIT(M_CRC32);
	*crc = m->crc32;
	return err;
}

static int read_kernel(struct config_reader *r)
{
	struct config *c = r->config;
	struct member_node m;
	u32 given;
	int err = read_member(r, NR_MEMBER_PROPS, &c->has_kernel_crc, &c->kernel_crc,
			      &given, &m);

	if (err)
		return err;
	if (!(given & BIT(M_LOAD)) != !(given & BIT(M_ENTRY)))
		return refuse(r, -EINVAL, given & BIT(M_LOAD) ? "entry" : "load",
			      "missing: a bare-metal program needs both `load` and `entry`, an arm64 Image neither");
	c->bare = given & BIT(M_LOAD);
	c->load = IPA(m.load);
	c->entry = IPA(m.entry);
	c->kernel_memory = m.memory;
	c->has_dtb_at = given & BIT(M_DTB_AT);
	c->dtb_at = IPA(m.dtb_at);
	return 0;
}

static int read_ramdisk(struct config_reader *r)
{
	struct config *c = r->config;
	struct member_node m;
	u32 given;

	return read_member(r, M_LOAD, &c->has_ramdisk_crc, &c->ramdisk_crc, &given, &m);
}

static int read_dtb(struct config_reader *r)
{
	struct config *c = r->config;
	struct member_node m;
	u32 given;

	return read_member(r, M_LOAD, &c->has_dtb_crc, &c->dtb_crc, &given, &m);
}

enum node {
	NODE_ROOT,
	NODE_GUEST,
	NODE_REGIONS,
	NODE_REGION,
	NODE_BUNDLE,
	NODE_KERNEL,
	NODE_RAMDISK,
	NODE_DTB,
	NR_NODES
};

static const struct {
	const char *name;		/* NULL: any */
	enum node parent;
	int (*read)(struct config_reader *r);
} nodes[NR_NODES] = {
	[NODE_ROOT] = { "", NR_NODES, read_root },
	[NODE_GUEST] = { "guest", NODE_ROOT, read_guest },
	[NODE_REGIONS] = { "regions", NODE_GUEST, read_no_props },
	[NODE_REGION] = { NULL, NODE_REGIONS, config_read_region },
	[NODE_BUNDLE] = { "bundle", NODE_ROOT, read_bundle },
	[NODE_KERNEL] = { "kernel", NODE_BUNDLE, read_kernel },
	[NODE_RAMDISK] = { "ramdisk", NODE_BUNDLE, read_ramdisk },
	[NODE_DTB] = { "dtb", NODE_BUNDLE, read_dtb },
};

/* Which node of this name @parent can have, or NR_NODES. */
static enum node find_node(enum node parent, const char *name)
{
	enum node n = NODE_ROOT;

	while (n < NR_NODES &&
	       !(nodes[n].parent == parent && (!nodes[n].name || !strcmp(nodes[n].name, name))))
		n++;
	return n;
}

static int unknown_node(const struct config_reader *r, enum node parent)
{
	const char *known[NR_NODES];
	char hint[128], path[DT_MAX_PATH];
	unsigned nr = 0;

	for (enum node n = NODE_ROOT; n < NR_NODES; n++)
		if (nodes[n].parent == parent)
			known[nr++] = nodes[n].name;
	config_hint(hint, sizeof(hint), dt_name(&r->w), known, nr);
	dt_path(&r->w, path, sizeof(path));
	return fail(r->diag, -EINVAL, "%s: unknown node; %s", path, hint);
}

static int read_nodes(struct config_reader *r)
{
	/* at[depth + 1]: what the node at that depth is */
	enum node at[DT_MAX_DEPTH + 1] = { NR_NODES };
	bool seen[NR_NODES + 1] = { false };
	int err = 0;

	while (!err && dt_next(&r->w)) {
		enum node parent = at[r->w.depth], n = find_node(parent, dt_name(&r->w));

		if (n == NR_NODES)
			return unknown_node(r, parent);
		if (seen[n] && nodes[n].name)
			return fail(r->diag, -EEXIST,
				    "%s: the node is there twice: keep one of them", nodes[n].name);
		seen[n] = true;
		at[r->w.depth + 1] = n;
		err = nodes[n].read(r);
	}
	if (!err && !seen[NODE_GUEST])
		return fail(r->diag, -ENOENT,
			    "/guest: the config has no such node: describe the guest in it, see docs/config.md");
	return err;
}

/*
 * An archive's members lie at multiples of 4 bytes, a tree at one of 8. The copy also stays as it
 * was checked, whatever becomes of the archive.
 */
static _Alignas(8) __first u8 copy[CONFIG_MAX_SIZE];
static __noinit struct region regions[REGION_MAX];

int config_read(const void *dtb, u64 size, const struct host *host, struct config *c,
		struct diag *d)
{
	struct config_reader r = { .host = host, .config = c, .regions = regions, .diag = d };
	struct diag why;
	int err;

	*c = (struct config){ .bootargs = "", .regions = regions };
	if (size > sizeof(copy))
		return fail(d, -E2BIG,
			    "bundle: config.dtb has %lu bytes, of which Mavis can read %lu: describe fewer regions",
			    size, sizeof(copy));
	if (size)
		memcpy(copy, dtb, size);
	err = dt_check(copy, size, &why);
	if (err)
		return fail(d, err,
			    "bundle: config.dtb is no device tree: %.200s; compile its source with dtc",
			    why.text);
	err = config_check_format(copy, d);
	if (err)
		return err;
	dt_walk(&r.w, copy);
	return read_nodes(&r);
}

/* The same byte of the tree that the copy was made of. */
static const void *original(const void *p, const void *dtb)
{
	uintptr_t at = (uintptr_t)p - (uintptr_t)copy;

	return at < sizeof(copy) ? (const u8 *)dtb + at : p;
}

void config_drop_copy(struct config *c, const void *dtb)
{
	c->bootargs = original(c->bootargs, dtb);
	c->withhold.data = original(c->withhold.data, dtb);
}
