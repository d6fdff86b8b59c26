/* SPDX-License-Identifier: Apache-2.0 */
#include "peek.h"

#include <stdio.h>
#include <string.h>

#include "memory.h"
#include "qemu.h"

static struct qemu_plugin_register *x_regs[31], *pstate;

/* All that the first CPU has; the names are QEMU's and stay. */
static struct reg_descriptor *regs;
static unsigned nr_regs;

static struct array *buffer(void)
{
	static struct array *buf;

	if (!buf)
		buf = g_byte_array_new();
	return g_byte_array_set_size(buf, 0);
}

static bool is_a64(const struct reg_descriptor *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(d[i].name, "x30"))
			return true;
	return false;
}

void peek_cpu_made(void)
{
	struct array *list = qemu_plugin_get_registers();
	struct reg_descriptor *d = (void *)list->data;
	unsigned n;

	if (regs || !is_a64(d, list->len))	/* a Cortex-R5 may stand beside them */
		return;
	regs = d;
	nr_regs = list->len;
	for (unsigned i = 0; i < nr_regs; i++) {
		if (!strcmp(d[i].name, "cpsr"))
			pstate = d[i].handle;
		else if (sscanf(d[i].name, "x%u", &n) == 1 && n < ARRAY_SIZE(x_regs))
			x_regs[n] = d[i].handle;
	}
}

static u64 read_handle(struct qemu_plugin_register *reg)
{
	struct array *buf = buffer();
	u64 val = 0;

	qemu_plugin_read_register(reg, buf);
	memcpy(&val, buf->data, buf->len < sizeof(val) ? buf->len : sizeof(val));
	return val;
}

u64 peek_x(unsigned n)
{
	return n == 31 ? 0 : read_handle(x_regs[n]);
}

u64 peek_pstate(void)
{
	return read_handle(pstate);
}

bool peek_register(const char *name, u64 *val)
{
	for (unsigned i = 0; i < nr_regs; i++)
		if (!strcmp(regs[i].name, name)) {
			*val = read_handle(regs[i].handle);
			return true;
		}
	return false;
}

bool peek_virtual(u64 va, void *to, size_t size)
{
	struct array *buf = buffer();

	g_byte_array_set_size(buf, (unsigned)size);
	if (!qemu_plugin_read_memory_vaddr(va, buf, size))
		return false;
	memcpy(to, buf->data, size);
	return true;
}

/* Before version 5 of the API only by an address of the CPU's: the one that EL2 stored it by. */
bool peek(u64 pa, void *to, size_t size)
{
#if QEMU_PLUGIN_API >= 5
	struct array *buf = buffer();

	g_byte_array_set_size(buf, (unsigned)size);
	if (qemu_plugin_read_memory_hwaddr(pa, buf, size))
		return false;
	memcpy(to, buf->data, size);
	return true;
#else
	return peek_virtual(memory_va_of(pa), to, size);
#endif
}
