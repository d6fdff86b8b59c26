/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /init of the Linux workloads that bench/bench counts: each so many times between two marks
 * (bench/elcount.c), one after the other, and all of that again and again. It prints nothing.
 * bench/bench knows their order and how often. One that cannot be done makes no mark any more, and
 * a line says why.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE		4096
#define MAPPED		(32 * PAGE)
#define PACKET_TYPE	0x88b5		/* for experiments: nobody else's */
#define PACKET_SIZE	256

static int to_child[2], to_parent[2];	/* pipes */
static int net[2];			/* packet sockets of two cards on one wire */
static struct sockaddr_ll card[2];

static void mark(void)
{
	asm volatile("hint #126" ::: "memory");
}

static void __attribute__((noreturn)) give_up(const char *what)
{
	fprintf(stderr, "workloads: %s: %s\n", what, strerror(errno));
	for (;;)
		pause();
}

static int sound(const char *what, int result)
{
	if (result < 0)
		give_up(what);
	return result;
}

/* A child ends well and at once: by itself, or as another program. */
static void child(const char *program)
{
	int status;
	pid_t pid = sound("fork", fork());

	if (!pid && program)
		execl(program, program, "ends", NULL);
	if (!pid)
		_exit(program != NULL);
	sound("waitpid", waitpid(pid, &status, 0));
	if (status) {
		errno = ECHILD;
		give_up("a child");
	}
}

static void compute(void)
{
	unsigned long x = 1;

	for (unsigned i = 0; i < 1000000; i++)
		asm volatile("mul %0, %0, %0\n\teor %0, %0, #0xff" : "+r" (x));
}

static void do_fork(void)
{
	child(NULL);
}

static void do_exec(void)
{
	child("/init");
}

/* A page fault for each page. */
static void map(void)
{
	char *p = mmap(NULL, MAPPED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		give_up("mmap");
	for (unsigned i = 0; i < MAPPED; i += PAGE)
		p[i] = 1;
	munmap(p, MAPPED);
}

static void round_trip(void)
{
	char c = 0;

	if (write(to_child[1], &c, 1) != 1 || read(to_parent[0], &c, 1) != 1)
		give_up("pipe");
}

static void packet(void)
{
	char frame[PACKET_SIZE];

	memset(frame, 0xff, 12);		/* to all, and from nobody who is there */
	memcpy(frame + 12, &(unsigned short){ htons(PACKET_TYPE) }, 2);
	if (sendto(net[0], frame, sizeof(frame), 0, (void *)&card[0], sizeof(card[0])) < 0 ||
	    recv(net[1], frame, sizeof(frame), 0) != PACKET_SIZE)
		give_up("packet");
}

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sound("sched_setaffinity", sched_setaffinity(0, sizeof(set), &set));
}

/* Who answers, on the last CPU. */
static void start_answering(void)
{
	char c;

	sound("pipe", pipe(to_child) | pipe(to_parent));
	if (sound("fork", fork()))
		return;
	stay_on((int)sysconf(_SC_NPROCESSORS_ONLN) - 1);
	while (read(to_child[0], &c, 1) == 1 && write(to_parent[1], &c, 1) == 1)
		;
	_exit(1);
}

static void open_card(unsigned i)
{
	struct ifreq r = { .ifr_flags = IFF_UP };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "eth%u", i);
	net[i] = sound("socket", socket(AF_PACKET, SOCK_RAW, 0));
	sound(r.ifr_name, ioctl(net[i], SIOCSIFFLAGS, &r));
	card[i] = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(PACKET_TYPE),
		.sll_ifindex = (int)if_nametoindex(r.ifr_name),
	};
	sound("bind", bind(net[i], (void *)&card[i], sizeof(card[i])));
}

/* IPv6 has packets of its own to send. */
static void start_net(void)
{
	/* They may be there already: open_card() sees. */
	int fd, unused = system("/bin/modprobe -a virtio_pci virtio_net 2>/dev/null");

	(void)unused;
	fd = open("/proc/sys/net/ipv6/conf/all/disable_ipv6", O_WRONLY);
	if (fd >= 0 && write(fd, "1", 1) == 1)
		close(fd);
	open_card(0);
	open_card(1);
}

/*
 * A batch is long beside what Linux does by the clock or puts off (a tick is 4 ms, the stacks and
 * slabs of some hundred processes go at once), so that it has as much of it each time. What was put
 * off before it is done by then.
 */
static void measure(void (*work)(void), unsigned rounds)
{
	usleep(100000);
	work();
	mark();
	for (unsigned n = 0; n < rounds; n++)
		work();
	mark();
}

/* What a fork copies depends on where all lies: everywhere, in the same places. */
static void settle(char **argv)
{
	if (personality(0xffffffff) & ADDR_NO_RANDOMIZE)
		return;
	sound("personality", personality(ADDR_NO_RANDOMIZE));
	sound("/init", execv("/init", argv));
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 0;
	settle(argv);
	sound("/proc", mount("proc", "/proc", "proc", 0, NULL));
	stay_on(0);
	start_answering();
	start_net();
	sleep(2);				/* what the boot has left to do */
	for (;;) {
		measure(compute, 4);
		measure(do_fork, 600);
		measure(do_exec, 200);
		measure(map, 480);
		measure(round_trip, 1600);
		measure(packet, 200);
	}
}
