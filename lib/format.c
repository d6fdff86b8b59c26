/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/format.h"

#include <string.h>

struct out {
	char *buf;
	size_t size;
	size_t len;
};

struct spec {
	bool left, zero, alt;
	int width;
	int precision;		/* -1: none */
	int length;		/* number of l, or 2 for z */
};

/* Of what does not fit the length alone counts. */
static void put(struct out *o, const char *text, size_t len)
{
	if (o->len < o->size)
		memcpy(o->buf + o->len, text, MIN(len, o->size - o->len));
	o->len += len;
}

static void pad(struct out *o, int n, char c)
{
	if (n <= 0)
		return;
	if (o->len < o->size)
		memset(o->buf + o->len, c, MIN((size_t)n, o->size - o->len));
	o->len += (size_t)n;
}

static void put_text(struct out *o, const struct spec *s, const char *text, int len)
{
	if (!s->left)
		pad(o, s->width - len, ' ');
	put(o, text, (size_t)len);
	if (s->left)
		pad(o, s->width - len, ' ');
}

static void put_number(struct out *o, const struct spec *s, u64 n, unsigned base,
		       const char *prefix)
{
	char digits[20], *first = digits + sizeof(digits);
	int nr, len;

	do {
		*--first = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);

	nr = (int)(digits + sizeof(digits) - first);
	len = nr + (int)strlen(prefix);
	if (!s->left && !s->zero)
		pad(o, s->width - len, ' ');
	put(o, prefix, strlen(prefix));
	if (!s->left && s->zero)
		pad(o, s->width - len, '0');
	put(o, first, (size_t)nr);
	if (s->left)
		pad(o, s->width - len, ' ');
}

static const char *parse_number(const char *p, int *out, va_list *ap)
{
	int n = 0;

	if (*p == '*') {
		*out = va_arg(*ap, int);
		return p + 1;
	}
	while (*p >= '0' && *p <= '9')
		n = n * 10 + (*p++ - '0');
	*out = n;
	return p;
}

static const char *parse_spec(const char *p, struct spec *s, va_list *ap)
{
	*s = (struct spec){ .precision = -1 };

	for (;; p++) {
		if (*p == '-')
			s->left = true;
		else if (*p == '0')
			s->zero = true;
		else if (*p == '#')
			s->alt = true;
		else
			break;
	}
	p = parse_number(p, &s->width, ap);
	if (*p == '.')
		p = parse_number(p + 1, &s->precision, ap);
	for (; *p == 'l' || *p == 'z'; p++)
		s->length += *p == 'z' ? 2 : 1;
	return p;
}

static void put_string(struct out *o, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	put_text(o, s, text, (int)(s->precision < 0 ? strlen(text) :
				   strnlen(text, (size_t)s->precision)));
}

static void put_signed(struct out *o, const struct spec *s, s64 n)
{
	put_number(o, s, n < 0 ? -(u64)n : (u64)n, 10, n < 0 ? "-" : "");
}

int vformat(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out o = { buf, size, 0 };
	struct spec s;
	va_list ap;
	char c;

	va_copy(ap, args);
	for (const char *p = fmt;; p++) {
		const char *plain = p;

		while (*p && *p != '%')
			p++;
		if (p != plain)
			put(&o, plain, (size_t)(p - plain));
		if (!*p)
			break;
		p = parse_spec(p + 1, &s, &ap);
		switch (*p) {
		case 's':
			put_string(&o, &s, va_arg(ap, const char *));
			break;
		case 'c':
			c = (char)va_arg(ap, int);
			put_text(&o, &s, &c, 1);
			break;
		case 'd':
			put_signed(&o, &s, s.length ? va_arg(ap, long) : va_arg(ap, int));
			break;
		case 'u':
			put_number(&o, &s,
				   s.length ? va_arg(ap, unsigned long) : va_arg(ap, unsigned int),
				   10, "");
			break;
		case 'x':
			put_number(&o, &s,
				   s.length ? va_arg(ap, unsigned long) : va_arg(ap, unsigned int),
				   16, s.alt ? "0x" : "");
			break;
		case '\0':
			p--;
			break;
		default:
			put(&o, p, 1);
		}
	}
	va_end(ap);

	if (size)
		buf[MIN(o.len, size - 1)] = '\0';
	return (int)o.len;
}

int format(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vformat(buf, size, fmt, ap);
	va_end(ap);
	return len;
}

int fail(struct diag *d, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vformat(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	return err;
}
