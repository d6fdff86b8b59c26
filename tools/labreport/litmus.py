# SPDX-License-Identifier: Apache-2.0
"""Litmus tests: what two CPUs may see of each other's two accesses, what they saw, and how that looks.

Of each test one outcome is of interest, which needs the accesses of one thread at least to be seen out of order. It is
forbidden where both threads are ordered, and allowed elsewhere. What orders two accesses of a thread is in
tests/data/litmus.csv; that this decides each test was checked with herd7 and Arm's aarch64.cat. It is the same for all
memory types, where the memory itself is RAM: the formal model holds for Device, Write-Through and Non-cacheable memory, too
(B2.3), and nR orders accesses to one peripheral only (B2.10.2.2).
"""

import csv
import dataclasses
from html import escape

from labreport import attr, style
from labreport.markup import byte_name, code, count, table, tag

DATA = attr.TABLE.parent / "litmus.csv"
COHERENCE = "coherence"

# Test -> (accesses of either thread, what is looked for, in words). Thread 0 goes from x to y, thread 1 from y to x.
TESTS = {
    "MP": ("W W", "R R", "Message passing: P0 stores x, then y. P1 loads the new y, and then the old x."),
    "SB": ("W R", "W R", "Store buffering: each stores one and loads the other. Both load the old value."),
    "LB": ("R W", "R W", "Load buffering: each loads one and stores the other. Both load what the other stores later."),
    "S": ("W W", "R W", "P0 stores x = 2, then y. P1 loads the new y, and stores x = 1. In the end x is 2."),
    "R": ("W W", "W R", "P0 stores x, then y = 1. P1 stores y = 2, and loads the old x. In the end y is 2."),
    "2+2W": ("W W", "W W", "Each stores 1 in its first and 2 in its second. In the end both are 1."),
    "CoRR": (COHERENCE, COHERENCE, "One location. P1 loads the new value, and then the old one."),
    "CoWW": (COHERENCE, COHERENCE, "One location. P0 stores 1, then 2. In the end it is 1."),
    "CoWR": (COHERENCE, COHERENCE, "One location. P0 stores, and loads a value from before its store."),
    "CoRW": (COHERENCE, COHERENCE, "One location. P0 loads what it, or a store after its own, has stored later."),
}
BARRIERS = ("none", "isb", "dmb sy", "dmb ld", "dmb st", "dsb sy", "dsb ld", "dsb st")


@dataclasses.dataclass(frozen=True)
class Model:
    ordered: frozenset      # (accesses, what stands between them)
    known: frozenset

    def forbidden(self, test, p0, p1):
        """Whether the outcome of @test may not come; None where nothing is known."""
        first, second, _ = TESTS[test]
        if first == COHERENCE:
            return True
        edges = {(first, p0), (second, p1)}
        return edges <= self.ordered if edges <= self.known else None


def read_model(source=DATA):
    try:
        with open(source, encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        known = frozenset((row["accesses"], row["between"]) for row in rows)
        return Model(frozenset((row["accesses"], row["between"]) for row in rows if row["ordered"] == "yes"), known)
    except (OSError, KeyError, UnicodeDecodeError) as e:
        raise attr.Refused(f"{source}: {e}") from None


@dataclasses.dataclass
class Found:
    rounds: int
    tests: int
    forbidden: list         # records whose outcome must not have come, and did
    weak: int               # tests in which an allowed outcome came, that needs accesses out of order


def check(run, model):
    found = Found(0, 0, [], 0)
    for record in run.litmus.values():
        if record.get("result"):
            continue
        found.tests += 1
        found.rounds += record["rounds"]
        if record["weak"] and model.forbidden(record["test"], record["p0"], record["p1"]):
            found.forbidden.append(record)
        elif record["weak"]:
            found.weak += 1
    return found


def verdict(found):
    return (f"{count(found.tests, 'litmus test')} of {found.rounds / max(found.tests, 1):,.0f} rounds, "
            f"{len(found.forbidden) or 'none'} with a forbidden outcome" +
            (f", {found.weak} with a weak one that is allowed" if found.weak else ""))


def short(n):
    """A count for a narrow cell: 7, 1.2k, 34k, 5M."""
    for unit, name in ((10 ** 9, "G"), (10 ** 6, "M"), (1000, "k")):
        if n >= unit:
            return f"{n / unit:.2g}{name}" if n < 10 * unit else f"{n // unit}{name}"
    return str(n)


def kind(record, forbidden):
    """The class of a cell, and its sign."""
    if record is None:
        return "missing", "?"
    if record.get("result"):
        return "trans", "F"
    if not record["weak"]:
        return ("never", "0") if forbidden else ("quiet", "0")
    return ("fault diff" if forbidden else "weak"), short(record["weak"])


def matrix(run, test, p0, p1, forbidden):
    """One test by its two types: x in the rows, y in the columns."""
    cells = {(x, y): r for (t, a, b, x, y), r in run.litmus.items() if (t, a, b) == (test, p0, p1)}
    xs = [s1 for s1 in attr.COMMON if any(x == s1 for x, _ in cells)]
    rows = []
    for x in xs:
        row = [tag("th", escape(small_name(x)), class_="row", scope="row")]
        for y in xs:
            record = cells.get((x, y))
            name, sign = kind(record, forbidden)
            seen = f"{record['weak']:,} of {record['rounds']:,} rounds" if record else style.OUTCOMES["missing"][3]
            row.append(tag("td", sign, class_=f"o-{name}", title=f"x {byte_name(x)}, y {byte_name(y)}: {seen}"))
        rows.append(tag("tr", "".join(row)))
    heads = "".join(tag("th", escape(small_name(y)), scope="col") for y in xs)
    return tag("div", tag("h4", escape(f"{p0} | {p1}")) + tag("table", tag("thead", tag("tr", "<th></th>" + heads)) +
                                                              tag("tbody", "".join(rows))), class_="small litmus")


def small_name(byte):
    return byte_name(byte).replace("Normal-", "").replace("Device-", "")


def edges_of(run, test):
    """The pairs of what stands between the accesses, weakest first."""
    pairs = {(a, b) for t, a, b, _, _ in run.litmus if t == test}

    def place(edge):
        return BARRIERS.index(edge) if edge in BARRIERS else len(BARRIERS), edge
    return sorted(pairs, key=lambda pair: (pair != ("none", "none"), place(pair[0]), place(pair[1])))


def rows_of(run, test, model):
    for p0, p1 in edges_of(run, test):
        records = [r for (t, a, b, _, _), r in run.litmus.items() if (t, a, b) == (test, p0, p1) and not r.get("result")]
        rounds, weak = sum(r["rounds"] for r in records), sum(r["weak"] for r in records)
        pairs = sum(bool(r["weak"]) for r in records)
        forbidden = model.forbidden(test, p0, p1)
        says = {True: "forbidden", False: "allowed", None: "not known"}[forbidden]
        seen = f"{weak:,} of {rounds:,}" + (f", in {pairs} of {count(len(records), 'pair')}" if weak else "")
        if weak and forbidden:
            seen = tag("b", seen, class_="wrong")
        yield code(p0), code(p1), says, seen


def legend():
    items = (("o-never", "0", "forbidden, and never seen"), ("o-quiet", "0", "allowed, and not seen"),
             ("o-weak", "7", "allowed, and seen so often"), ("o-fault diff", "7", "forbidden, and seen"),
             ("o-trans", "F", "a fault, no result"), ("o-missing", "?", style.OUTCOMES["missing"][3]))
    return tag("ul", "".join(tag("li", f"<i class='{name}'>{sign}</i>{escape(text)}") for name, sign, text in items),
               class_="legend key")


def one(run, test, model):
    body = tag("p", escape(TESTS[test][2]), class_="caption")
    body += table(("P0 between", "P1 between", "Architecture", "Seen"), list(rows_of(run, test, model)))
    small = "".join(matrix(run, test, p0, p1, model.forbidden(test, p0, p1)) for p0, p1 in edges_of(run, test))
    body += tag("div", small, class_="many-small", style="--w:240px")
    records = [r for r in run.litmus.values() if r["test"] == test]
    weak = sum(bool(r["weak"]) for r in records)
    wrong = any(r["weak"] and model.forbidden(test, r["p0"], r["p1"]) for r in records)
    said = f"weak outcomes in {weak} of {len(records)}" if weak else "nothing weak seen"
    said += "" if run.whole else f"{'' if weak else f' in {len(records)}'} that came"
    said = "a forbidden outcome came" if wrong else said
    return tag("details", tag("summary", f"<b>{escape(test)}</b> {escape(said)}") + body, open="open" if wrong else None)


def section(run, model):
    if not run.litmus:
        return ""
    tests = [test for test in TESTS if any(key[0] == test for key in run.litmus)]
    rest = [test for test in TESTS if test not in tests and not run.whole]
    nothing = tag("p", f"Not measured, or lost: {', '.join(rest)}.", class_="caption") if rest else ""
    return (tag("h3", "Litmus tests: what two CPUs see of each other's order") +
            tag("p", "Two threads on two CPUs, each with two accesses, to RAM of two memory types: x (rows) and y (columns). "
                "Counted is the outcome that needs accesses out of order. What orders them is tried against a DMB SY in the "
                "other thread. That an allowed outcome was not seen proves nothing.", class_="caption") +
            legend() + "\n".join(one(run, test, model) for test in tests) + nothing)
