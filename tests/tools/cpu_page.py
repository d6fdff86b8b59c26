#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/cpu.md, made from hyp/idreg_fields.h and hyp/el2_bits.h. Run by itself it writes them anew."""

import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGE = TOP / "docs/cpu.md"
FIELDS = TOP / "hyp/idreg_fields.h"
BITS = TOP / "hyp/el2_bits.h"

HOW = {"UNSIGNED": "", "SIGNED": "", "WITH_MTE": "with `mte`, ", "WITH_SPE": "with `spe`, ", "PMU_VERSION": "", "PA_RANGE": "",
       "TRACE_BUFFER": "with `trace`, ", "TRACE_UNIT": "with `trace`, "}


def rows(path, words):
    """(word, arguments, reason) of each row, in the file's order."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    found = re.findall(rf'(?m)^({words})\(([^"]*),\s*"([^"]*)"\)$', text)
    assert len(found) == len(re.findall(r"(?m)^\w+\(", text)), f"{path.name}: a row that is none"
    return [(word, [a.strip() for a in arguments.split(",")], why) for word, arguments, why in found]


def register(name):
    return f"{name}_EL1"


def passed(how, most):
    """What the guest sees of a field that is passed up to a value."""
    most = int(most)
    if most == 15:
        return f"{HOW[how]}as it is"
    if how == "SIGNED" and most == 0:
        return "0 or negative"
    return f"{HOW[how]}up to {most}"


def field_table():
    lines = ["| register | field | bits | the guest sees | because |", "| --- | --- | --- | --- | --- |"]
    for word, arguments, why in rows(FIELDS, "SHOW|LIMIT|WHOLE|HIDE|OWN"):
        name = register(arguments[0])
        if word == "WHOLE":
            lines.append(f"| {name} | all | 63:0 | as it is | {why} |")
            continue
        shift = int(arguments[2])
        sees = {"HIDE": "0", "OWN": "0 \\*"}.get(word) or passed(*arguments[3:])
        lines.append(f"| {name} | {arguments[1]} | {shift + 3}:{shift} | {sees}{' *' if word == 'LIMIT' else ''} | {why} |"
                     .replace(" * |", " \\* |"))
    return lines


def bit_table():
    lines = ["| register | field | from bit | value | because |", "| --- | --- | --- | --- | --- |"]
    for _, arguments, why in rows(BITS, "BITS"):
        name, field, low, *value = arguments
        value = ", ".join(value)
        lines.append(f"| {name} | {field} | {low} | {value if value.isdigit() else f'`{value}`'} | {why} |")
    return lines


TABLES = {"fields": field_table, "bits": bit_table}


def made(page):
    """The page with its tables as the code has them."""
    for name, table in TABLES.items():
        page, n = re.subn(rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)",
                          lambda m, t=table: m[1] + "\n".join(t()) + "\n" + m[2], page)
        assert n == 1, f"docs/cpu.md: no table {name}"
    return page


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
