// SPDX-License-Identifier: Apache-2.0
/* The trees that tools/regions reads. */
#include <errno.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/regiontool/regions.h"

#define MAX_SIZE	MIB(16)

static void say_why(const char *kind, const char *fmt, va_list ap)
{
	char text[720];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(stderr, "regions: error: %s\n", text);
	if (!as_json)
		return;
	json_begin(kind);
	json_text("why", text);
	json_end();
}

int refused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_why("refused", fmt, ap);
	va_end(ap);
	return EXIT_FAILURE;
}

int misused(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_why("misused", fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}

int finish_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	return refused("standard output: %s", strerror(errno));
}

/* All of @f, at most MAX_SIZE and a byte; dt_check() finds what is too long. */
static u8 *read_all(FILE *f, size_t *size)
{
	u8 *data = calloc(1, MAX_SIZE + 1);

	*size = data ? fread(data, 1, MAX_SIZE + 1, f) : 0;
	return data;
}

/* dtc's own lines say what is wrong with a source. */
static u8 *compile(const char *path, size_t *size)
{
	int ends[2], status;
	u8 *data;
	FILE *f;
	pid_t pid;

	if (pipe(ends))
		return NULL;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-", path, (char *)NULL);
		_exit(refused("dtc: %s: install the package device-tree-compiler",
			      strerror(errno)));
	}
	close(ends[1]);
	f = fdopen(ends[0], "r");
	data = f ? read_all(f, size) : NULL;
	if (f)
		fclose(f);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status) {
		refused("%s: dtc cannot compile it", path);
		free(data);
		return NULL;
	}
	return data;
}

void *tree_load(const char *path, size_t *size)
{
	static const u8 magic[4] = { 0xd0, 0x0d, 0xfe, 0xed };
	FILE *f = fopen(path, "rb");
	u8 *data = f ? read_all(f, size) : NULL;

	if (!data || ferror(f)) {
		refused("%s: %s", path, strerror(errno));
		return NULL;
	}
	fclose(f);
	if (*size >= sizeof(magic) && !memcmp(data, magic, sizeof(magic)))
		return data;
	free(data);
	return compile(path, size);
}

/* As host_read() knows memory: by device_type. */
static bool is_memory(const void *fdt, int node)
{
	int len;
	const char *type = fdt_getprop(fdt, node, "device_type", &len);

	return type && len == sizeof("memory") && !memcmp(type, "memory", sizeof("memory"));
}

static int drop_memory(void *fdt)
{
	int node = fdt_first_subnode(fdt, 0), err = 0;

	while (node >= 0 && !err) {
		if (is_memory(fdt, node)) {
			err = fdt_del_node(fdt, node);
			node = fdt_first_subnode(fdt, 0);
		} else {
			node = fdt_next_subnode(fdt, node);
		}
	}
	return err;
}

/* Appends one "base,size" of @text to the node's reg; where the next one begins, or NULL. */
static const char *add_memory(void *fdt, int node, const char *text, int *err)
{
	struct range r = { 0 };
	char *end;

	r.base = strtoull(text, &end, 0);
	if (*end == ',')
		r.size = strtoull(end + 1, &end, 0);
	if ((*end && *end != ',') || !r.size || !range_valid(r))
		return NULL;
	/* In pieces of a size that one cell holds. */
	for (u64 done = 0; !*err && done < r.size; done += GIB(1))
		*err = fdt_appendprop_addrrange(fdt, 0, node, "reg", r.base + done,
						MIN(r.size - done, GIB(1)));
	return *end ? end + 1 : end;
}

/* What a loader does with the memory that it found. */
static void *set_memory(const void *fdt, const char *text, size_t size)
{
	u32 room = 2 * (u32)size + 4096;
	void *out = calloc(1, room);
	const char *next = text;
	char name[32];
	int node, err;

	if (!out)
		return NULL;
	snprintf(name, sizeof(name), "memory@%llx", strtoull(text, NULL, 0));
	err = dt_open(fdt, out, room);
	if (!err)
		err = drop_memory(out);
	node = err ? err : fdt_add_subnode(out, 0, name);
	err = node < 0 ? node : fdt_setprop_string(out, node, "device_type", "memory");
	do
		next = add_memory(out, node, next, &err);
	while (!err && next && *next);
	if (!next)
		refused("--memory %s: write base,size in bytes, as 0x40000000,0x80000000; a second piece after another comma",
			text);
	else if (err)
		refused("--memory %s: %s", text, fdt_strerror(err));
	return next && !err ? out : NULL;
}

bool machine_load(const char *path, const char *memory, struct host *host)
{
	size_t size;
	void *fdt = tree_load(path, &size);
	struct diag d;

	if (!fdt)
		return false;
	if (host_check(fdt, size, &d))
		return refused("%s: %s", path, d.text) == EXIT_SUCCESS;
	if (memory)
		fdt = set_memory(fdt, memory, size);
	if (!fdt)
		return false;
	host_read_uart(fdt, &host->uart);
	if (!host_read(fdt, host, &d))
		return true;
	refused("%s: %s", path, d.text);
	if (!host->nr_memory && !memory)
		refused("a board's loader writes its memory into the tree: give it with --memory base,size");
	return false;
}

#define SOME_MEMORY	"0x80000000,0x20000000"

bool machine_try(const char *path, struct host *host, struct diag *d)
{
	size_t size;
	void *fdt = tree_load(path, &size);

	if (!fdt || host_check(fdt, size, d))
		return false;
	if (!host_read(fdt, host, d))
		return true;
	if (host->nr_memory)
		return false;
	fdt = set_memory(fdt, SOME_MEMORY, size);
	return fdt && !host_read(fdt, host, d);
}
