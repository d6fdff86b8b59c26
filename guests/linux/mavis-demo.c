/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mavis-demo: half a minute that shows what a region's memory type means, on the PCI function that
 * `make run` puts into the machine: its BAR 2 stands for a GPU's memory. `mavisctl demo` runs it.
 */
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGION		"gpu-memory"	/* as configs/virt.dts calls it */
#define FUNCTION	"0x1af4 0x1110"	/* ivshmem: memory behind a BAR */
#define SIZE		0x10000
#define HWCAP2_MTE	(1 << 18)
#define PROT_MTE	0x20

static sigjmp_buf escape;

static void on_signal(int sig)
{
	siglongjmp(escape, sig);
}

static bool read_word(const char *folder, const char *name, char *word, size_t size)
{
	char path[512];
	bool ok = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "r");
	if (f) {
		ok = fgets(word, (int)size, f) != NULL;
		fclose(f);
		word[strcspn(word, "\n")] = '\0';
	}
	return ok;
}

/* The function's folder in sysfs, with its memory decode on. */
static bool find_function(char *folder, size_t size)
{
	char vendor[16], device[16], ids[40];
	bool found = false;
	glob_t g;
	int fd;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &g))
		return false;
	for (size_t i = 0; i < g.gl_pathc && !found; i++) {
		if (!read_word(g.gl_pathv[i], "vendor", vendor, sizeof(vendor)) ||
		    !read_word(g.gl_pathv[i], "device", device, sizeof(device)))
			continue;
		snprintf(ids, sizeof(ids), "%s %s", vendor, device);
		found = !strcmp(ids, FUNCTION);
		if (found)
			snprintf(folder, size, "%s", g.gl_pathv[i]);
	}
	globfree(&g);
	if (found) {
		char path[512];

		snprintf(path, sizeof(path), "%s/enable", folder);
		fd = open(path, O_WRONLY);
		found = fd >= 0 && write(fd, "1", 1) == 1;
		close(fd);
	}
	return found;
}

/* The BAR as the kernel maps it write-combining: its stage 1 says Normal, Non-cacheable. */
static char *map_bar(const char *folder)
{
	char path[512];
	void *p;
	int fd;

	snprintf(path, sizeof(path), "%s/resource2_wc", folder);
	fd = open(path, O_RDWR);
	p = fd < 0 ? MAP_FAILED : mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

static int set_type(const char *type)
{
	char command[128];

	snprintf(command, sizeof(command), "mavisctl set " REGION " %s >/dev/null", type);
	return system(command);
}

static const char *unaligned_store(volatile char *at)
{
	struct sigaction action = { .sa_handler = on_signal };
	int sig;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sig = sigsetjmp(escape, 1);
	if (sig)
		return sig == SIGBUS ? "SIGBUS: the program would have died" : "SIGSEGV";
	/* In assembly, so that no compiler splits the access. */
	asm volatile("str %0, [%1, #1]" :: "r"(0x1122334455667788ul), "r"(at) : "memory");
	return "works";
}

static volatile bool stop;
static volatile uint64_t rounds, wrong;

/* Each word is written and read back, whatever the memory type is at that moment. */
static void *use(void *arg)
{
	volatile uint64_t *word = arg;

	for (uint64_t n = 1; !stop; n++) {
		word[n % (SIZE / 8)] = n;
		wrong += word[n % (SIZE / 8)] != n;
		rounds = n;
	}
	return NULL;
}

static void change_under_way(char *bar)
{
	static const char *const types[] = { "normal-wb", "normal-nc", "device-nGnRE" };
	unsigned changes = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, use, bar))
		return;
	for (unsigned i = 0; i < 30; i++)
		changes += !set_type(types[i % 3]);
	stop = true;
	pthread_join(thread, NULL);
	printf("   %u changes, meanwhile %lu stores and loads by another thread: %lu went wrong\n",
	       changes, (unsigned long)rounds, (unsigned long)wrong);
}

static void tags(char *bar)
{
	bool mte = getauxval(AT_HWCAP2) & HWCAP2_MTE;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | (mte ? PROT_MTE : 0),
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!mte) {
		puts("   this CPU has no MTE, or it is hidden from the guest: see the boot log");
		return;
	}
	printf("   general-purpose RAM with PROT_MTE: %s\n",
	       p != MAP_FAILED ? "granted" : "refused");
	printf("   the BAR with PROT_MTE: %s\n",
	       mprotect(bar, 4096, PROT_READ | PROT_WRITE | PROT_MTE) ? "refused: no tags there"
								       : "granted");
}

int main(void)
{
	char folder[256], *bar;

	if (!find_function(folder, sizeof(folder)) || !(bar = map_bar(folder))) {
		fputs("mavis-demo: no PCI function " FUNCTION ": start the machine by `make run`\n",
		      stderr);
		return 1;
	}
	puts("1. What the guest has where, and as what (mavisctl regions):");
	fflush(stdout);
	if (system("mavisctl regions"))
		return 1;
	puts("\n2. An 8-byte store to an address that is no multiple of 8, to the BAR as");
	if (set_type("normal-wb"))
		return 1;
	printf("   Normal Write-Back, as its line in the config asks for: %s\n",
	       unaligned_store(bar));
	if (set_type("device-nGnRE"))
		return 1;
	printf("   Device-nGnRE, as most hypervisors map a BAR: %s\n", unaligned_store(bar));
	puts("\n3. The type changes while a program uses the memory:");
	fflush(stdout);
	change_under_way(bar);
	if (set_type("normal-wb"))
		return 1;
	puts("\n4. Allocation tags (MTE):");
	tags(bar);
	puts("\nThe line in the config that makes the BAR what it is: configs/virt.dts, " REGION);
	return wrong != 0;
}
