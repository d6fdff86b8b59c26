/* SPDX-License-Identifier: Apache-2.0 */
/* The regions of the config that are a PCI function's BAR. */
#include <string.h>

#include "boot/config/parts.h"
#include "lib/errno.h"

/*
 * @digits hexadecimal digits at *text and then @end, which *text is moved past; at the closing NUL
 * it stays.
 */
static bool parse_hex(const char **text, unsigned digits, char end, unsigned *out)
{
	static const char hex[] = "0123456789abcdef";
	const char *p = *text;

	for (*out = 0; digits; digits--, p++) {
		const char *digit = *p ? strchr(hex, *p >= 'A' && *p <= 'F' ? *p - 'A' + 'a' : *p)
				       : NULL;

		if (!digit)
			return false;
		*out = *out << 4 | (unsigned)(digit - hex);
	}
	if (*p != end)
		return false;
	*text = p + (end != '\0');
	return true;
}

bool pci_function_parse(const char *text, struct pci_request *out)
{
	unsigned first, second, dev, fn;

	if (!parse_hex(&text, 4, ':', &first))
		return false;
	if (parse_hex(&text, 4, '\0', &second)) {
		out->by_address = false;
		out->vendor = (u16)first;
		out->device = (u16)second;
		return true;
	}
	if (!parse_hex(&text, 2, ':', &second) || !parse_hex(&text, 2, '.', &dev) ||
	    !parse_hex(&text, 1, '\0', &fn) || dev > 31 || fn > 7)
		return false;
	out->by_address = true;
	out->segment = (u16)first;
	out->bus = (u8)second;
	out->dev = (u8)dev;
	out->fn = (u8)fn;
	return true;
}

static bool same_bar(const struct pci_request *a, const struct pci_request *b)
{
	if (a->by_address != b->by_address || a->bar != b->bar)
		return false;
	if (!a->by_address)
		return a->vendor == b->vendor && a->device == b->device;
	return a->segment == b->segment && a->bus == b->bus && a->dev == b->dev && a->fn == b->fn;
}

int config_read_pci(struct config_reader *r, const struct region *region, const char *function,
		    u32 bar, const u64 *ipa, bool optional)
{
	struct config *c = r->config;
	struct config_bar b = { .region = *region, .request.bar = (u8)bar, .has_ipa = ipa,
				.optional = optional };

	if (!pci_function_parse(function, &b.request))
		return refuse(r, -EINVAL, "pci",
			      "\"%.32s\" is no PCI function: write vendor:device, as \"1af4:1110\", or an address, as \"0000:00:02.0\"",
			      function);
	if (region_is_memory(region))
		return refuse(r, -EINVAL, "type",
			      "a BAR is not general-purpose memory: use device-memory, or `expose = \"pmem\"`");
	if (ipa && !config_bar_is_fixed(&b))
		return refuse(r, -EINVAL, "ipa",
			      "a BAR is where the guest puts it: take it out, or `expose` the BAR as \"reserved\" or \"pmem\"");
	if (region->opts.probe_tags && !config_bar_is_fixed(&b))
		return refuse(r, -EINVAL, "probe-tags",
			      "a BAR that the guest places is nowhere yet when tags are probed: take it out, or `expose` the BAR as \"reserved\" or \"pmem\"");
	for (unsigned i = 0; i < c->nr_bars; i++)
		if (same_bar(&c->bar[i].request, &b.request))
			return refuse(r, -EEXIST, "bar",
				      "BAR %u of \"%.32s\" is region %s as well: keep one of them",
				      bar, function, c->bar[i].region.name);
	if (c->nr_bars == BAR_MAX)
		return refuse(r, -E2BIG, "pci",
			      "is one more than the %d BARs that Mavis takes: describe fewer, or build it with a larger BAR_MAX",
			      BAR_MAX);
	if (ipa)
		b.region.ipa = IPA(*ipa);
	c->bar[c->nr_bars++] = b;
	return 0;
}
