/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCG plugin that counts instructions by exception level. With -icount a count is exact and the
 * same in each run.
 *
 * It writes lines `elcount EVENT EL0 EL1 EL2 LONGEST ISB DSB TLBI AT SYSREG` to stderr, the counts
 * so far: `first-elN` when level N runs its first instruction, `mark` at every `hint #126`, which
 * is a NOP to the CPU, and `exit`. LONGEST is the longest stretch at EL2 since the last mark, or
 * first-el1: so many instructions from coming there until a lower level runs again. With several
 * CPUs it may be less, as QEMU does not tell here which CPU runs. The last five are EL2's: what
 * takes a CPU longer than its place in the count says; SYSREG are MRS and MSR of a register.
 *
 * With the argument `profile=on` each event but `exit` has lines `elcount pc OFFSET N` before it:
 * how often EL2 ran the instruction at this offset in 2 MiB, to which Mavis is aligned, since the
 * event before.
 *
 * Debian ships QEMU without the plugin header, so what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK		0xd5032fdf
#define PROFILE_SIZE	(0x200000 / 4)

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
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *data, size_t len);

#define EXPORT	__attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 4;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

enum kind { ISB, DSB, TLBI, AT, SYSREG, NR_KINDS };

static uint64_t executed[4], stretch, longest, kinds[NR_KINDS];
static uint64_t *profile;
static struct qemu_plugin_register *pstate;
static struct array *value;

static void say(const char *event)
{
	for (size_t i = 0; profile && i < PROFILE_SIZE; i++)
		if (profile[i])
			fprintf(stderr, "\nelcount pc %#zx %" PRIu64, i * 4, profile[i]);
	if (profile)
		memset(profile, 0, PROFILE_SIZE * sizeof(*profile));
	fprintf(stderr, "\nelcount %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, event,
		executed[0], executed[1], executed[2], longest);
	for (unsigned i = 0; i < NR_KINDS; i++)
		fprintf(stderr, " %" PRIu64, kinds[i]);
	fputc('\n', stderr);
}

/* What an instruction is, of those that are told apart; NR_KINDS: none of them. */
static enum kind kind_of(uint32_t word)
{
	if ((word & 0xfffff0ff) == 0xd50330df)
		return ISB;
	if ((word & 0xfffff0ff) == 0xd503309f)
		return DSB;
	if ((word & 0xfff80000) == 0xd5080000)		/* SYS, with CRn and CRm */
		return (word & 0xe000) == 0x8000 ? TLBI : (word & 0xfe00) == 0x7800 ? AT : NR_KINDS;
	return (word & 0xffd00000) == 0xd5100000 ? SYSREG : NR_KINDS;
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

static void count_one(unsigned cpu, void *arg)
{
	(void)cpu;
	++*(uint64_t *)arg;
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
		if (el == 2 && kind_of(word) != NR_KINDS)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, count_one, 0,
							       &kinds[kind_of(word)]);
		if (el == 2 && profile)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, count_one, 0,
				&profile[qemu_plugin_insn_vaddr(insn) / 4 % PROFILE_SIZE]);
		if (word == MARK)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc && !strcmp(argv[0], "profile=on"))
		profile = calloc(PROFILE_SIZE, sizeof(*profile));
	value = g_byte_array_new();
	qemu_plugin_register_vcpu_init_cb(id, find_pstate);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
