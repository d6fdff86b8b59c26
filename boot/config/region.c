/* SPDX-License-Identifier: Apache-2.0 */
/* One node of the config's `regions`. */
#include <string.h>

#include "boot/config/as.h"
#include "boot/machine/host.h"
#include "boot/config/parts.h"
#include "lib/errno.h"
#include "lib/range.h"
#include "mm/resolve.h"

/* The properties as they stand. */
struct region_node {
	struct range reg;
	u64 ipa;
	const char *host_node, *pci;
	u32 bar;
	u8 type;
	u32 memattr;
	bool has_tags, no_tags, optional;
	struct region_opts opts;
};

static const struct prop_choice types[] = {
#define TYPE(id, name) { name, REGION_##id },
	REGION_TYPES(TYPE)
#undef TYPE
	{ NULL, 0 },
};

static const struct prop_choice exposures[] = {
	{ "memory", EXPOSE_MEMORY },
	{ "reserved", EXPOSE_RESERVED },
	{ "pmem", EXPOSE_PMEM },
	{ "none", EXPOSE_NONE },
	{ NULL, 0 },
};

static const struct prop_choice device_types[] = {
	{ "nGnRnE", DEVICE_nGnRnE },
	{ "nGnRE", DEVICE_nGnRE },
	{ "nGRE", DEVICE_nGRE },
	{ "GRE", DEVICE_GRE },
	{ NULL, 0 },
};

static const struct prop_choice untagged[] = {
	{ "write-through", UNTAGGED_WRITE_THROUGH },
	{ "non-cacheable", UNTAGGED_NON_CACHEABLE },
	{ "trusted", UNTAGGED_TRUSTED },
	{ NULL, 0 },
};

static const struct prop_choice vmas[] = {
#define VMA(id, name) { name, VMA_##id },
	REGION_VMAS(VMA)
#undef VMA
	{ NULL, 0 },
};

static const struct prop_choice unaligned[] = {
	{ "fault", UNALIGNED_FAULTS },
	{ "emulate", UNALIGNED_EMULATED },
	{ NULL, 0 },
};

static const struct prop_choice shareabilities[] = {
	{ "none", SH_NONE },
	{ "outer", SH_OUTER },
	{ "inner", SH_INNER },
	{ NULL, 0 },
};

/* Types that a property or a value is for; the bit is the enum's value. */
#define T_RAM		BIT(REGION_RAM)
#define T_DEVICE_MEMORY	BIT(REGION_DEVICE_MEMORY)
#define T_PREFETCHABLE	BIT(REGION_PREFETCHABLE)
#define T_MMIO		BIT(REGION_MMIO)
#define T_RAW		BIT(REGION_RAW)
#define T_TAGGED	(T_RAM | T_DEVICE_MEMORY | T_RAW)	/* what can be Write-Back */
#define T_NOT_MMIO	(T_RAM | T_DEVICE_MEMORY | T_PREFETCHABLE | T_RAW)
#define T_ANY		(T_NOT_MMIO | T_MMIO)
#define T_NOT_RAW	(T_ANY & ~T_RAW)

#define ADDRESS		.max = BIT(DT_PA_BITS), .align = PAGE_SIZE

/* P_<id>, the name, the types it is for, where its value goes, its form and limits. */
#define PROPS(ROW)									\
	ROW(REG, "reg", T_ANY, reg, RANGE, ADDRESS)					\
	ROW(IPA, "ipa", T_ANY, ipa, U64, ADDRESS)					\
	ROW(HOST_NODE, "host-node", T_ANY, host_node, STRING)				\
	ROW(PCI, "pci", T_ANY, pci, STRING)						\
	ROW(BAR, "bar", T_ANY, bar, U32, .max = 5)					\
	ROW(TYPE, "type", T_ANY, type, CHOICE, .choices = types)			\
	ROW(EXPOSE, "expose", T_ANY, opts.expose, CHOICE, .choices = exposures)		\
	ROW(TAGS, "tags", T_TAGGED, has_tags, FLAG)					\
	ROW(NO_TAGS, "no-tags", T_TAGGED, no_tags, FLAG)				\
	ROW(UNTAGGED, "untagged", T_TAGGED, opts.untagged, CHOICE, .choices = untagged)	\
	ROW(PROBE_TAGS, "probe-tags", T_TAGGED, opts.probe_tags, FLAG)			\
	ROW(READ_ONLY, "read-only", T_ANY, opts.read_only, FLAG)			\
	ROW(EXEC, "exec", T_ANY, opts.exec, FLAG)					\
	ROW(DEVICE_TYPE, "device-type", T_MMIO, opts.device_type, CHOICE, .choices = device_types) \
	ROW(MEMATTR, "memattr", T_RAW, memattr, U32, .max = 15)				\
	ROW(SHAREABILITY, "shareability", T_RAW, opts.sh, CHOICE, .choices = shareabilities) \
	ROW(ALLOW_ALIAS, "allow-alias", T_ANY, opts.allow_alias, FLAG)			\
	ROW(ADJUSTABLE, "adjustable", T_ANY, opts.adjustable, FLAG)			\
	ROW(WATCH, "watch", T_ANY, opts.watch, FLAG)					\
	ROW(UNALIGNED, "unaligned", T_ANY, opts.unaligned, CHOICE, .choices = unaligned)	\
	ROW(NO_DMA, "no-dma", T_ANY, opts.no_dma, FLAG)				\
	ROW(OPTIONAL, "optional", T_ANY, optional, FLAG)				\
	ROW(AS, "as", T_NOT_RAW, opts.as, CHOICE, .choices = config_as)			\
	ROW(VMA, "vma", T_NOT_RAW, opts.vma, CHOICE, .choices = vmas)			\
	ROW(AS_FAR, "as-far-as-possible", T_NOT_RAW, opts.as_far, FLAG)

#define ROW(id, ...) P_##id,
enum { PROPS(ROW) NR_PROPS };
#undef ROW

#define ROW(id, name, fit, member, ...) \
	[P_##id] = PROP(struct region_node, member, name, __VA_ARGS__),
static const struct prop props[NR_PROPS] = { PROPS(ROW) };
#undef ROW

#define ROW(id, name, fit, ...) [P_##id] = fit,
static const u8 for_types[NR_PROPS] = { PROPS(ROW) };
#undef ROW

static const u8 exposed_types[] = {
	[EXPOSE_BY_TYPE] = T_ANY,
	[EXPOSE_MEMORY] = T_RAM | T_RAW,
	[EXPOSE_RESERVED] = T_NOT_MMIO,
	[EXPOSE_PMEM] = T_NOT_MMIO,
	[EXPOSE_NONE] = T_ANY,
};

/* Lists the types of @fit. */
static void list_types(char *buf, size_t size, u8 fit)
{
	size_t at = 0;

	for (const struct prop_choice *c = types; c->name && at < size; c++)
		if (fit & BIT(c->value))
			at += (size_t)format(buf + at, size - at, "%s%s", at ? ", " : "", c->name);
}

/* refuse() for a property that the region's type does not go with. */
static int unfit(const struct config_reader *r, u8 type, u8 fit, const char *prop, const char *what)
{
	char names[80];

	list_types(names, sizeof(names), fit);
	return refuse(r, -EINVAL, prop,
		      "%s is for type %s only, but this region is %s: take it out, or change the type",
		      what, names, region_type_name(type));
}

static int check_type(const struct config_reader *r, const struct region_node *n, u32 given)
{
	char names[80];

	if (!(given & BIT(P_TYPE))) {
		list_types(names, sizeof(names), T_ANY);
		return refuse(r, -EINVAL, "type", "missing: say what the region is, one of %s",
			      names);
	}
	for (unsigned p = 0; p < NR_PROPS; p++)
		if (given & BIT(p) && !(for_types[p] & BIT(n->type)))
			return unfit(r, n->type, for_types[p], props[p].name, "it");
	if (!(exposed_types[n->opts.expose] & BIT(n->type)))
		return unfit(r, n->type, exposed_types[n->opts.expose], "expose", "this value");
	if (n->type == REGION_RAW && !(given & BIT(P_MEMATTR)))
		return refuse(r, -EINVAL, "memattr",
			      "missing: type raw needs the stage 2 MemAttr, 0 to 15");
	return 0;
}

static int check_tags(const struct config_reader *r, const struct region_node *n,
		      const struct region *region)
{
	u8 untagged = region->opts.untagged;

	if (n->has_tags && n->no_tags)
		return refuse(r, -EINVAL, "no-tags",
			      "stands beside `tags`, its contrary: keep one of them");
	if (untagged && region_has_tags(region))
		return refuse(r, -EINVAL, "untagged",
			      "says what to do without tag storage, which this region has: %s",
			      n->has_tags ? "take out one of `untagged` and `tags`"
					  : "add `no-tags`, or take it out");
	if (untagged && untagged != UNTAGGED_TRUSTED && region->type == REGION_RAW)
		return refuse(r, -EINVAL, "untagged",
			      "type raw keeps its memattr: only \"trusted\" is possible");
	return 0;
}

/* A region is at one place; `ipa` and `bar` go with some of the ways to say where. */
static int check_place(const struct config_reader *r, u32 given)
{
	static const u8 ways[] = { P_REG, P_HOST_NODE, P_PCI };
	const char *first = NULL;

	for (unsigned i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!(given & BIT(ways[i])))
			continue;
		if (first)
			return refuse(r, -EINVAL, props[ways[i]].name,
				      "stands beside `%s`, but a region is at one place: keep one of them",
				      first);
		first = props[ways[i]].name;
	}
	if (given & BIT(P_BAR) && !(given & BIT(P_PCI)))
		return refuse(r, -EINVAL, "bar",
			      "says nothing without `pci`, the function whose BAR it is: add it");
	if (given & BIT(P_OPTIONAL) && !(given & BIT(P_PCI)))
		return refuse(r, -EINVAL, "optional",
			      "says nothing without `pci`, a function that the machine may not have: take it out");
	if (!first)
		return refuse(r, -EINVAL, "reg",
			      "missing: say where the region is, with `reg`, with `host-node`, or with `pci` and `bar`");
	if (given & BIT(P_PCI) && !(given & BIT(P_BAR)))
		return refuse(r, -EINVAL, "bar", "missing: say which BAR of `pci`, 0 to 5");
	return 0;
}

/* The host's node that n->host_node names. */
static int find_host_node(const struct config_reader *r, const struct region_node *n,
			  struct dt_walk *host)
{
	size_t len = strlen(n->host_node);
	char hint[160];

	if (!r->host)
		return refuse(r, -ENODEV, "host-node",
			      "there is no machine to look for \"%.64s\" in: give its device tree, or use `reg`",
			      n->host_node);
	dt_walk(host, r->host->fdt);
	while (dt_next(host))
		if (dt_path_is(host, n->host_node, len))
			return 0;
	config_path_hint(hint, sizeof(hint), r->host->fdt, n->host_node);
	return refuse(r, -ENOENT, "host-node",
		      "the machine's device tree has no node \"%.64s\": %s", n->host_node, hint);
}

static int add_region(const struct config_reader *r, const struct region *region)
{
	struct config *c = r->config;

	if (c->nr_regions == REGION_MAX)
		return refuse(r, -E2BIG, "the node",
			      "is one more than the %u regions that Mavis takes: describe fewer",
			      c->nr_regions);
	r->regions[c->nr_regions++] = *region;
	return 0;
}

/* Ranges that share a page are one: takes those from @first on that do with @reg into it. */
static void join(const struct config_reader *r, unsigned first, struct range *reg)
{
	struct config *c = r->config;

	for (unsigned i = first; i < c->nr_regions; i++) {
		struct range other = region_pa(&r->regions[i]);
		u64 base = MIN(reg->base, other.base);

		if (!ranges_overlap(*reg, other))
			continue;
		*reg = (struct range){ base, MAX(range_end(*reg), range_end(other)) - base };
		r->regions[i] = r->regions[--c->nr_regions];
		i = first - 1;		/* the others once more, with what it has become */
	}
}

/* All whole pages that the node's `reg` touches, each piece of them a region. */
static int add_host_node(const struct config_reader *r, const struct region_node *n,
			 struct region *region, bool has_ipa)
{
	struct config *c = r->config;
	unsigned first = c->nr_regions;
	struct dt_walk host;
	struct range reg;
	int ret = find_host_node(r, n, &host);

	for (unsigned i = 0; !ret && i < dt_reg_count(&host); i++) {
		ret = dt_reg(&host, i, &reg, r->diag);
		if (ret <= 0)
			continue;
		reg = pages_around(reg);
		join(r, first, &reg);
		region->pa = PA(reg.base);
		region->size = reg.size;
		region->ipa = has_ipa ? IPA(n->ipa) : IPA(region->pa.v);
		ret = add_region(r, region);
	}
	if (ret)
		return ret;
	if (c->nr_regions == first)
		return refuse(r, -ENOENT, "host-node",
			      "\"%.64s\" has no `reg` that the CPU reaches: name another node, or use `reg`",
			      n->host_node);
	if (has_ipa && c->nr_regions - first > 1)
		return refuse(r, -EINVAL, "ipa",
			      "\"%.64s\" has %u ranges, which cannot all be there: use one region with `reg` for each",
			      n->host_node, c->nr_regions - first);
	return 0;
}

/* It is printed, and names the region in every message. */
static int check_name(const struct config_reader *r, struct region *region)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,._+-@";
	const char *name = dt_name(&r->w);

	if (!*name || strlen(name) >= sizeof(region->name))
		return fail(r->diag, -EINVAL,
			    "/guest/regions/%.64s: the name has %zu characters: give it 1 to %zu",
			    name, strlen(name), sizeof(region->name) - 1);
	for (const char *p = name; *p; p++)
		if (!strchr(allowed, *p))
			return fail(r->diag, -EINVAL,
				    "/guest/regions: character %u of a region's name is %#x: use letters, digits and ,._+-@",
				    (unsigned)(p - name) + 1, (u8)*p);
	format(region->name, sizeof(region->name), "%s", name);
	return 0;
}

/*
 * The guest's kernel has its code, its page tables and its locks in general-purpose memory, and
 * takes for granted that it can cache them: as Device memory they fault, exclusives included.
 */
static int check_adjustable(const struct config_reader *r, const struct region *region)
{
	if (!region->opts.adjustable)
		return 0;
	if (region_is_memory(region))
		return refuse(r, -EINVAL, "adjustable",
			      "the guest's kernel runs in this memory: expose it as reserved, pmem or none");
	if (!r->config->control)
		return refuse(r, -EINVAL, "adjustable",
			      "says nothing without `control` in /guest: add it");
	return 0;
}

/* Somebody has to read the records; and what the guest's kernel runs in cannot trap. */
static int check_watch(const struct config_reader *r, const struct region *region)
{
	if (!region->opts.watch)
		return 0;
	if (region_is_memory(region))
		return refuse(r, -EINVAL, "watch",
			      "the guest's kernel runs in this memory: expose it as reserved, pmem or none");
	if (!r->config->control)
		return refuse(r, -EINVAL, "watch",
			      "says nothing without `control` in /guest, by which the records are read: add it");
	return 0;
}

/*
 * What another hypervisor is to make of it; `as` of the guest is for all but what says itself what
 * its attributes are. What the memory is to it follows from the region, unless `vma` says so.
 */
static int set_as(const struct config_reader *r, struct region *region,
		  const struct region_node *n, u32 given)
{
	const struct config *c = r->config;
	struct region_opts *o = &region->opts;

	if (!o->as && region->type != REGION_RAW && !o->has_device_type)
		o->as = c->as;
	if (!o->as && given & (BIT(P_VMA) | BIT(P_AS_FAR)))
		return refuse(r, -EINVAL, given & BIT(P_VMA) ? "vma" : "as-far-as-possible",
			      "says nothing without `as`, here or in /guest: add it, or take this out");
	if (!o->as)
		return 0;
	if (o->has_device_type)
		return refuse(r, -EINVAL, "device-type",
			      "stands beside `as`, which has a type of its own: keep one of them");
	if (given & BIT(P_UNALIGNED))
		return refuse(r, -EINVAL, "unaligned",
			      "stands beside `as`, which has a way of its own: keep one of them");
	if (o->untagged && o->untagged != UNTAGGED_TRUSTED)
		return refuse(r, -EINVAL, "untagged",
			      "stands beside `as`, which keeps its type: only \"trusted\" is possible");
	o->as_far |= c->as_far;
	if (!o->vma)
		o->vma = as_vma(region, r->host, n->pci);
	return 0;
}

/* Joins what the properties say in the forms that struct region has. */
static void set_opts(struct region *region, const struct region_node *n, u32 given)
{
	region->opts = n->opts;
	region->opts.tags = n->has_tags ? TAGS_YES : n->no_tags ? TAGS_NO : TAGS_BY_TYPE;
	region->opts.has_device_type = given & BIT(P_DEVICE_TYPE);
	region->opts.memattr = (u8)n->memattr;
}

int config_read_region(struct config_reader *r)
{
	struct region region = { .origin = REGION_FROM_CONFIG };
	struct region_node n = { .opts.sh = SH_INNER };
	u32 given;
	int err = check_name(r, &region);

	if (!err)
		err = props_read(&r->w, props, NR_PROPS, &n, &given, r->diag);
	if (!err)
		err = check_place(r, given);
	if (!err)
		err = check_type(r, &n, given);
	if (err)
		return err;

	region.type = n.type;
	set_opts(&region, &n, given);
	err = check_tags(r, &n, &region);
	if (!err)
		err = check_adjustable(r, &region);
	if (!err)
		err = check_watch(r, &region);
	if (err)
		return err;
	region.pa = PA(n.reg.base);
	region.size = n.reg.size;
	err = set_as(r, &region, &n, given);
	if (err)
		return err;
	if (n.pci)
		return config_read_pci(r, &region, n.pci, n.bar,
				       given & BIT(P_IPA) ? &n.ipa : NULL, n.optional);
	if (n.host_node)
		return add_host_node(r, &n, &region, given & BIT(P_IPA));
	region.ipa = IPA(given & BIT(P_IPA) ? n.ipa : n.reg.base);
	return add_region(r, &region);
}
