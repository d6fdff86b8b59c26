# SPDX-License-Identifier: Apache-2.0
"""Any number of machines side by side: a column each; a row for what a machine is, and for each kind of access to each kind of
memory. Rows in which all agree are folded."""

import pathlib
from html import escape

from labreport import attr, behaviour, check, features, litmus, log, machine, markup, page as pages, relate
from labreport.markup import count, document, tag

NOTHING, MISSING = "–", "not measured, or lost"


def read(paths):
    """The runs of files, and of the *.json and *.log in folders."""
    runs = []
    for path in paths:
        files = [path]
        if pathlib.Path(path).is_dir():
            files = sorted(p for p in pathlib.Path(path).iterdir() if p.suffix in (".json", ".log"))
            if not files:
                raise attr.Refused(f"{path}: no *.json and no *.log in it")
        for name in files:
            runs += log.read_runs(name)
    return runs


def group_of(run, architecture, s1, s2):
    want = check.expected_attr(run, architecture, s1, s2)
    if want is None:
        return None
    return next(name for name, belongs in pages.GROUPS if belongs(attr.decode(want)))


def outcomes(run, architecture):
    """{(kind of access, kind of memory): what came of it}, from most often to least."""
    found = {}
    for (what, s1, s2), attempt in run.tries.items():
        group = group_of(run, architecture, s1, s2)
        if group:
            counts = found.setdefault((what, group), {})
            said = machine.outcome(attempt)
            counts[said] = counts.get(said, 0) + 1
    return {key: "; ".join(sorted(counts, key=lambda said: (-counts[said], said))) for key, counts in found.items()}


def nothing(run):
    return NOTHING if run.whole else MISSING


def machine_rows(run, findings, model):
    order, relations = litmus.check(run, model), relate.check_run(run)
    yield "The run", "whole" if run.whole else f"not whole: {'; '.join(run.whys)}"
    yield "CPU", machine.cpu_name(run.lab["midr"])
    yield "Stage 2", f"FWB = {run.lab['fwb']}" + (", FEAT_MTE_PERM" if run.lab["mte_perm"] else "")
    yield "Cells that differ from the architecture", f"{len(findings.differing_cells)} of {findings.compared}"
    yield "Accesses that differ", f"{len(findings.differing_tries)} of {findings.judged:,}"
    yield "Litmus tests, forbidden outcomes", f"{len(order.forbidden)} of {order.tests}" if order.tests else nothing(run)
    yield "Litmus tests, weak outcomes that are allowed", str(order.weak) if order.tests else nothing(run)
    yield ("Between mappings and with devices, against the architecture",
           str(len(relations.wrong)) if relations else nothing(run))
    if run.ids:
        for name, there, _ in features.features(run.ids):
            yield name, "yes" if there else "no"
        for name, size, ways, _, line in features.caches(run.ids):
            yield name, f"{features.size_text(size)}, {ways} ways, lines of {line}"
        yield from features.granules(run.ids)


def rows_of(columns, empty):
    """[(name, [text of each machine])], in the order in which the first machine has them. @empty: what to say where it has
    none."""
    names = list(dict.fromkeys(name for column in columns for name in column))
    return [(name, [column.get(name, none) for column, none in zip(columns, empty)]) for name in names]


def grid(titles, rows):
    whole = markup.table(("", *map(escape, titles)), [(tag("b", escape(name)), *map(escape, texts)) for name, texts in rows])
    return tag("div", whole, class_="scroll")


def section(title, titles, columns, empty):
    """What differs, and folded what does not."""
    rows = rows_of(columns, empty)
    different = [row for row in rows if len(set(row[1])) > 1]
    alike = [row for row in rows if len(set(row[1])) == 1]
    body = grid(titles, different) if different else tag("p", "No difference.")
    if alike:
        body += tag("details", tag("summary", f"{count(len(alike), 'row')} in which all agree") +
                    markup.table(("", "All"), [(tag("b", escape(name)), escape(texts[0])) for name, texts in alike]))
    return tag("h2", title) + body


def page(runs, architecture, model):
    """@runs: list of (run, findings)."""
    titles = [run.title + ("" if run.whole else " (not whole)") for run, _ in runs]
    empty = [nothing(run) for run, _ in runs]
    about = [dict(machine_rows(run, findings, model)) for run, findings in runs]
    accesses = [{f"{behaviour.KINDS[what][0]}: {group}": said for what in behaviour.KINDS
                 for group, _ in pages.GROUPS for said in [found.get((what, group))] if said}
                for found in (outcomes(run, architecture) for run, _ in runs)]
    head = (tag("h1", f"{count(len(runs), 'machine')} side by side") + tag("p", markup.MAVIS, class_="caption") +
            "".join(tag("p", escape(f"{run.title}: {note}"), class_="note") for run, _ in runs for note in run.notes))
    body = (tag("section", section("The machines", titles, about, empty), class_="run") +
            tag("section", section("What accesses do, by the effective memory type", titles, accesses, empty), class_="run"))
    foot = tag("footer", "Made by tools/report --matrix of Mavis. “–”: not measured, or not there. Of several outcomes the "
               "most frequent is first.")
    return document("Memory attributes: " + "; ".join(titles), head + body + foot)
