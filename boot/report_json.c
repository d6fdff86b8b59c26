/* SPDX-License-Identifier: Apache-2.0 */
/* The table as a line of JSON, between two lines that mark it. */
#include "boot/features.h"
#include "boot/json.h"
#include "boot/report.h"
#include "drivers/console.h"
#include "hyp/bar.h"
#include "hyp/guest.h"
#include "lib/arch.h"

static void print_check(const struct selfcheck *c)
{
	if (!c->checked) {
		print(",\"check\":\"none\"");
		return;
	}
	print(",\"check\":\"%s\",\"par\":[\"0x%02x\",\"0x%02x\"", c->differ ? "differs" : "ok",
	      c->said[S1_MMU_OFF], c->said[S1_DC]);
	if (guest.caps.mte)
		print(",\"0x%02x\"", c->said[S1_DC_DCT]);
	print("]");
}

static void print_row(const struct region *r, bool placed, const struct selfcheck *c)
{
	char text[JSON_ROW_SIZE];

	json_row(text, sizeof(text), r, placed, &guest.caps);
	print("{%s", text);
	print_check(c);
}

static void print_rows(void)
{
	const struct region_table *t = guest.regions;

	for (unsigned i = 0; i < t->nr; i++) {
		print(i ? "," : "");
		print_row(&t->region[i], true, &guest_checks[i]);
		print("}");
	}
	for (unsigned i = 0; i < bars.nr; i++) {
		const struct bar *b = &bars.bar[i];

		print(t->nr || i ? "," : "");
		print_row(&b->region, b->region.ipa.v, &guest_checks[t->nr + i]);
		print(",\"function\":\"%04x:%02x:%02x.%u\",\"bar\":%u}", b->f.segment, b->f.bus,
		      b->f.dev, b->f.fn, b->bar);
	}
}

void report_json(const struct host *host, const struct config *config)
{
	char version[80], features[160];

	json_string(version, sizeof(version), MAVIS_VERSION);
	features_list(features, sizeof(features));
	print("--- mavis begin\n{\"t\":\"table\",\"v\":%u,\"mavis\":%s,\"midr\":\"%#lx\",\"cpus\":%u,",
	      JSON_TABLE_VERSION, version, read_sysreg(midr_el1), host->nr_cpus);
	print("\"features\":\"%s\",\"fwb\":%s,\"mte\":\"%s\",\"regions\":[", features,
	      guest.caps.fwb ? "true" : "false", json_mte(guest.regions, config, &guest.caps));
	print_rows();
	print("]}\n--- mavis end\n");
}
