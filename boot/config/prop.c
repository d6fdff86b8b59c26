/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of the config's nodes, read as a table says. */
#include <string.h>

#include "boot/config/parts.h"
#include "lib/errno.h"

#define NAME_MAX_LEN	31
#define MAX_KNOWN	32
#define HINT_SIZE	224

static int wrong_length(const struct dt_walk *w, const struct prop *p, u32 len, const char *right,
			struct diag *d)
{
	return dt_fail(w, d, -EINVAL, p->name, "its value has %u bytes: write `%s%s;`", len,
		       p->name, right);
}

static int read_flag(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		     struct diag *d)
{
	if (val.len)
		return wrong_length(w, p, val.len, "", d);
	*(bool *)out = true;
	return 0;
}

static int check_number(const struct dt_walk *w, const struct prop *p, u64 n, struct diag *d)
{
	if (n < p->min || n > p->max)
		return dt_fail(w, d, -ERANGE, p->name,
			       p->max > BIT(32) ? "%#lx is out of range: give %#lx to %#lx"
						: "%lu is out of range: give %lu to %lu",
			       n, (u64)p->min, p->max);
	if (p->align && !IS_ALIGNED(n, p->align))
		return dt_fail(w, d, -EINVAL, p->name,
			       "%#lx is not a multiple of %#x: give %#lx or %#lx", n, p->align,
			       ALIGN_DOWN(n, p->align), ALIGN_UP(n, p->align));
	return 0;
}

static int read_u32(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		    struct diag *d)
{
	if (val.len != 4)
		return wrong_length(w, p, val.len, " = <number>", d);
	*(u32 *)out = dt_cell(val.data);
	return check_number(w, p, *(u32 *)out, d);
}

static int read_u64(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		    struct diag *d)
{
	if (val.len != 8)
		return wrong_length(w, p, val.len, " = <high low>", d);
	*(u64 *)out = dt_cells(val.data, 2);
	return check_number(w, p, *(u64 *)out, d);
}

static int read_string(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		       struct diag *d)
{
	if (!val.len || memchr(val.data, '\0', val.len) != val.data + val.len - 1)
		return dt_fail(w, d, -EINVAL, p->name,
			       "it is not one string: write `%s = \"text\";`", p->name);
	for (u32 i = 0; i < val.len - 1; i++)
		if (val.data[i] < ' ' || val.data[i] == 0x7f)
			return dt_fail(w, d, -EINVAL, p->name,
				       "byte %u of it is the control character %#x: take it out", i,
				       val.data[i]);
	*(const char **)out = (const char *)val.data;
	return 0;
}

static int read_strings(const struct dt_walk *w, const struct prop *p, struct dt_prop val,
			void *out, struct diag *d)
{
	const char *s, *end = (const char *)val.data + val.len;
	struct dt_prop one;
	int err = 0;

	if (!val.len || end[-1])
		return dt_fail(w, d, -EINVAL, p->name,
			       "it is no list of strings: write `%s = \"text\", \"text\";`",
			       p->name);
	for (s = (const char *)val.data; s < end && !err; s += one.len) {
		one = (struct dt_prop){ (const u8 *)s, (u32)strlen(s) + 1 };
		err = read_string(w, p, one, &(const char *){ NULL }, d);
		if (!err && !*s)
			err = dt_fail(w, d, -EINVAL, p->name,
				      "one of its strings is empty: take it out");
	}
	*(struct dt_prop *)out = val;
	return err;
}

static int read_choice(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		       struct diag *d)
{
	const char *known[MAX_KNOWN], *text;
	char hint[HINT_SIZE];
	unsigned n = 0;
	int err = read_string(w, p, val, &text, d);

	if (err)
		return err;
	for (const struct prop_choice *c = p->choices; c->name; c++) {
		if (!strcmp(c->name, text)) {
			*(u8 *)out = c->value;
			return 0;
		}
		known[n++] = c->name;
	}
	config_hint(hint, sizeof(hint), text, known, n);
	return dt_fail(w, d, -EINVAL, p->name, "\"%.32s\" is not a value of it; %s", text, hint);
}

static int read_range(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		      struct diag *d)
{
	struct range r;

	if (val.len != 16)
		return wrong_length(w, p, val.len,
				    " = <address-high address-low size-high size-low>", d);
	r = (struct range){ dt_cells(val.data, 2), dt_cells(val.data + 8, 2) };
	if (!r.size)
		return dt_fail(w, d, -EINVAL, p->name,
			       "it is empty: give a size, or leave the node out");
	if (r.size > p->max || r.base > p->max - r.size)
		return dt_fail(w, d, -ERANGE, p->name,
			       "%#lx bytes at %#lx are out of range: addresses end at %#lx", r.size,
			       r.base, p->max);
	if (p->align && !IS_ALIGNED(r.base | r.size, p->align))
		return dt_fail(w, d, -EINVAL, p->name,
			       "%#lx bytes at %#lx: address and size must be multiples of %#x",
			       r.size, r.base, p->align);
	*(struct range *)out = r;
	return 0;
}

static int read_pairs(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		      struct diag *d)
{
	struct config_pairs *pairs = out;

	if (!val.len || val.len % 8 || val.len / 8 > p->max)
		return dt_fail(w, d, -EINVAL, p->name,
			       "it has %u cells: write `%s = <first last>;`, with up to %u such pairs",
			       val.len / 4, p->name, (unsigned)p->max);
	pairs->nr = val.len / 8;
	for (unsigned i = 0; i < pairs->nr; i++) {
		pairs->pair[i].first = dt_cell(val.data + i * 8);
		pairs->pair[i].last = dt_cell(val.data + i * 8 + 4);
	}
	return 0;
}

typedef int read_fn(const struct dt_walk *w, const struct prop *p, struct dt_prop val, void *out,
		    struct diag *d);

static read_fn *const readers[] = {
	[PROP_FLAG] = read_flag,
	[PROP_U32] = read_u32,
	[PROP_U64] = read_u64,
	[PROP_STRING] = read_string,
	[PROP_CHOICE] = read_choice,
	[PROP_PAIRS] = read_pairs,
	[PROP_RANGE] = read_range,
	[PROP_STRINGS] = read_strings,
};

static const struct prop *find(const struct prop *props, unsigned nr, const char *name)
{
	for (unsigned i = 0; i < nr; i++)
		if (!strcmp(props[i].name, name))
			return &props[i];
	return NULL;
}

/*
 * What any node can have and says nothing to Mavis: `phandle` is dtc's, the cells keep dtc from
 * warning about `reg`.
 */
static const struct prop common[] = {
	{ .name = "phandle", .kind = PROP_U32, .max = ~0u },
	{ .name = "#address-cells", .kind = PROP_U32, .min = 2, .max = 2 },
	{ .name = "#size-cells", .kind = PROP_U32, .min = 2, .max = 2 },
};

static int unknown(const struct dt_walk *w, const struct prop *props, unsigned nr, const char *name,
		   struct diag *d)
{
	const char *known[MAX_KNOWN];
	char hint[HINT_SIZE], shown[NAME_MAX_LEN + 1];

	for (unsigned i = 0; i < nr; i++)
		known[i] = props[i].name;
	config_hint(hint, sizeof(hint), name, known, nr);
	format(shown, sizeof(shown), "%s", name);
	return dt_fail(w, d, -EINVAL, shown, "unknown property; %s", hint);
}

int props_read(const struct dt_walk *w, const struct prop *props, unsigned nr, void *out,
	       u32 *given, struct diag *d)
{
	struct dt_prop val;
	const char *name;
	u32 ignored;
	int at = 0, err = 0;

	*given = 0;
	while (!err && dt_next_prop(w, &at, &name, &val)) {
		const struct prop *p = find(props, nr, name);

		if (p) {
			if (*given & BIT(p - props))
				return dt_fail(w, d, -EEXIST, p->name,
					       "it is there twice: keep one of them");
			*given |= (u32)BIT(p - props);
			err = readers[p->kind](w, p, val, (u8 *)out + p->offset, d);
		} else {
			p = find(common, ARRAY_SIZE(common), name);
			err = p ? readers[p->kind](w, p, val, &ignored, d)
				: unknown(w, props, nr, name, d);
		}
	}
	return err;
}
