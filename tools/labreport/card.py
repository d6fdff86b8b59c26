# SPDX-License-Identifier: Apache-2.0
"""The machine's card: one sheet for each run, to lay beside another's: what the CPU has, its caches, what the stages make."""

from html import escape

from labreport import features, heatmap, litmus, machine, markup, page as pages
from labreport.markup import code, document, tag


def listed(items):
    return tag("dl", "".join(tag("div", tag("dt", escape(name)) + tag("dd", value)) for name, value in items), class_="facts")


def feature_list(run):
    items = []
    for name, there, text in features.features(run.ids):
        items.append(tag("li", f"<i class='o-{'ok' if there else 'absent'}'>{'✓' if there else '–'}</i>{escape(name)}",
                         title=text))
    key = tag("p", "✓ there, – not there; hold the pointer over a name for what it brings.", class_="caption")
    return tag("ul", "".join(items), class_="legend key") + key


def identity(run):
    yield "CPU", escape(machine.cpu_name(run.lab["midr"]))
    for name in ("midr", "revidr"):
        if name in run.ids:
            yield f"{name.upper()}_EL1", code(f"{run.ids[name]:#010x}")
    if "errata" in run.ids:
        yield "Errata that Mavis knows of", escape(run.ids["errata"] or "none")
    yield "Stage 2", f"HCR_EL2.FWB = {run.lab['fwb']}"
    yield "NoTagAccess", "FEAT_MTE_PERM" if run.lab["mte_perm"] else "no FEAT_MTE_PERM"
    for name, key in (("Mavis", "mavis"), ("QEMU", "qemu"), ("Date", "date")):
        if run.machine.get(key):
            yield name, escape(run.machine[key])


def sheet(run, findings, matrix, model):
    order = litmus.check(run, model)
    parts = [tag("h2", escape(run.title)), pages.verdicts(run, findings)]
    if order.tests:
        parts.append(pages.verdict(run, litmus.verdict(order), order.forbidden))
    parts += [tag("p", escape(note), class_="note") for note in run.notes]
    parts.append(listed(identity(run)))
    if run.ids:
        parts += [tag("h3", "Features of the guest's CPU"), feature_list(run), tag("h3", "Caches and granules"),
                  markup.table(("Cache", "Size", "Ways", "Sets", "Line"), [
                      (escape(name), features.size_text(size), f"{ways:,}", f"{sets:,}", f"{line} bytes")
                      for name, size, ways, sets, line in features.caches(run.ids)], (1, 2, 3, 4)),
                  listed((name, escape(text)) for name, text in features.granules(run.ids))]
    else:
        parts.append(tag("p", "The log has no identification registers" +
                         (": it is of an older lab." if run.whole else ": it is of an older lab, or ends before them."),
                         class_="caption"))
    parts += [tag("h3", "Stage 1 (rows) under stage 2 (columns)"),
              heatmap.grid(run, heatmap.s1_rows(run)[0], findings, matrix), heatmap.legend(run, findings)]
    return tag("section", "\n".join(parts), class_="run card")


def page(runs, matrix, model):
    head = tag("h1", "Machine cards") + tag("p", markup.MAVIS, class_="caption")
    body = "\n".join(sheet(run, findings, matrix, model) for run, findings in runs)
    foot = tag("footer", "Made by tools/report --card of Mavis. Features are those that the guest is shown.")
    return document("Machine cards: " + "; ".join(run.title for run, _ in runs), f"{head}\n{body}\n{foot}")
