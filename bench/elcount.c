/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCG plugin that counts instructions by exception level. With -icount a count is exact and the
 * same in each run.
 *
 * It writes lines `elcount EVENT EL0 EL1 EL2 LONGEST` to stderr, the counts so far: `first-elN`
 * when level N runs its first instruction, `mark` at every `hint #126`, which is a NOP to the CPU,
 * and `exit`. LONGEST is the longest stretch at EL2 since the last mark, or first-el1: so many
 * instructions from coming there until a lower level runs again. With several CPUs it may be less,
 * as QEMU does not tell here which CPU runs.
 *
 * Debian ships QEMU without the plugin header, so what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MARK	0xd5032fdf

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;

/* GLib's, as far as the register list and the buffer of a read are concerned. */
struct array {
	char *data;
	unsigned len;
};

struct reg {
	struct qemu_plugin_register *handle;
	const char *name, *feature;
};

struct array *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(struct qemu_plugin_register *reg, struct array *buf);
struct array *g_byte_array_new(void);
struct array *g_byte_array_set_size(struct array *buf, unsigned len);
void qemu_plugin_register_vcpu_init_cb(uint64_t id, void (*cb)(uint64_t id, unsigned cpu));
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned cpu, void *arg), int flags,
					    void *arg);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(uint64_t id, void *arg), void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *data, size_t len);

#define EXPORT	__attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 4;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

static uint64_t executed[4], stretch, longest;
static struct qemu_plugin_register *pstate;
static struct array *value;

static void say(const char *event)
{
	fprintf(stderr, "\nelcount %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", event,
		executed[0], executed[1], executed[2], longest);
}

static void count(unsigned cpu, void *arg)
{
	static const char *const first[] = { "first-el0", "first-el1", "first-el2", "first-el3" };
	uint64_t *n = arg;

	(void)cpu;
	if (!*n) {
		say(first[n - executed]);
		longest = n == &executed[1] ? 0 : longest;
	}
	++*n;
	stretch = n == &executed[2] ? stretch + 1 : 0;
	if (stretch > longest)
		longest = stretch;
}

static void mark(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	say("mark");
	longest = 0;
}

static void at_exit(uint64_t id, void *arg)
{
	(void)id;
	(void)arg;
	say("exit");
}

static void find_pstate(uint64_t id, unsigned cpu)
{
	struct array *regs = qemu_plugin_get_registers();

	(void)id;
	(void)cpu;
	for (unsigned i = 0; i < regs->len; i++) {
		struct reg *r = (struct reg *)(void *)regs->data + i;

		if (!strcmp(r->name, "cpsr"))
			pstate = r->handle;
	}
}

/*
 * A block is translated for the exception level that is about to run it. AArch32 runs at EL0 alone
 * here.
 */
static unsigned current_el(void)
{
	uint32_t p;

	g_byte_array_set_size(value, 0);
	qemu_plugin_read_register(pstate, value);
	memcpy(&p, value->data, sizeof(p));
	return p & 0x10 ? 0 : p >> 2 & 3;
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	unsigned el = current_el();

	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t word = 0;

		qemu_plugin_insn_data(insn, &word, sizeof(word));
		qemu_plugin_register_vcpu_insn_exec_cb(insn, count, 0, &executed[el]);
		if (word == MARK)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	(void)argc;
	(void)argv;
	value = g_byte_array_new();
	qemu_plugin_register_vcpu_init_cb(id, find_pstate);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
