/* SPDX-License-Identifier: Apache-2.0 */
#include "guests/linux/ctl/ctl.h"

#include <stdio.h>

const char *quoted(char out[QUOTED_SIZE], const char *text, unsigned max)
{
	char *p = out;

	*p++ = '"';
	for (unsigned i = 0; i < max && text[i]; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			p += sprintf(p, "\\u%04x", c);
		else
			*p++ = (char)c;
	}
	*p++ = '"';
	*p = '\0';
	return out;
}
