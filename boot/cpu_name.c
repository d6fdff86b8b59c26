/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/cpu_name.h"

#include "boot/cpu_names.h"
#include "lib/format.h"

static const struct maker {
	u8 implementer;
	const char *name;
} makers[] = {
#define MAKER(implementer, name) { implementer, name },
	CPU_MAKERS(MAKER)
#undef MAKER
};

static const struct part {
	u8 implementer;
	u16 part;
	char name[20];
} parts[] = {
#define PART(implementer, part, name) { implementer, part, name },
	CPU_PARTS(PART)
#undef PART
};

static const struct part *find_part(u64 implementer, u64 part)
{
	for (unsigned i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].implementer == implementer && parts[i].part == part)
			return &parts[i];
	return NULL;
}

static const struct maker *find_maker(u64 implementer)
{
	for (unsigned i = 0; i < ARRAY_SIZE(makers); i++)
		if (makers[i].implementer == implementer)
			return &makers[i];
	return NULL;
}

void cpu_name(char *buf, size_t size, u64 midr)
{
	unsigned implementer = (unsigned)FIELD(midr, 31, 24), part = (unsigned)FIELD(midr, 15, 4);
	unsigned variant = (unsigned)FIELD(midr, 23, 20), revision = (unsigned)FIELD(midr, 3, 0);
	const struct part *known = find_part(implementer, part);
	const struct maker *maker = find_maker(implementer);

	if (known && !implementer)
		format(buf, size, "%s", known->name);
	else if (known)
		format(buf, size, "%s r%up%u", known->name, variant, revision);
	else if (maker)
		format(buf, size, "%s part %#x r%up%u", maker->name, part, variant, revision);
	else
		format(buf, size, "implementer %#x part %#x r%up%u", implementer, part, variant,
		       revision);
}
