# SPDX-License-Identifier: Apache-2.0
"""Small tables, one for each kind of access: stage 1 x stage 2, a letter for what became of it."""

from html import escape

from labreport import behaviour, heatmap, machine, style
from labreport.markup import byte_name, s2_name, tag

FAULT_CLASS = {"alignment": "align", "permission": "perm", "translation": "trans", "access flag": "trans",
               "address size": "trans", "tag check": "tagchk", "unsupported exclusive or atomic": "unsup",
               "external abort": "ext", "external abort on a table walk": "ext", "SError": "ext"}
RESULT_CLASS = {"ok": "ok", "seen": "ok", "absent": "absent", "not-seen": "fail", "failed": "fail"}


def outcome_class(run, what, s1, s2):
    attempt = run.tries.get((what, s1, s2))
    if attempt is None:
        cell = run.cells.get((s1, s2))
        return "absent" if cell and cell["status"] != 0 else "missing"
    if "fresh" in attempt:
        return "fresh"
    if attempt["result"] == "fault":
        return FAULT_CLASS.get(machine.fault_kind(attempt), "undef")
    return RESULT_CLASS[attempt["result"]]


def sign(run, what, s1, s2):
    """What stands in the cell: the tag that a tag load gave, 0 where a load gave way, else the letter of the outcome."""
    attempt = run.tries.get((what, s1, s2))
    if attempt and attempt.get("loaded") == 0:
        return "0"
    if attempt and attempt.get("tag"):
        return str(attempt["tag"])
    return style.OUTCOMES[outcome_class(run, what, s1, s2)][2]


def kinds(run):
    """The kinds of access that the run tried, and that its CPU has, in the order of KINDS."""
    return [what for what in behaviour.KINDS
            if any(key[0] == what and t["result"] != "absent" for key, t in run.tries.items())]


def absent(run):
    return [what for what in behaviour.KINDS if what not in kinds(run) and any(key[0] == what for key in run.tries)]


def missing(run):
    """Kinds that a run which is not whole has nothing of."""
    return [] if run.whole else [what for what in behaviour.KINDS if not any(key[0] == what for key in run.tries)]


def columns(run):
    """Stage 2 encodings that anything was tried in; all of them, where some are missing."""
    return sorted({s2 for _, _, s2 in run.tries}) if run.whole else heatmap.s2_columns(run)


def axes(run):
    """Rows and columns that anything was tried in: the common bytes, and others only where they differ."""
    common, others = heatmap.s1_rows(run)
    tried = {s1 for _, s1, _ in run.tries}
    return [s1 for s1 in common + others if s1 in tried], columns(run)


def cell(run, what, s1, s2, findings):
    attempt = run.tries.get((what, s1, s2))
    kind = outcome_class(run, what, s1, s2)
    title = f"{s1:#04x} {byte_name(s1)} under 0b{s2:04b} {s2_name(s2, run)}: " + \
        (machine.outcome(attempt) if attempt else style.OUTCOMES[kind][3])
    more, rule = "", findings.open.get((what, s1, s2))
    if (what, s1, s2) in findings.differing_tries:
        more, title = " diff", title + "; the architecture says otherwise"
    elif rule:
        more, title = " open", title + f"; {rule.how}: {rule.choices}"
    return tag("td", sign(run, what, s1, s2), class_=f"o-{kind}{more}", title=title)


def one(run, what, s1s, s2s, findings):
    title, about = behaviour.KINDS[what]
    heads = "".join(tag("th", f"{s2:x}", scope="col") for s2 in s2s)
    rows = "".join(tag("tr", tag("th", escape(byte_name(s1).replace("Normal-", "").replace("Device-", "")), class_="row",
                                 scope="row", title=f"{s1:#04x} {byte_name(s1)}") +
                       "".join(cell(run, what, s1, s2, findings) for s2 in s2s)) + "\n" for s1 in s1s)
    return tag("div", tag("h4", escape(title)) + tag("p", escape(about)) +
               tag("table", f"<thead><tr><th></th>{heads}</tr></thead><tbody>\n{rows}</tbody>"), class_="small")


def multiples(run, findings):
    s1s, s2s = axes(run)
    width = 72 + 24 * len(s2s)
    body = "\n".join(one(run, what, s1s, s2s, findings) for what in kinds(run))
    notes = ""
    for words, which in (("Not on this CPU, or not in its guest", absent(run)), ("Not measured, or lost", missing(run))):
        if which:
            names = ", ".join(behaviour.noun(what) for what in which)
            notes += tag("p", f"{words}: {escape(names)}.", class_="caption", style="margin-top:14px")
    return tag("div", body, class_="many-small", style=f"--w:{max(width, 264)}px") + notes


def legend(run, findings):
    s1s, s2s = axes(run)
    seen = {outcome_class(run, what, s1, s2) for what in kinds(run) for s1 in s1s for s2 in s2s}
    items = [tag("li", f"<i class='o-{key}'>{letter}</i>{escape(meaning)}")
             for key, (_, _, letter, meaning) in style.OUTCOMES.items() if key in seen]
    if "tag-load" in kinds(run):
        items.append(tag("li", "<i class='o-ok'>5</i>works, and this is the tag that was loaded"))
    if any(t.get("loaded") == 0 for t in run.tries.values()):
        items.append(tag("li", "<i class='o-ok'>0</i>no fault, and not loaded"))
    if findings.open:
        items.append(tag("li", "<i class='o-absent open'>&nbsp;</i>round: the architecture leaves it open"))
    if findings.accesses:
        items.append(tag("li", "<i class='diff'>&nbsp;</i>differs from the architecture"))
    return tag("ul", "".join(items), class_="legend key")
