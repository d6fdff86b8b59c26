/* SPDX-License-Identifier: Apache-2.0 */
/* The function that a config names; or why it is not there, of which there are many causes. */
#include "boot/machine/pci.h"
#include "lib/errno.h"

struct address {
	char text[16];
};

static struct address address_of(u16 segment, u8 bus, u8 dev, u8 fn)
{
	struct address a;

	format(a.text, sizeof(a.text), "%04x:%02x:%02x.%u", segment, bus, dev, fn);
	return a;
}

static struct address address(const struct pci_seen *seen)
{
	return address_of(seen->f.segment, seen->f.bus, seen->f.dev, seen->f.fn);
}

static int no_bridge(struct diag *why)
{
	return fail(why, -ENODEV,
		    "the device tree has no PCI host bridge with an ECAM, the one kind that Mavis can look into: if the firmware has placed the BAR, give its address with `reg`");
}

static int no_segment(const struct pci_request *want, const struct pci_search *s, struct diag *why)
{
	unsigned known = MIN(s->nr_segments, (unsigned)ARRAY_SIZE(s->segment));
	char list[64] = "";
	size_t at = 0;

	for (unsigned i = 0; i < known; i++)
		at += (size_t)format(list + at, sizeof(list) - at, "%s%04x", i ? ", " : "",
				     s->segment[i]);
	return fail(why, -ENODEV, "no host bridge has the domain %04x: the machine has %s%s",
		    want->segment, list, known < s->nr_segments ? " and more" : "");
}

static int is_virtual(const struct pci_search *s, struct diag *why)
{
	return fail(why, -ENODEV,
		    "that is a virtual function of %s, which its driver makes when the guest runs, and Mavis cannot follow: describe the window that its BARs are in with `reg`",
		    address(&s->physical).text);
}

static int no_bus(const struct pci_request *want, const struct pci_search *s, struct diag *why)
{
	if (s->unnumbered.is)
		return fail(why, -ENODEV,
			    "no bridge leads to bus %02x, and the firmware has given the one at %s no bus numbers: have it number them, or put the card on the host bridge's own bus",
			    want->bus, address(&s->unnumbered).text);
	return fail(why, -ENODEV,
		    "no bridge leads to bus %02x: name a function on a bus that the firmware has numbered",
		    want->bus);
}

static int not_by_address(const struct pci_request *want, const struct pci_search *s,
			  struct diag *why)
{
	if (!s->in_segment)
		return no_segment(want, s, why);
	if (s->physical.is)
		return is_virtual(s, why);
	if (!s->bus)
		return no_bus(want, s, why);
	return fail(why, -ENODEV, "nothing answers at %s: name a function that is there",
		    address_of(want->segment, want->bus, want->dev, want->fn).text);
}

static int not_by_ids(const struct pci_request *want, const struct pci_search *s, struct diag *why)
{
	char hint[100] = "";

	if (s->physical.is)
		return is_virtual(s, why);
	if (s->unnumbered.is)
		format(hint, sizeof(hint),
		       "; behind the bridge at %s, to which the firmware has given no bus numbers, it is not looked for",
		       address(&s->unnumbered).text);
	if (s->like.is)
		return fail(why, -ENODEV,
			    "no function is %04x:%04x, but %s is %04x:%04x: name one that is there%s",
			    want->vendor, want->device, address(&s->like).text, s->like.vendor,
			    s->like.device, hint);
	return fail(why, -ENODEV,
		    "no function is %04x:%04x on the buses that the firmware has numbered: name one that is there%s",
		    want->vendor, want->device, hint);
}

int pci_find(const struct host *host, const struct pci_request *want, struct pci_function *out,
	     struct diag *why)
{
	struct pci_search s;

	if (pci_search(host, want, &s))
		return fail(why, -ENOMEM, "no room to map the configuration space");
	if (s.second.is)
		return fail(why, -EEXIST,
			    "%s and %s are both %04x:%04x: name one by its address, and the other in a region of its own",
			    address(&s.found).text, address(&s.second).text, s.found.vendor,
			    s.found.device);
	if (s.found.is) {
		*out = s.found.f;
		return 0;
	}
	if (!s.nr_segments)
		return no_bridge(why);
	return want->by_address ? not_by_address(want, &s, why) : not_by_ids(want, &s, why);
}
