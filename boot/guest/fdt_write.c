/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/guest/fdt_write.h"

#include <libfdt.h>
#include <string.h>

#include "lib/errno.h"

/* Room for @len bytes, and for what aligns the next to @align; NULL: there is none. */
static u8 *take(struct dt_writer *w, u32 len, u32 align)
{
	u32 at = w->at;

	if (w->full || len > w->size - at || ALIGN_UP(at + len, align) > w->size) {
		w->full = true;
		return NULL;
	}
	w->at = ALIGN_UP(at + len, align);
	for (u32 pad = at + len; pad < w->at; pad++)
		w->buf[pad] = 0;
	return w->buf + at;
}

static void put(struct dt_writer *w, u32 cell)
{
	u8 *p = take(w, 4, 4);

	if (p)
		*(fdt32_t *)p = cpu_to_fdt32(cell);
}

void dt_write_start(struct dt_writer *w, void *buf, u32 size, const void *like)
{
	*w = (struct dt_writer){ .buf = buf, .size = size, .like = like };
	take(w, sizeof(struct fdt_header), 8);
}

void dt_write_reservation(struct dt_writer *w, struct range r)
{
	put(w, (u32)(r.base >> 32));
	put(w, (u32)r.base);
	put(w, (u32)(r.size >> 32));
	put(w, (u32)r.size);
}

void dt_write_node(struct dt_writer *w, const char *name)
{
	u32 len = (u32)strlen(name) + 1;
	u8 *p;

	if (!w->structure) {
		dt_write_reservation(w, (struct range){ 0, 0 });
		w->structure = w->at;
	}
	put(w, FDT_BEGIN_NODE);
	p = take(w, len, 4);
	if (p)
		memcpy(p, name, len);
}

void dt_write_end(struct dt_writer *w)
{
	put(w, FDT_END_NODE);
}

static u32 name_offset(struct dt_writer *w, const char *name)
{
	u32 size = fdt_size_dt_strings(w->like), len, at;
	u64 offset = (u64)name - ((u64)w->like + fdt_off_dt_strings(w->like));

	if (offset < size)
		return (u32)offset;
	for (at = 0; at < w->names_size; at += (u32)strlen(w->names + at) + 1)
		if (!strcmp(w->names + at, name))
			return size + at;
	len = (u32)strlen(name) + 1;
	if (len > sizeof(w->names) - at) {
		w->full = true;
		return 0;
	}
	memcpy(w->names + at, name, len);
	w->names_size += len;
	return size + at;
}

u8 *dt_write_room(struct dt_writer *w, const char *name, u32 len)
{
	put(w, FDT_PROP);
	put(w, len);
	put(w, name_offset(w, name));
	return take(w, len, 4);
}

void dt_write_prop(struct dt_writer *w, const char *name, const void *data, u32 len)
{
	u8 *p = dt_write_room(w, name, len);

	if (p && len)
		memcpy(p, data, len);
}

int dt_write_finish(struct dt_writer *w)
{
	struct fdt_header *h = (struct fdt_header *)w->buf;
	u32 size = fdt_size_dt_strings(w->like), strings;
	u8 *p;

	put(w, FDT_END);
	strings = w->at;
	p = take(w, size + w->names_size, 1);
	if (!p)
		return -ENOSPC;
	memcpy(p, (const char *)w->like + fdt_off_dt_strings(w->like), size);
	memcpy(p + size, w->names, w->names_size);

	*h = (struct fdt_header){
		.magic = cpu_to_fdt32(FDT_MAGIC),
		.totalsize = cpu_to_fdt32(w->at),
		.off_dt_struct = cpu_to_fdt32(w->structure),
		.off_dt_strings = cpu_to_fdt32(strings),
		.off_mem_rsvmap = cpu_to_fdt32(ALIGN_UP(sizeof(*h), 8)),
		.version = cpu_to_fdt32(17),
		.last_comp_version = cpu_to_fdt32(16),
		.boot_cpuid_phys = cpu_to_fdt32(fdt_boot_cpuid_phys(w->like)),
		.size_dt_strings = cpu_to_fdt32(size + w->names_size),
		.size_dt_struct = cpu_to_fdt32(strings - w->structure),
	};
	return 0;
}
