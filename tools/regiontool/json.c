// SPDX-License-Identifier: Apache-2.0
/* --json: the same answers for programs (docs/schemas). */
#include <stdarg.h>
#include <string.h>

#include "boot/json.h"
#include "tools/regiontool/regions.h"

bool as_json;

static void put_string(const char *text)
{
	char quoted[2 * 720 + 3];

	json_string(quoted, sizeof(quoted), text);
	fputs(quoted, stdout);
}

void json_begin(const char *kind)
{
	printf("{\"t\":\"%s\",\"v\":%d", kind, JSON_TABLE_VERSION);
}

void json_text(const char *name, const char *text)
{
	printf(",\"%s\":", name);
	put_string(text);
}

void json_list_begin(struct json_list *l, const char *name)
{
	*l = (struct json_list){ 0 };
	printf(",\"%s\":[", name);
}

void json_next(struct json_list *l)
{
	if (l->nr++)
		putchar(',');
}

void json_line(struct json_list *l, const char *text)
{
	json_next(l);
	put_string(text);
}

void json_list_end(void)
{
	putchar(']');
}

void json_end(void)
{
	puts("}");
}
