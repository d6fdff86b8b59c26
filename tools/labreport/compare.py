# SPDX-License-Identifier: Apache-2.0
"""What differs between two machines, side by side, and nothing else."""

import dataclasses
from html import escape

from labreport import attr, behaviour, check, log, machine, page as pages, small, style
from labreport.markup import MAVIS, byte_name, chip, code, count, document, grid, pairs, s2_name, table, tag, type_lines

# Where only one of them has FWB, encodings are paired by what they mean: (FWB = 0, FWB = 1). Without FWB, Normal-WB leaves
# the choice to stage 1, which is what 0b0111 says with it.
BY_MEANING = {0: 0, 1: 1, 2: 2, 3: 3, 5: 5, 15: 7}


@dataclasses.dataclass
class Comparison:
    columns: list           # (s2 of A, s2 of B)
    by_meaning: bool
    common: int             # cells that both measured
    cells: dict             # (s1, (s2 of A, s2 of B)) -> (record of A, of B)
    only: tuple             # [(s1, s2)] that A alone can have, that B alone can have
    tries: dict             # (what, s1, (s2, s2)) -> (record of A, of B)
    common_tries: int
    lacking: tuple          # kinds of access that B's CPU lacks, that A's lacks


def pick(name):
    """The run that FILE or FILE:N names."""
    path, _, which = name.rpartition(":")
    if not (path and which.isdigit()):
        path, which = name, ""
    runs = log.read_runs(path)
    if which and not 1 <= int(which) <= len(runs):
        raise attr.Refused(f"{path}: there are {count(len(runs), 'run')} in it, no number {which}")
    if not which and len(runs) > 1:
        raise attr.Refused(f"{path}: {len(runs)} runs: choose one, {path}:1 to {path}:{len(runs)}")
    return runs[int(which) - 1 if which else 0]


def said(cell):
    """What a cell says, for comparing: PAR_EL1's type, a fault, or that it cannot be had."""
    if cell["status"] != 0:
        return check.refusal(cell)
    par = check.effective(cell)
    if par is None:
        return "not measured"
    return check.par_text(par) if par & check.PAR_F else check.par_attr(par)


def same(a, b):
    if isinstance(a, int) and isinstance(b, int):
        return attr.par_same(a, b)
    return a == b


def compare(a, b):
    by_meaning = a.lab["fwb"] != b.lab["fwb"]
    if by_meaning:
        columns = [(x, y) if b.lab["fwb"] else (y, x) for x, y in BY_MEANING.items()]
    else:
        columns = [(s2, s2) for s2 in range(16)]
    found = Comparison(columns, by_meaning, 0, {}, ([], []), {}, 0, (set(), set()))
    for s1 in range(256):
        for pair in columns:
            x, y = a.cells.get((s1, pair[0])), b.cells.get((s1, pair[1]))
            have = [side for side in (0, 1) if (x, y)[side] and (x, y)[side]["status"] == 0]
            if len(have) == 1 and x and y:
                found.only[have[0]].append((s1, pair[have[0]]))
            elif have and x and y:
                found.common += 1
                if not same(said(x), said(y)):
                    found.cells[s1, pair] = x, y
            for what in log.WHAT:
                x, y = a.tries.get((what, s1, pair[0])), b.tries.get((what, s1, pair[1]))
                if x and y and (x["result"] == "absent") != (y["result"] == "absent"):
                    found.lacking[x["result"] == "absent"].add(what)
                elif x and y:
                    found.common_tries += 1
                    if machine.outcome(x) != machine.outcome(y):
                        found.tries[what, s1, pair] = x, y
    return found


def part(a, b):
    """Which of the two are not whole, for the head of a verdict."""
    letters = [letter for run, letter in ((a, "A"), (b, "B")) if not run.whole]
    return f"{' and '.join(letters)} {'are' if len(letters) > 1 else 'is'} not whole; " if letters else ""


def verdict(found):
    alone = len(found.only[0]) + len(found.only[1])
    return (f"{count(found.common, 'cell')} in common, {len(found.cells) or 'none'} different" +
            (f", {alone} on one of them alone" if alone else "") + "; "
            f"{count(found.common_tries, 'access', 'accesses')} in common, {len(found.tries) or 'none'} different")


def only(a, b, found):
    """Sentences on what one machine alone can have."""
    for run, where, letter in ((a, found.only[0], "A"), (b, found.only[1], "B")):
        if where:
            columns = {s2 for (_, s2), cell in run.cells.items() if cell["status"] == 0} if run.whole else range(16)
            yield tag("p", f"Only {letter} can have ({len(where)}): " + pairs(where, columns).replace("<br>", "; ") +
                      ". The other says that they are reserved.", class_="caption", style="margin-top:12px")


def half(run, record):
    what = said(record)
    if isinstance(what, int):
        name = type_lines(what)[1]
        return tag("div", f"<b>{escape(name)}</b>", class_=style.memory_class(what),
                   title=f"{run.title}: {what:#04x} {attr.name(what)}")
    kind = "resv" if record["status"] != 0 else "fault"
    return tag("div", escape(what.split(":")[0]), class_=kind, title=f"{run.title}: {what}")


def heads(a, b, found, columns):
    for x, y in columns:
        names = s2_name(x, a), s2_name(y, b)
        codes = code(f"0b{x:04b}") if x == y else code(f"0b{x:04b}") + code(f"0b{y:04b}")
        yield tag("th", codes + escape(names[0] if names[0] == names[1] else " / ".join(names)), scope="col")


def cell_map(a, b, found):
    """Rows and columns that have a difference; each cell with A over B."""
    columns = [pair for pair in found.columns if any(key[1] == pair for key in found.cells)]
    differing = {s1 for s1, _ in found.cells}
    rows = [s1 for s1 in attr.COMMON if s1 in differing] + sorted(differing.difference(attr.COMMON))
    body = []
    for s1 in rows:
        cells = [tag("td", half(a, found.cells[s1, pair][0]) + half(b, found.cells[s1, pair][1]), class_="two")
                 if (s1, pair) in found.cells else tag("td", "same", class_="none") for pair in columns]
        body.append(tag("tr", tag("th", escape(byte_name(s1)) + code(f"{s1:#04x}"), class_="row") + "".join(cells)))
    axis = tag("th", "stage 2 →<br>stage 1 ↓", class_="axis")
    widths = '<col class="row">' + "<col>" * len(columns)
    head = tag("tr", axis + "".join(heads(a, b, found, columns)))
    return grid(widths, head, "".join(body), f"max-width:{150 + 120 * len(columns)}px;min-width:{118 + 62 * len(columns)}px")


def says(record):
    what = said(record)
    return chip(what) + " " + code(f"{what:#04x}") if isinstance(what, int) else escape(what)


def place(s1, pair, a, b):
    x, y = pair
    encoding = code(f"0b{x:04b}") if x == y else code(f"0b{x:04b}") + " / " + code(f"0b{y:04b}")
    return escape(byte_name(s1)) + " " + code(f"{s1:#04x}"), escape(s2_name(x, a)) + " " + encoding


def try_rows(a, found):
    rows = {}
    for (what, s1, pair), (x, y) in found.tries.items():
        rows.setdefault((what, machine.outcome(x), machine.outcome(y)), []).append((s1, pair[0]))
    columns = small.columns(a)
    for what in behaviour.KINDS:
        for (kind, x, y), where in rows.items():
            if kind == what:
                yield f"{escape(behaviour.KINDS[what][0])} ({len(where)})", pairs(where, columns), escape(x), escape(y)


def facts(a, b):
    x, y = dict(pages.facts(a)), dict(pages.facts(b))
    for name in dict.fromkeys([*x, *y]):
        if x.get(name) != y.get(name):
            yield escape(name), x.get(name, "–"), y.get(name, "–")


def page(a, b, found):
    names = [escape(run.title) for run in (a, b)]
    parts = [tag("h1", "Memory attributes: two machines, compared"),
             tag("p", f"What differs between <b>A</b>, {names[0]}, and <b>B</b>, {names[1]}. All else " +
                 ("came out alike." if a.whole and b.whole else "that is in both came out alike, and what is missing in one of "
                  "them is not compared."), class_="lead"),
             tag("p", MAVIS, class_="caption"),
             pages.verdict(b if a.whole else a, part(a, b) + verdict(found), found.cells or found.tries)]
    parts += [tag("p", escape(f"{run.title}: {note}"), class_="note") for run in (a, b) for note in run.notes]
    body = [tag("h2", "The machines"), table(("", f"A: {names[0]}", f"B: {names[1]}"), list(facts(a, b)))]
    body.append(tag("h3", "Effective memory type"))
    if found.by_meaning:
        body.append(tag("p", "Only one of the two runs has HCR_EL2.FWB = 1, which gives the encodings other meanings. Columns "
                        "are paired by what they mean; encodings that only one of them has are left out.", class_="caption"))
    if found.cells:
        body.append(tag("p", "In each cell A stands above B. Rows and columns without a difference are left out.",
                        class_="caption"))
        body.append(cell_map(a, b, found))
        body.append(table(("Stage 1", "Stage 2", "A", "B"), [
            (*place(s1, pair, a, b), says(x), says(y)) for (s1, pair), (x, y) in found.cells.items()]))
    else:
        body.append(tag("p", "No cell differs." if found.common else "No cell is in both."))
    body += only(a, b, found)
    body.append(tag("h3", "What accesses do"))
    body.append(table(("Access", "Stage 1, and stage 2 of A", "A", "B"), list(try_rows(a, found))) if found.tries
                else tag("p", "No access differs." if found.common_tries else "No access is in both."))
    for kinds, letter in zip(found.lacking, "BA"):
        if kinds:
            names = ", ".join(behaviour.noun(what) for what in behaviour.KINDS if what in kinds)
            body.append(tag("p", f"{letter} has no {escape(names)}.", class_="caption", style="margin-top:12px"))
    foot = tag("footer", "Made by tools/report --compare of Mavis. XS is not compared; nor are ticks.")
    return document(f"Memory attributes compared: {a.title}; {b.title}",
                    "\n".join(parts) + tag("section", "\n".join(body), class_="run") + foot)
