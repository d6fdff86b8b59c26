# SPDX-License-Identifier: Apache-2.0
"""Pieces of HTML that both kinds of page are made of."""

import html
import re
from html import escape

from labreport import attr, style

MAVIS = ("Mavis is a small bare-metal hypervisor for arm64: it gives each region of a guest's memory exactly the attributes "
         "that its description asks for, and proves it on the running machine.")


def tag(name, content="", **attrs):
    """<name attrs>content</name>; content is HTML. A trailing underscore of an attribute's name goes (class_)."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attrs.items()
                    if value not in (None, ""))
    return f"<{name}{given}>{content}</{name}>"


def code(text):
    return tag("code", escape(text))


def document(title, body):
    return ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            f"{tag('title', escape(title))}\n<style>{style.SHEET}</style>\n</head>\n"
            f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n")


def count(n, what, plural=None):
    return f"{n:,} {what if n == 1 else plural or what + 's'}"


def byte_name(byte):
    """A MAIR byte in words."""
    return attr.name(byte)


def s2_name(memattr, run):
    meaning = attr.s2_meaning(memattr, run.lab["fwb"], run.lab["mte_perm"])
    return meaning[0] if meaning else "reserved"


def type_lines(byte):
    """An effective type for a narrow cell: (small line, strong line)."""
    a = attr.decode(byte)
    if a is None:
        return "", "reserved"
    if a.tagged:
        return ("Tagged", "NoTag­Access") if a.no_tag_access else ("Normal", "Tagged")
    return ("Device", attr.DEVICES[a.device]) if a.is_device else ("Normal", a.policy)


def chip(byte):
    """An effective type in its colour."""
    return tag("span", escape(attr.name(byte)), class_=f"chip {style.memory_class(byte)}")


def grid(widths, head, body, style, more=""):
    """A heat map's table, which scrolls where it does not fit."""
    inner = f"<colgroup>{widths}</colgroup><thead>{head}</thead>\n<tbody>{body}</tbody>"
    return tag("div", tag("table", inner, class_="map" + more, style=style), class_="scroll")


def table(heads, rows, numeric=()):
    """A list with a head; cells are HTML. Columns in @numeric go to the right. On a narrow screen each row is a card, its
    cells below each other with the head's words before them (style.py)."""
    def cells(name, row, labels):
        return "".join(tag(name, cell, class_="num" if i in numeric else None, data_label=labels[i])
                       for i, cell in enumerate(row))
    labels = [html.unescape(re.sub("<[^>]*>", "", head)) for head in heads]
    body = "".join(tag("tr", cells("td", row, labels)) + "\n" for row in rows)
    head = cells("th", heads, [None] * len(labels))
    return tag("table", f"<thead><tr>{head}</tr></thead><tbody>\n{body}</tbody>", class_="list")


def ranges(s2s):
    """MemAttr values, runs of them drawn together: "0b0000 to 0b0011, 0b0101"."""
    runs = []
    for s2 in sorted(s2s):
        if runs and s2 == runs[-1][1] + 1:
            runs[-1][1] = s2
        else:
            runs.append([s2, s2])
    return ", ".join(code(f"0b{a:04b}") + (f" to {code(f'0b{b:04b}')}" if b > a else "") for a, b in runs)


def pairs(items, columns):
    """Pairs of (s1, s2) in as few words as that takes; @columns are all the s2 that there are."""
    by_s1 = {}
    for s1, s2 in items:
        by_s1.setdefault(s1, set()).add(s2)
    by_s2 = {}
    for s1 in sorted(by_s1, key=lambda s1: (attr.COMMON.index(s1) if s1 in attr.COMMON else len(attr.COMMON), s1)):
        by_s2.setdefault(frozenset(by_s1[s1]), []).append(s1)
    return "<br>".join(f"{escape(', '.join(byte_name(s1) if s1 in attr.COMMON else f'{s1:#04x}' for s1 in s1s))} under "
                       f"{'every encoding' if s2s == set(columns) else ranges(s2s)}" for s2s, s1s in by_s2.items())
