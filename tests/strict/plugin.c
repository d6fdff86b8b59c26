/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict machine: a QEMU TCG plugin that keeps, beside QEMU, a model of what an Armv8-A machine
 * may do with caches, TLBs and registers, and reports each place where EL2's software is right only
 * because QEMU forgives. It changes nothing of what QEMU does. docs/strict.md has the rules.
 *
 * Here QEMU's callbacks become the model's events.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "machine.h"
#include "peek.h"
#include "qemu.h"
#include "report.h"

#define EXPORT	__attribute__((visibility("default")))
EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;
EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

/* A block of instructions as QEMU translates it. */
struct block {
	u64 pc, size;
	u8 el;
	bool may_start;		/* an arm64 Image begins here */
};

/* CPUs run in threads of their own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void on_el2_access(unsigned c, uint32_t info, uint64_t va, void *arg)
{
	const struct insn *insn = arg;

	pthread_mutex_lock(&lock);
	if (started && machine_ours(insn->pc))
		machine_el2_access((struct at){ machine_cpu(c), insn->pc }, insn, info, va);
	pthread_mutex_unlock(&lock);
}

static void on_guest_access(unsigned c, uint32_t info, uint64_t va, void *arg)
{
	const struct insn *insn = arg;

	pthread_mutex_lock(&lock);
	if (started)
		machine_guest_access((struct at){ machine_cpu(c), insn->pc }, info, va);
	pthread_mutex_unlock(&lock);
}

static void on_instruction(unsigned c, void *arg)
{
	const struct insn *insn = arg;

	pthread_mutex_lock(&lock);
	if (started && (insn->el == 1 || machine_ours(insn->pc)))
		machine_executes((struct at){ machine_cpu(c), insn->pc }, insn);
	pthread_mutex_unlock(&lock);
}

static void on_block(unsigned c, void *arg)
{
	const struct block *b = arg;
	u64 size;

	pthread_mutex_lock(&lock);
	if (b->may_start && machine_header_at(b->pc, &size) &&
	    !(started && machine_has_moved(machine_cpu(c), b->pc, size)))
		machine_start(b->pc, size);
	if (started)
		machine_runs((struct at){ machine_cpu(c), b->pc }, b->el, b->size);
	pthread_mutex_unlock(&lock);
}

#define MSR_SCTLR_EL1	0xd5181000

static void instrument(struct qemu_plugin_insn *q, unsigned el, bool mmu_off)
{
	struct insn *insn;
	u32 word = 0;
	unsigned kind;

	qemu_plugin_insn_data(q, &word, sizeof(word));
	if (el == 1 && !mmu_off && (word & ~31u) != MSR_SCTLR_EL1)
		return;
	kind = decode(word);
	insn = malloc(sizeof(*insn));		/* as long as QEMU runs: blocks may come back */
	*insn = (struct insn){ qemu_plugin_insn_vaddr(q), word, word >> 5 & 0xffff, (u8)el,
			       (u8)kind };
	if (kind != OTHER && kind != EXCLUSIVE && kind != TAGS)
		qemu_plugin_register_vcpu_insn_exec_cb(q, on_instruction, READS_REGS, insn);
	/* QEMU 10.0 loses the tags of an access that a plugin is told of. */
	else if (kind != TAGS && (el == 2 || mmu_off))
		qemu_plugin_register_vcpu_mem_cb(q, el == 2 ? on_el2_access : on_guest_access,
						 READS_REGS, MEM_ALL, insn);
}

/* EL1 in the low half of its addresses: its MMU may be off, which the registers tell. */
static bool guest_mmu_off(u64 pc)
{
	u64 sctlr;

	return pc < BIT(47) && peek_register("SCTLR", &sctlr) && !(sctlr & SCTLR_M);
}

static void on_translation(CALLBACK_ID struct qemu_plugin_tb *tb CALLBACK_ARG)
{
	u64 pc = qemu_plugin_tb_vaddr(tb), psr, size;
	size_t n = qemu_plugin_tb_n_insns(tb);
	unsigned el;
	bool mmu_off;

	(void)unused;
	pthread_mutex_lock(&lock);
	psr = peek_pstate();
	el = psr & BIT(4) ? 0 : FIELD(psr, 3, 2);	/* AArch32 is at EL0 alone */
	mmu_off = el == 1 && guest_mmu_off(pc);
	if (el == 2 || mmu_off) {
		struct block *b = malloc(sizeof(*b));

		*b = (struct block){ pc, n * 4, (u8)el, el == 2 && machine_header_at(pc, &size) };
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, READS_REGS, b);
	}
	for (size_t i = 0; i < n && (el == 1 || el == 2); i++)
		instrument(qemu_plugin_tb_get_insn(tb, i), el, mmu_off);
	pthread_mutex_unlock(&lock);
}

static void on_cpu(CALLBACK_ID unsigned cpu CALLBACK_ARG)
{
	(void)unused;
	(void)cpu;
	pthread_mutex_lock(&lock);
	peek_cpu_made();
	pthread_mutex_unlock(&lock);
}

static void on_end(CALLBACK_ID void *arg)
{
#if QEMU_PLUGIN_API < 7
	(void)unused;
#endif
	(void)arg;
	machine_totals();
	report_totals();
}

#define ARGUMENTS	"out=FILE, bytes=N, loader=clean, thread=single"

static bool parse(const char *arg, const char **out)
{
	if (!strncmp(arg, "out=", 4))
		*out = arg + 4;
	else if (!strncmp(arg, "bytes=", 6))
		options.file_size = strtoull(arg + 6, NULL, 0);
	else if (!strcmp(arg, "loader=dirty") || !strcmp(arg, "loader=clean"))
		options.loader_clean = arg[7] == 'c';
	else if (!strcmp(arg, "thread=single"))
		options.one_thread = true;
	else
		return false;
	return true;
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	const char *out = NULL;

	(void)info;
	for (int i = 0; i < argc; i++)
		if (!parse(argv[i], &out)) {
			fprintf(stderr, "strict: not understood: %s: there are " ARGUMENTS "\n",
				argv[i]);
			return -1;
		}
	if (!report_open(out)) {
		fprintf(stderr, "strict: %s cannot be written\n", out);
		return -1;
	}
	qemu_plugin_register_vcpu_init_cb(id, on_cpu REGISTER_ARG);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation REGISTER_ARG);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
