// SPDX-License-Identifier: Apache-2.0
/*
 * --starter: a config for a board, from its device tree, with what one may want to change beside
 * it.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "boot/machine/fdt.h"
#include "boot/machine/pci.h"
#include "boot/table.h"
#include "tools/regiontool/regions.h"

static struct host host;

/*
 * What Linux calls the UART of this driver; the number comes from /aliases. Those are here too that
 * Mavis has no driver for.
 */
static const struct {
	const char *compatible;		/* how it starts */
	const char *tty;
} ttys[] = {
	{ "arm,", "ttyAMA" },
	{ "cdns,", "ttyPS" },
	{ "xlnx,xuartps", "ttyPS" },
	{ "fsl,imx8q", "ttyLP" },
	{ "fsl,imx8ulp", "ttyLP" },
	{ "fsl,imx93", "ttyLP" },
	{ "fsl,imx7ulp", "ttyLP" },
	{ "fsl,ls10", "ttyLP" },
	{ "fsl,imx", "ttymxc" },
	{ "amlogic,", "ttyAML" },
	{ "qcom,", "ttyMSM" },
	{ "marvell,armada-3700", "ttyMV" },
	{ "renesas,em", "ttyS" },
	{ "renesas,", "ttySC" },
	{ "samsung,", "ttySAC" },
	{ "google,gs101", "ttySAC" },
	{ "axis,", "ttySAC" },
	{ "actions,", "ttyOWL" },
	{ "fsl,s32", "ttyLF" },
	{ "st,", "ttySTM" },
	{ "ti,", "ttyS" },
};

/* What Mavis drives and is not in the table is an 8250. NULL: no one here knows. */
static const char *tty_name(const char *compatible)
{
	for (unsigned i = 0; i < ARRAY_SIZE(ttys); i++)
		if (!strncmp(compatible, ttys[i].compatible, strlen(ttys[i].compatible)))
			return ttys[i].tty;
	return host.uart.found ? "ttyS" : NULL;
}

struct console {
	char path[sizeof(host.uart.path)];
	const char *compatible;		/* NULL: there is none */
};

/* The path that an alias stands for. Older libfdts follow one to itself, and past its end. */
static const char *find_alias(const void *fdt, const char *alias, int len)
{
	int size;
	const u8 *data = fdt_getprop_namelen(fdt, fdt_path_offset(fdt, "/aliases"), alias, len,
					     &size);
	const char *path = dt_string((struct dt_prop){ data, (u32)size });

	return path && *path == '/' ? path : NULL;
}

/* The UART that Mavis prints on, or else what stdout-path means for Linux. */
static struct console find_console(void)
{
	struct console c = { .compatible = NULL };
	const void *fdt = host.fdt;
	const char *path = NULL;
	int chosen = fdt_path_offset(fdt, "/chosen"), len = 0, node;

	if (host.uart.found) {
		c.compatible = host.uart.compatible;
		memcpy(c.path, host.uart.path, sizeof(c.path));
		return c;
	}
	if (chosen >= 0)
		path = fdt_stringlist_get(fdt, chosen, "stdout-path", 0, NULL);
	if (path)
		len = (int)strcspn(path, ":");
	if (path && *path != '/') {
		path = find_alias(fdt, path, len);
		len = path ? (int)strlen(path) : 0;
	}
	node = path ? fdt_path_offset_namelen(fdt, path, len) : -1;
	if (node >= 0 && len < (int)sizeof(c.path)) {
		snprintf(c.path, sizeof(c.path), "%.*s", len, path);
		c.compatible = fdt_stringlist_get(fdt, node, "compatible", 0, NULL);
	}
	return c;
}

/* The N of the alias serialN for @path; 0 if it has none. */
static unsigned serial_number(const void *fdt, const char *path)
{
	int aliases = fdt_path_offset(fdt, "/aliases"), prop, len;
	int node = fdt_path_offset(fdt, path);

	if (aliases < 0 || node < 0)
		return 0;
	fdt_for_each_property_offset(prop, fdt, aliases) {
		const char *name, *to = fdt_getprop_by_offset(fdt, prop, &name, &len);

		if (to && len && *to == '/' && !to[len - 1] && !strncmp(name, "serial", 6) &&
		    fdt_path_offset(fdt, to) == node)
			return (unsigned)strtoul(name + 6, NULL, 10);
	}
	return 0;
}

/* Text from the tree, which must not end the comment or string that it is printed in. */
static void print_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len && text[i]; i++)
		putchar(text[i] >= ' ' && text[i] <= '~' && !strchr("\"\\*", text[i]) ? text[i]
											: '?');
}

static void print_title(void)
{
	static const char *const props[] = { "model", "compatible" };
	const char *text = NULL;
	int len = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(props) && !text; i++)
		text = fdt_getprop(host.fdt, 0, props[i], &len);
	printf("/* ");
	print_clean(text ? text : "A board", text ? (size_t)len : 8);
	printf(": a config to start from, by tools/regions --starter. The binding is in\n"
	       "   docs/config.md. As it stands the guest has all of the machine. */\n"
	       "/dts-v1/;\n\n/ {\n\tcompatible = \"mavis,config\";\n\tformat = <%d>;\n\n\tguest {\n",
	       CONFIG_FORMAT);
}

static void print_range(struct range r)
{
	char size[24];

	printf("%#lx to %#lx, %s", (unsigned long)r.base, (unsigned long)(range_end(r) - 1),
	       table_size(size, sizeof(size), r.size));
}

static void print_console(void)
{
	struct console c = find_console();
	const char *tty = c.compatible ? tty_name(c.compatible) : NULL;

	if (c.compatible) {
		printf("\t\t/* ");
		print_clean(c.path, sizeof(c.path));
		printf(", \"");
		print_clean(c.compatible, strlen(c.compatible));
		printf("\" */\n");
	}
	if (!host.uart.found)
		printf("\t\t/* There is no UART that Mavis knows: it boots without a word. */\n");
	if (host.uart.guessed)
		printf("\t\t/* A guess: /chosen names none that Mavis knows. */\n");
	printf("\t\tbootargs = \"");
	if (tty)
		printf("console=%s%u", tty, serial_number(host.fdt, c.path));
	if (tty && host.uart.baud)
		printf(",%u", host.uart.baud);
	printf("\";\n\n");
}

static void print_guest(void)
{
	printf("\t\t/* The machine has %u. */\n\t\t/* cpus = <%u>; */\n\n", host.nr_cpus,
	       host.nr_cpus);
	printf("\t\t/* Bytes, high and low; left out: all. The machine has\n");
	for (unsigned i = 0; i < host.nr_memory; i++) {
		printf("\t\t     ");
		print_range(host.memory[i]);
		printf("\n");
	}
	printf("\t\t*/\n\t\t/* memory = <0x0 0x20000000>; */\n\n");
	print_console();
	printf("\t\t/* Memory tagging, where the CPU has it and all of the memory has tags. */\n"
	       "\t\t/* mte; */\n\n"
	       "\t\t/* Stop if the machine's attributes are not those of the table. */\n"
	       "\t\t/* strict; */\n");
}

/* The boot says what is the matter with a machine that has no table. */
static void print_firmware_calls(void)
{
	struct diag d;

	if (!host.nr_callers)
		return;
	printf("\n\t\t/* Nodes whose drivers call the firmware, and what becomes of that\n"
	       "\t\t   (docs/firmware-calls.md):\n");
	print_default_calls(&host, "\t\t     ", &d);
	printf("\t\t*/\n\t\t/* firmware-calls = \"trusted\"; */\n");
}

static void print_cells(const char *prop, struct range r)
{
	printf("%s = <%#lx %#lx %#lx %#lx>;", prop, (unsigned long)(r.base >> 32),
	       (unsigned long)(u32)r.base, (unsigned long)(r.size >> 32),
	       (unsigned long)(u32)r.size);
}

static void print_reserved(void)
{
	for (unsigned i = 0; i < host.nr_reserved; i++) {
		const struct host_reserved *r = &host.reserved[i];

		if (r->firmware)		/* not the guest's at all */
			continue;
		printf("\n\t\t\t/* Reserved%s: ", r->no_map ? ", not to be mapped" : "");
		print_clean(r->name, sizeof(r->name));
		printf(". %s\n\t\t\treserved-%u {\n\t\t\t\t",
		       host_has_memory(&host, r->range) ?
			       "The guest has it as memory, and its tree reserves it too." :
		       r->used ? "In no bank of memory: the guest has it for its driver." :
				 "In no bank of memory, and without a driver: nobody has it.",
		       i);
		print_cells("reg", r->range);
		printf("\n\t\t\t\ttype = \"ram\";\n\t\t\t\tno-tags;\n"
		       "\t\t\t\texpose = \"reserved\";\n\t\t\t}; */\n");
	}
}

static const char *window_name(const struct host_mmio *m)
{
	return m->kind == HOST_PCI_MEM64 ? m->prefetchable ? "64-bit, prefetchable" : "64-bit"
	       : m->prefetchable	 ? "32-bit, prefetchable"
					 : "32-bit";
}

/* Which BAR is where in such a window Mavis cannot see. */
static void print_bar_without_ecam(const struct host_mmio *m)
{
	printf("\n\t\t\t/* The configuration space of ");
	print_clean(m->name, sizeof(m->name));
	printf(" is no ECAM: Mavis cannot read it, and\n"
	       "\t\t\t   `pci` with `bar` cannot follow a BAR there. Memory of a device that is coherent,\n"
	       "\t\t\t   such as a GPU's, by the window, or the part of it where the guest keeps the BAR:\n"
	       "\t\t\tbar {\n\t\t\t\t");
	print_cells("reg", m->range);
	printf("\n\t\t\t\ttype = \"device-memory\";\n\t\t\t}; */\n");
}

static void print_windows(void)
{
	const struct host_mmio *other = NULL;

	for (unsigned i = 0; i < host.nr_mmio; i++) {
		const struct host_mmio *m = &host.mmio[i];

		if (m->kind != HOST_PCI_MEM32 && m->kind != HOST_PCI_MEM64)
			continue;
		if (!pci_has_ecam(&host, m->node) && (!other || m->kind > other->kind))
			other = m;
		printf("\n\t\t\t/* PCI window (%s) of ", window_name(m));
		print_clean(m->name, sizeof(m->name));
		printf(": ");
		print_range(m->range);
		printf(".\n\t\t\t   By itself it is %s. */\n",
		       m->kind == HOST_PCI_MEM64 && m->prefetchable ? "prefetchable" : "mmio");
	}
	if (pci_has_ecam(&host, -1))
		printf("\n\t\t\t/* The memory of a PCI device that is coherent, such as a GPU's:\n"
		       "\t\t\tbar {\n\t\t\t\tpci = \"1af4:1110\";\n\t\t\t\tbar = <2>;\n"
		       "\t\t\t\ttype = \"device-memory\";\n\t\t\t}; */\n");
	if (other)
		print_bar_without_ecam(other);
}

static void print_notes(void)
{
	if (!host.nr_smmus && !host.other_smmu)
		printf("\n\t\t\t/* No SMMU: devices reach all memory, and know nothing of `ipa`. */\n");
	if (host.uart.found && host.nr_mmio) {
		printf("\n\t\t\t/* Another type for a device, by its node:\n"
		       "\t\t\tconsole {\n\t\t\t\thost-node = \"");
		print_clean(host.uart.path, sizeof(host.uart.path));
		printf("\";\n\t\t\t\ttype = \"mmio\";\n\t\t\t\tdevice-type = \"nGnRnE\";\n"
		       "\t\t\t}; */\n");
	}
}

int starter_mode(int argc, char **argv)
{
	bool memory = argc == 3 && !strcmp(argv[1], "--memory");

	if (argc != 1 && !memory)
		return misused("--starter needs the machine's tree: see --help");
	if (!machine_load(argv[0], memory ? argv[2] : NULL, &host))
		return EXIT_FAILURE;
	print_title();
	print_guest();
	print_firmware_calls();
	printf("\n\t\tregions {");
	print_windows();
	print_reserved();
	print_notes();
	printf("\t\t};\n\t};\n};\n");
	return finish_output();
}
