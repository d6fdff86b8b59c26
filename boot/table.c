/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/table.h"

#include <string.h>

#include "boot/config/as.h"

const char *table_size(char *buf, size_t n, u64 size)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	unsigned i = 0;

	for (; i + 1 < ARRAY_SIZE(unit) && size && IS_ALIGNED(size, 1024); i++)
		size >>= 10;
	format(buf, n, "%lu %s", (unsigned long)size, unit[i]);
	return buf;
}

int table_head(char *buf, size_t n)
{
	return format(buf, n, "  %-25s  %11s  %-13s  %-26s", "guest physical", "size", "type",
		      "stage 2");
}

/* MemAttr[3:0] as the Arm ARM writes it, and its meaning. */
int table_row(char *buf, size_t n, const struct region *r, const char *where,
	      const struct mm_caps *caps)
{
	const struct s2_mem *mem = s2_decode(r->attr.memattr, caps->fwb, caps->mte_perm);
	u8 m = r->attr.memattr;
	char at[32], size[24] = "-";

	if (!where)
		format(at, sizeof(at), "%012lx-%012lx", (unsigned long)r->ipa.v,
		       (unsigned long)(r->ipa.v + r->size - 1));
	if (r->size)
		table_size(size, sizeof(size), r->size);
	return format(buf, n, "  %-25s  %11s  %-13s  %c%c%c 0b%u%u%u%u %-15s", where ? where : at,
		      size, region_type_name(r->type), r->attr.read ? 'r' : '-',
		      r->attr.write ? 'w' : '-', r->attr.exec ? 'x' : '-', m >> 3 & 1, m >> 2 & 1,
		      m >> 1 & 1, m & 1, mem ? mem->name : "reserved");
}

/* " (as kvm-6.9, vfio-pci)", or what as far as possible comes to. */
static void as_text(char *buf, size_t n, const struct region_opts *o)
{
	if (!o->as)
		*buf = '\0';
	else if (o->as_refused)
		format(buf, n, " (%s would not map it, as %s: %s)", as_name(o->as),
		       as_vma_name(o->vma), as_refusal_text(o->as_refused));
	else
		format(buf, n, " (as %s, %s)", as_name(o->as), as_vma_name(o->vma));
}

int table_name(char *buf, size_t n, const struct region *r)
{
	char as[128];
	bool by_rule = strcmp(r->reason, "by type");
	char at[32] = "";

	if (r->pa.v != r->ipa.v)
		format(at, sizeof(at), " (at %#lx)", (unsigned long)r->pa.v);
	as_text(as, sizeof(as), &r->opts);
	return format(buf, n, "%s%s%s%s%s%s", r->name, at,
		      r->opts.adjustable ? " (adjustable)" : "", as,
		      by_rule ? ": " : "", by_rule ? r->reason : "");
}

int table_mte(char *buf, size_t n, const struct region_table *t, const struct config *config,
	      const struct mm_caps *caps)
{
	if (!config->mte)
		return format(buf, n, "%s", "");
	if (config->mte_hidden_as)
		return format(buf, n, "MTE: hidden from the guest, as %s\n", as_name(config->as));
	if (!caps->mte)
		return format(buf, n, "MTE: the CPU has none\n");
	if (t->mte)
		return format(buf, n, "MTE: offered\n");
	return format(buf, n,
		      "MTE: hidden from the guest by region %s, which has no tags: to offer it, give the region `untagged = \"non-cacheable\"` (or \"trusted\", \"write-through\") and, if it is memory, `expose = \"reserved\"`\n",
		      t->mte_hidden_by);
}
