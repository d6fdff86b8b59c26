/* SPDX-License-Identifier: Apache-2.0 */
/* The function that a config names; or why it is not there, of which there are many causes. */
#include "boot/machine/pci.h"
#include "lib/errno.h"

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
		    s->physical.at);
}

static int no_bus(const struct pci_request *want, const struct pci_search *s, struct diag *why)
{
	if (*s->unnumbered.at)
		return fail(why, -ENODEV,
			    "no bridge leads to bus %02x, and the firmware has given the one at %s no bus numbers: have it number them, or put the card on the host bridge's own bus",
			    want->bus, s->unnumbered.at);
	return fail(why, -ENODEV,
		    "no bridge leads to bus %02x: name a function on a bus that the firmware has numbered",
		    want->bus);
}

static int not_by_address(const struct pci_request *want, const struct pci_search *s,
			  struct diag *why)
{
	if (!s->in_segment)
		return no_segment(want, s, why);
	if (*s->physical.at)
		return is_virtual(s, why);
	if (!s->bus)
		return no_bus(want, s, why);
	return fail(why, -ENODEV, "nothing answers at %04x:%02x:%02x.%u: name a function that is there",
		    want->segment, want->bus, want->dev, want->fn);
}

static int not_by_ids(const struct pci_request *want, const struct pci_search *s, struct diag *why)
{
	char hint[100] = "";

	if (*s->physical.at)
		return is_virtual(s, why);
	if (*s->unnumbered.at)
		format(hint, sizeof(hint),
		       "; behind the bridge at %s, to which the firmware has given no bus numbers, it is not looked for",
		       s->unnumbered.at);
	if (*s->like.at)
		return fail(why, -ENODEV,
			    "no function is %04x:%04x, but %s is %04x:%04x: name one that is there%s",
			    want->vendor, want->device, s->like.at, s->like.vendor,
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
	if (*s.second.at)
		return fail(why, -EEXIST,
			    "%s and %s are both %04x:%04x: name one by its address, and the other in a region of its own",
			    s.found.at, s.second.at, s.found.vendor,
			    s.found.device);
	if (*s.found.at) {
		*out = s.found.f;
		return 0;
	}
	if (!s.nr_segments)
		return pci_no_ecam(host, why);
	return want->by_address ? not_by_address(want, &s, why) : not_by_ids(want, &s, why);
}
