/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/calls.h"

#include <string.h>

#include "boot/machine/callers.h"
#include "lib/errno.h"
#include "lib/range.h"

/* True if the guest has all of @r where the machine has it, and can write to it. */
static bool is_guests(const struct region_table *t, struct range r)
{
	while (r.size) {
		const struct region *region = region_find(t, IPA(r.base));
		u64 part;

		if (!region || region->ipa.v != region->pa.v || region->opts.read_only)
			return false;
		part = MIN(r.size, range_end(region_ipa(region)) - r.base);
		r = (struct range){ r.base + part, r.size - part };
	}
	return true;
}

/* The first range behind the calls that is not the guest's; NULL: there is none. */
static const struct range *not_guests(const struct host_caller *c, const struct region_table *t)
{
	for (unsigned i = 0; i < c->nr_memory; i++)
		if (!is_guests(t, c->memory[i]))
			return &c->memory[i];
	return NULL;
}

static bool has_memory(const struct host_caller *c, const struct region_table *t)
{
	return !c->unknown_memory && !not_guests(c, t);
}

static enum call_verdict verdict(enum call_class class, const struct config *config, bool memory)
{
	bool trusted = config->firmware_calls == FIRMWARE_CALLS_TRUSTED;

	if (class == CALL_NEVER)
		return CALL_REFUSE_NEVER;
	if (config->firmware_calls == FIRMWARE_CALLS_NONE)
		return CALL_REFUSE_NONE;
	switch (class) {
	case CALL_PLAIN:
		return CALL_PASS;
	case CALL_CHECKED:
		return memory || trusted ? CALL_PASS : CALL_REFUSE_MEMORY;
	default:
		return trusted ? CALL_PASS : CALL_REFUSE_TRUST;
	}
}

static int insert(struct call_rules *out, unsigned at, const struct call_rule *rule,
		  struct diag *d)
{
	if (out->nr == CALLS_MAX_RULES)
		return fail(d, -E2BIG,
			    "firmware calls: the machine's nodes and the config's allow-smc make one more than the %d rules that Mavis takes: disable nodes in the device tree, or build it with a larger CALLS_MAX_RULES",
			    CALLS_MAX_RULES);
	memmove(&out->rule[at + 1], &out->rule[at], (out->nr - at) * sizeof(*rule));
	out->rule[at] = *rule;
	out->nr++;
	return 0;
}

/* The first rule that fits decides. What passes to nobody stands before what allow-smc passes. */
static int add(struct call_rules *out, const struct call_rule *rule, struct diag *d)
{
	return insert(out, rule->verdict == CALL_REFUSE_NEVER ? 0 : out->nr, rule, d);
}

static u8 add_name(struct call_rules *out, const char *name)
{
	format(out->name[out->nr_names], sizeof(out->name[0]), "%s", name);
	return (u8)out->nr_names++;
}

#define SCM_RESUME	1

/* Resuming passes by itself: only what was passed can have been interrupted. */
static u8 of_scm(u32 fid, enum call_verdict v)
{
	if (fid == SCM_RESUME)
		return CALL_RESUME;
	return v == CALL_PASS ? CALL_PASS_SCM : v;
}

static bool has_scm(const struct host *host)
{
	for (unsigned i = 0; i < host->nr_callers; i++)
		if (host->caller[i].kind == CALLER_SCM)
			return true;
	return false;
}

static int add_node(const struct host_caller *c, const struct config *config, bool memory,
		    struct call_rules *out, struct diag *d)
{
	const struct caller_info *info = &caller_info[c->kind];
	struct call_rule rule = { .node = add_name(out, c->name), .refusal = info->refusal,
				  .arg_last = ~0u };
	int err = 0;

	if (c->id) {
		rule.first = rule.last = c->id;
		rule.verdict = verdict(*info->can		    ? CALL_TRUSTED :
				       info->memory == CALLER_SHMEM ? CALL_CHECKED :
								      CALL_PLAIN,
				       config, memory);
		return add(out, &rule, d);
	}
	for (unsigned i = 0; i < nr_caller_ids && !err; i++) {
		const struct caller_ids *ids = &caller_ids[i];

		if (ids->kind != c->kind)
			continue;
		rule.first = ids->first;
		rule.last = ids->last;
		rule.arg_first = ids->arg_first;
		rule.arg_last = ids->arg_last ? ids->arg_last : ~0u;
		rule.arg_shift = ids->arg_shift;
		rule.verdict = verdict(ids->class, config, memory);
		if (c->kind == CALLER_SCM)
			rule.verdict = of_scm(ids->first, rule.verdict);
		err = add(out, &rule, d);
	}
	return err;
}

/*
 * Of these nobody is to be told that allow-smc passes them: it does not. The last rules: one of the
 * identifiers is Amlogic's too.
 */
static int add_nobodys(struct call_rules *out, struct diag *d)
{
	struct call_rule rule = { .arg_last = ~0u, .refusal = -1, .verdict = CALL_REFUSE_NEVER };
	struct call_nobodys n;
	int err = 0;

	for (unsigned i = 0; !err && call_nobodys(i, &n); i++) {
		if (!*n.name)
			continue;
		rule.node = add_name(out, n.name);
		rule.first = n.first;
		rule.last = n.last;
		err = insert(out, out->nr, &rule, d);
	}
	return err;
}

int calls_settle(const struct host *host, const struct config *config,
		 const struct region_table *regions, struct call_rules *out, struct diag *d)
{
	struct call_rule allowed = { .arg_last = ~0u, .refusal = -1,
				     .verdict = has_scm(host) ? CALL_PASS_SCM : CALL_PASS };
	int err = 0;

	out->nr = out->nr_names = 0;
	allowed.node = add_name(out, "allow-smc");
	for (unsigned i = 0; i < config->allow_smc.nr && !err; i++) {
		allowed.first = config->allow_smc.pair[i].first;
		allowed.last = config->allow_smc.pair[i].last;
		err = add(out, &allowed, d);
	}
	for (unsigned i = 0; i < host->nr_callers && !err; i++)
		err = add_node(&host->caller[i], config, has_memory(&host->caller[i], regions), out,
			       d);
	return err ? err : add_nobodys(out, d);
}

static bool has_plain(enum caller_kind kind)
{
	for (unsigned i = 0; i < nr_caller_ids; i++)
		if (caller_ids[i].kind == kind && caller_ids[i].class == CALL_PLAIN)
			return true;
	return false;
}

static bool is_answered(const struct host_caller *c)
{
	return caller_info[c->kind].memory == CALLER_ANSWERED;
}

/* Why calls of class CHECKED are refused, or what they still wait for. */
static void describe_memory(const struct host *host, const struct host_caller *c,
			    const struct region_table *t, char *buf, size_t size)
{
	const char *can = caller_info[c->kind].can;
	const struct range *r = not_guests(c, t);

	if (r)
		format(buf, size,
		       "refused: the memory behind them, %#lx bytes at %#lx, is not the guest's: give it a region there",
		       (unsigned long)r->size, (unsigned long)r->base);
	else if (!is_answered(c))
		format(buf, size,
		       "refused: the node's shmem leads to no memory that the CPU reaches; correct the device tree");
	else if (!host->asked_firmware && !*can)
		format(buf, size,
		       "passed with the memory that the firmware names, which is asked at boot");
	else if (!host->asked_firmware)
		format(buf, size,
		       "passed if the firmware, which is asked at boot, keeps to one place; else they can %s: firmware-calls = \"trusted\" passes them",
		       can);
	else if (*can)
		format(buf, size,
		       "refused: they can %s: firmware-calls = \"trusted\" passes them", can);
	else
		format(buf, size, "refused: the firmware names no memory for them");
}

static void describe(const struct host *host, const struct config *config,
		     const struct region_table *t, const struct host_caller *c, char *buf,
		     size_t size)
{
	const struct caller_info *info = &caller_info[c->kind];

	if (config->firmware_calls == FIRMWARE_CALLS_NONE)
		format(buf, size, "refused, by firmware-calls = \"none\"");
	else if (config->firmware_calls == FIRMWARE_CALLS_TRUSTED && *info->can)
		format(buf, size, "passed; trusted: they can %s", info->can);
	else if (info->memory != CALLER_NO_MEMORY && !has_memory(c, t))
		describe_memory(host, c, t, buf, size);
	else if (info->memory == CALLER_NO_MEMORY && *info->can && has_plain(c->kind))
		format(buf, size,
		       "passed, but for those that can %s: firmware-calls = \"trusted\" passes these too",
		       info->can);
	else if (info->memory == CALLER_NO_MEMORY && *info->can)
		format(buf, size,
		       "refused: they can %s: firmware-calls = \"trusted\" passes them",
		       info->can);
	else if (c->nr_memory)
		format(buf, size, "passed, with memory at %#lx",
		       (unsigned long)c->memory[0].base);
	else
		format(buf, size, "passed");
}

void calls_describe(const struct host *host, const struct config *config,
		    const struct region_table *regions, unsigned i, char *buf, size_t size)
{
	const struct host_caller *c = &host->caller[i];
	int len = format(buf, size, "%s: ", c->name);

	if (len < (int)size)
		describe(host, config, regions, c, buf + len, size - (size_t)len);
}
