/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/json.h"

#include <string.h>

#include "boot/config/as.h"

int json_string(char *buf, size_t n, const char *text)
{
	size_t at = 0;

	if (at + 1 < n)
		buf[at++] = '"';
	for (; *text && at + 3 < n; text++) {
		if (*text == '"' || *text == '\\')
			buf[at++] = '\\';
		buf[at++] = *text >= ' ' && *text <= '~' ? *text : '?';
	}
	return (int)at + format(buf + at, n - at, "\"");
}

/* Appends a member whose value is a text. */
static int member(char *buf, size_t n, const char *name, const char *text)
{
	char value[128];

	json_string(value, sizeof(value), text);
	return format(buf, n, ",\"%s\":%s", name, value);
}

static int as_members(char *buf, size_t n, const struct region_opts *o)
{
	int at;

	if (!o->as)
		return format(buf, n, "%s", "");
	at = format(buf, n, ",\"as\":\"%s\",\"vma\":\"%s\"", as_name(o->as), as_vma_name(o->vma));
	if (o->as_refused)
		at += member(buf + at, n - (size_t)at, "refused", as_refusal_text(o->as_refused));
	return at;
}

int json_row(char *buf, size_t n, const struct region *r, bool placed, const struct mm_caps *caps)
{
	const struct s2_mem *mem = s2_decode(r->attr.memattr, caps->fwb, caps->mte_perm);
	char name[2 * sizeof(r->name) + 3], at[64] = "", as[192];
	int len;

	json_string(name, sizeof(name), r->name);
	as_members(as, sizeof(as), &r->opts);
	if (placed)
		format(at, sizeof(at), ",\"ipa\":\"%#lx\",\"pa\":\"%#lx\"", (unsigned long)r->ipa.v,
		       (unsigned long)r->pa.v);
	len = format(buf, n,
		     "\"name\":%s%s,\"size\":\"%#lx\",\"type\":\"%s\",\"rights\":\"%c%c%c\",\"memattr\":%u,\"stage2\":\"%s\"%s%s",
		     name, at, (unsigned long)r->size, region_type_name(r->type),
		     r->attr.read ? 'r' : '-', r->attr.write ? 'w' : '-', r->attr.exec ? 'x' : '-',
		     r->attr.memattr, mem ? mem->name : "reserved",
		     r->opts.adjustable ? ",\"adjustable\":true" : "", as);
	if (strcmp(r->reason, "by type"))
		len += member(buf + len, n - (size_t)len, "reason", r->reason);
	return len;
}

const char *json_mte(const struct region_table *t, const struct config *config,
		     const struct mm_caps *caps)
{
	if (!config->mte)
		return "not-asked-for";
	if (config->mte_hidden_as || (caps->mte && !t->mte))
		return "hidden";
	return caps->mte ? "offered" : "absent";
}
