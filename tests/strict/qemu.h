/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is used of QEMU's plugin API and of GLib: Debian ships QEMU without the header. QEMU 10.0
 * has version 4 of the API; from 11.1 on it loads only 7 and later, where callbacks lose the
 * plugin's id and get an argument. QEMU_PLUGIN_API is the version to build for.
 */
#ifndef STRICT_QEMU_H
#define STRICT_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef QEMU_PLUGIN_API
#define QEMU_PLUGIN_API 4
#endif

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_hwaddr;

/* GArray of what a register is called by, and GByteArray: the members that are public. */
struct array {
	char *data;
	unsigned len;
};

struct reg_descriptor {
	struct qemu_plugin_register *handle;
	const char *name, *feature;
#if QEMU_PLUGIN_API >= 6
	bool is_readonly;
#endif
};

struct mem_value {
	int type;
	union {
		uint64_t low;
		struct {
			uint64_t low, high;
		} pair;
	} data;
};

enum { NO_REGS, READS_REGS };
enum { MEM_READS = 1, MEM_WRITES, MEM_ALL };

struct array *g_byte_array_new(void);
struct array *g_byte_array_set_size(struct array *buf, unsigned len);

struct array *qemu_plugin_get_registers(void);
#if QEMU_PLUGIN_API >= 6
bool qemu_plugin_read_register(struct qemu_plugin_register *reg, struct array *buf);
#else
int qemu_plugin_read_register(struct qemu_plugin_register *reg, struct array *buf);
#endif
bool qemu_plugin_read_memory_vaddr(uint64_t addr, struct array *buf, size_t len);
#if QEMU_PLUGIN_API >= 5
int qemu_plugin_read_memory_hwaddr(uint64_t addr, struct array *buf, size_t len);
#endif

#if QEMU_PLUGIN_API >= 7
#define CALLBACK_ID
#define CALLBACK_ARG	, void *unused
#define REGISTER_ARG	, NULL
void qemu_plugin_register_vcpu_init_cb(uint64_t id, void (*cb)(unsigned, void *), void *arg);
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(struct qemu_plugin_tb *, void *), void *arg);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(void *), void *arg);
#else
#define CALLBACK_ID	uint64_t unused,
#define CALLBACK_ARG
#define REGISTER_ARG
void qemu_plugin_register_vcpu_init_cb(uint64_t id, void (*cb)(uint64_t, unsigned));
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(uint64_t, void *), void *arg);
#endif
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned cpu, void *arg), int flags,
					  void *arg);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned cpu, void *arg), int flags,
					    void *arg);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned cpu, uint32_t info, uint64_t va,
						 void *arg),
				      int flags, int which, void *arg);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *data, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

unsigned qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
struct mem_value qemu_plugin_mem_get_value(uint32_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t va);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *hwaddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *hwaddr);

#endif
