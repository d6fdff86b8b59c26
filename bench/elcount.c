/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCG plugin that counts instructions by exception level. With -icount a count is exact and the
 * same in each run.
 *
 * It writes lines `elcount EVENT EL0 EL1 EL2 LONGEST ISB DSB TLBI AT SYSREG CODE DATA` to stderr,
 * the counts so far: `first-elN` when level N runs its first instruction, `mark` at every
 * `hint #126`, which is a NOP to the CPU, and `exit`. LONGEST is the longest stretch at EL2 since
 * the last mark, or first-el1: so many instructions from coming there until a lower level runs
 * again. With several CPUs it may be less, as QEMU does not tell here which CPU runs. The next five
 * are EL2's: what takes a CPU longer than its place in the count says; SYSREG are MRS and MSR of a
 * register.
 *
 * With the argument `lines=on` CODE and DATA are how many different lines of 64 bytes EL2 has
 * executed, and read or written, by virtual address: in the last round before a mark, where each
 * round ends with a `hint #125`, else since the mark before. Without it they are 0.
 *
 * With the argument `profile=on` each event but `exit` has lines `elcount pc OFFSET N` before it:
 * how often EL2 ran the instruction at this offset in 2 MiB, to which Mavis is aligned, since the
 * event before.
 *
 * Debian ships QEMU without the plugin header, so what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARK		0xd5032fdf
#define ROUND_END	0xd5032fbf
#define LINE_SHIFT	6
#define LINES_MAX	(1u << 16)
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
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned cpu, uint32_t info, uint64_t vaddr,
						 void *arg),
				      int flags, int reads_or_writes, void *arg);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*cb)(uint64_t id, void *arg), void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *data, size_t len);

#define EXPORT	__attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 4;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

enum kind { ISB, DSB, TLBI, AT, SYSREG, NR_KINDS };

enum { READS_AND_WRITES = 3 };

/* Lines by address, as a table with open addressing: those of another round are free. */
struct lines {
	struct {
		uint64_t line, round;
	} seen[LINES_MAX];
	uint64_t n, in_last_round;
};

static uint64_t executed[4], stretch, longest, kinds[NR_KINDS];
static uint64_t *profile;
static bool by_line, has_rounds;
static uint64_t round_now = 1;
static struct lines code, data;
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
	fprintf(stderr, " %" PRIu64 " %" PRIu64 "\n", code.in_last_round, data.in_last_round);
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

static void touch(struct lines *lines, uint64_t line)
{
	unsigned i = (line ^ line >> 16) % LINES_MAX;

	while (lines->seen[i].round == round_now && lines->seen[i].line != line)
		i = (i + 1) % LINES_MAX;
	if (lines->seen[i].round == round_now)
		return;
	if (++lines->n == LINES_MAX) {
		fprintf(stderr, "\nelcount: more lines in a round than it has room for\n");
		exit(1);
	}
	lines->seen[i].line = line;
	lines->seen[i].round = round_now;
}

static void execute_line(unsigned cpu, void *arg)
{
	(void)cpu;
	touch(&code, (uintptr_t)arg);
}

static void access_lines(unsigned cpu, uint32_t info, uint64_t vaddr, void *arg)
{
	uint64_t last = vaddr + (1u << qemu_plugin_mem_size_shift(info)) - 1;

	(void)cpu;
	(void)arg;
	for (uint64_t line = vaddr >> LINE_SHIFT; line <= last >> LINE_SHIFT; line++)
		touch(&data, line);
}

static void end_round(void)
{
	code.in_last_round = code.n;
	data.in_last_round = data.n;
	code.n = data.n = 0;
	round_now++;
}

static void round_end(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	end_round();
	has_rounds = true;
}

static void mark(unsigned cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	if (!has_rounds)
		end_round();
	say("mark");
	longest = 0;
	end_round();			/* of what is between two operations */
	has_rounds = false;
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
		if (el == 2 && by_line) {
			uintptr_t line = qemu_plugin_insn_vaddr(insn) >> LINE_SHIFT;

			qemu_plugin_register_vcpu_insn_exec_cb(insn, execute_line, 0, (void *)line);
			qemu_plugin_register_vcpu_mem_cb(insn, access_lines, 0, READS_AND_WRITES,
							 NULL);
		}
		if (word == ROUND_END && by_line)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, round_end, 0, NULL);
		if (word == MARK)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "profile=on"))
			profile = calloc(PROFILE_SIZE, sizeof(*profile));
		by_line |= !strcmp(argv[i], "lines=on");
	}
	value = g_byte_array_new();
	qemu_plugin_register_vcpu_init_cb(id, find_pstate);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
