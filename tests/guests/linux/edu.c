/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edu DEVICE write ADDRESS VALUE
 * edu DEVICE read ADDRESS
 * edu DEVICE own
 *
 * Has QEMU's edu (DEVICE is its folder in sysfs) master the bus: 8 bytes to or from any address.
 * `own` does both with a page of this program's own and says whether the bytes arrived.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/guests/linux/map.h"

/* Registers (QEMU, docs/specs/edu), and the device's own memory, by its own address. */
#define FROM		0x80
#define TO		0x88
#define COUNT		0x90
#define COMMAND		0x98
#define START		1u
#define TO_MEMORY	2u
#define BUFFER		0x40000

#define PCI_COMMAND	4
#define PCI_MASTER	4

static volatile char *registers;

static void put(unsigned reg, uint64_t val)
{
	*(volatile uint64_t *)(registers + reg) = val;
}

static void transfer(uint64_t from, uint64_t to, unsigned command)
{
	put(FROM, from);
	put(TO, to);
	put(COUNT, 8);
	put(COMMAND, START | command);
	while (*(volatile uint64_t *)(registers + COMMAND) & START)
		usleep(1000);
}

/* Lets it master the bus, which is for a driver to do, and its memory be accessed. */
static int enable(const char *device)
{
	char path[256];
	uint16_t command;
	int fd;

	snprintf(path, sizeof(path), "%s/config", device);
	fd = open(path, O_RDWR);
	if (fd < 0 || pread(fd, &command, 2, PCI_COMMAND) != 2)
		return -1;
	command |= PCI_MASTER | 2;
	if (pwrite(fd, &command, 2, PCI_COMMAND) != 2)
		return -1;
	close(fd);
	snprintf(path, sizeof(path), "%s/resource0", device);
	registers = map_page(path, 0);
	return registers ? 0 : -1;
}

/* The physical address of a page of this program's; 0: the kernel does not say. */
static uint64_t physical(const void *page)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0 || pread(fd, &entry, 8, (off_t)((uintptr_t)page / 4096 * 8)) != 8)
		return 0;
	close(fd);
	return (entry & ((1ull << 55) - 1)) * 4096;
}

static uint64_t *own_page(uint64_t *at)
{
	uint64_t *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_LOCKED, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	page[0] = 0;
	*at = physical(page);
	return *at ? page : NULL;
}

static void write_to(volatile uint64_t *page, uint64_t own, uint64_t address, uint64_t value)
{
	page[0] = value;
	transfer(own, BUFFER, 0);
	transfer(BUFFER, address, TO_MEMORY);
}

static uint64_t read_from(volatile uint64_t *page, uint64_t own, uint64_t address)
{
	page[0] = 0;
	transfer(own, BUFFER, 0);		/* what a read that is stopped leaves */
	transfer(address, BUFFER, 0);
	transfer(BUFFER, own, TO_MEMORY);
	return page[0];
}

int main(int argc, char **argv)
{
	volatile uint64_t *page;
	uint64_t own;

	if (argc < 3) {
		fprintf(stderr, "usage: edu DEVICE write ADDRESS VALUE | read ADDRESS | own\n");
		return 2;
	}
	page = own_page(&own);
	if (!page || enable(argv[1])) {
		perror("edu");
		return 2;
	}
	if (!strcmp(argv[2], "write") && argc == 5) {
		write_to(page, own, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
		printf("edu: done\n");
	} else if (!strcmp(argv[2], "read") && argc == 4) {
		printf("edu: %#" PRIx64 "\n", read_from(page, own, strtoull(argv[3], NULL, 0)));
	} else if (!strcmp(argv[2], "own")) {
		write_to(page, own, own + 8, 0x1122334455667788);
		printf("edu: %s\n", page[1] == 0x1122334455667788 ? "arrived" : "did not arrive");
	} else {
		return 2;
	}
	return 0;
}
