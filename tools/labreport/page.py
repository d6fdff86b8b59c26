# SPDX-License-Identifier: Apache-2.0
"""The page: for every run that was read, the heat map, what differs, what accesses did, and what they cost."""

import statistics
from html import escape

from labreport import attr, behaviour, check, heatmap, litmus, machine, markup, relate, small
from labreport.markup import chip, code, count, document, pairs, s2_name, table, tag

NO_TICKS = 2 ** 64 - 1      # the lab never got one
GROUPS = (("Device", lambda a: a.is_device), ("Normal-NC", lambda a: not a.is_device and (a.outer, a.inner) == (0, 0)),
          ("Normal-WT", lambda a: (a.outer, a.inner) == (1, 1)),
          ("Normal-WB", lambda a: (a.outer, a.inner) == (2, 2) and not a.tagged), ("Tagged", lambda a: a.tagged),
          ("Normal, mixed", lambda a: not a.is_device and not a.uniform))


def differ(which):
    return f"{len(which) or 'none'} {'differs' if len(which) == 1 else 'differ'}"


def cells_verdict(findings):
    return f"{count(findings.compared, 'cell')}, {differ(findings.differing_cells)} from the architecture"


def tries_verdict(findings):
    return f"{count(findings.judged, 'access', 'accesses')} that the architecture has a rule for, " + \
        differ(findings.differing_tries)


def size_text(size):
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << shift and size % (1 << shift) == 0:
            return f"{size >> shift} {unit}"
    return f"{size:,} bytes"


def facts(run):
    """(name, HTML) of what was measured."""
    lab, info = run.lab, run.machine
    yield "Machine", escape(info.get("machine") or "not recorded")
    if lab.get("tree_model"):
        yield "Model in the device tree", escape(lab["tree_model"])
    yield "CPU", escape(machine.cpu_name(lab["midr"])) + " " + code(f"MIDR {lab['midr']:#010x}")
    if "cpus" in lab:
        yield "CPUs in the lab", str(lab["cpus"])
    if info.get("mavis"):
        yield "Mavis", escape(info["mavis"])
    if lab.get("mavis"):
        yield "Mavis's control interface", escape(lab["mavis"])
    if info.get("qemu"):
        yield "Emulator", "QEMU " + escape(info["qemu"])
    if info.get("firmware"):
        yield "Firmware", escape(info["firmware"])
    yield "Stage 2", "HCR_EL2.FWB = 1" if lab["fwb"] else "HCR_EL2.FWB = 0"
    yield "Memory tagging", "FEAT_MTE2" if lab["mte"] else "none that the guest can use"
    yield "NoTagAccess", "FEAT_MTE_PERM" if lab["mte_perm"] else "no FEAT_MTE_PERM"
    if lab.get("cntfrq"):
        yield "Counter", f"{lab['cntfrq'] / 1e6:,.6g} MHz"
    if "target" in lab:
        yield "Memory under test", code(f"{lab['target']:#x}") + (f", {size_text(lab['size'])}" if "size" in lab else "")
    if info.get("date"):
        yield "Date", escape(info["date"])
    if info.get("command"):
        yield "Command", tag("span", escape(info["command"]), class_="command")


def fact_list(items):
    return tag("dl", "".join(tag("div", tag("dt", escape(name)) + tag("dd", value)) for name, value in items), class_="facts")


def cell_differences(run, findings):
    """The cells that differ, by the rule that they break."""
    rules = {}
    for d in findings.cells:
        rules.setdefault(d.rule, {}).setdefault((d.s1, d.s2, d.measured, d.expected), []).append(d.where)
    for rule, rows in rules.items():
        yield tag("p", f"<b>Rule:</b> {escape(rule)}", class_="rule")
        yield table(("Stage 1", "Stage 2", "Asked by", "This machine says", "The architecture says"), [
            (chip(s1) + " " + code(f"{s1:#04x}"), escape(s2_name(s2, run)) + " " + code(f"0b{s2:04b}"),
             escape(", ".join(where)), escape(measured), escape(expected))
            for (s1, s2, measured, expected), where in rows.items()])


def try_differences(run, findings):
    """The accesses that differ, by the rule, kind and outcome; pairs of stage 1 and stage 2 in as few words as it takes."""
    rows, columns = {}, small.axes(run)[1]
    for d in findings.accesses:
        rows.setdefault((d.where, d.measured, d.expected, d.rule), []).append((d.s1, d.s2))
    if rows:
        yield table(("Access", "Stage 1 × stage 2", "This machine", "The architecture", "Rule"), [
            (f"{escape(behaviour.KINDS[what][0])} ({len(where)})", pairs(where, columns), escape(measured), escape(expected),
             escape(rule))
            for (what, measured, expected, rule), where in rows.items()])


def open_rows(run, findings):
    """What the machine does where it may do as it likes, by kind of access, rule and outcome."""
    rows, columns = {}, small.axes(run)[1]
    for (what, s1, s2), rule in findings.open.items():
        rows.setdefault((what, rule, machine.outcome(run.tries[what, s1, s2])), []).append((s1, s2))
    for what in behaviour.KINDS:
        for (kind, rule, outcome), where in rows.items():
            if kind == what:
                yield (f"{escape(behaviour.KINDS[what][0])} ({len(where)})", pairs(where, columns), escape(outcome),
                       f"{escape(rule.how)}: {escape(rule.choices)}", escape(rule.where))


def ticks(run, matrix):
    """Ticks by kind of access and effective type."""
    found = {}
    for (what, s1, s2), attempt in run.tries.items():
        want = check.expected_attr(run, matrix, s1, s2)
        if attempt.get("ticks", NO_TICKS) != NO_TICKS and attempt["result"] in ("ok", "seen") and want is not None:
            group = next(name for name, belongs in GROUPS if belongs(attr.decode(want)))
            found.setdefault(what, {}).setdefault(group, []).append(attempt["ticks"])
    groups = [name for name, _ in GROUPS if any(name in by_group for by_group in found.values())]
    if not found or run.emulated:
        return ""
    row = f"a row of {run.lab['row']:,} accesses" if run.lab.get("row") else "an access"

    def text(values):
        if not values:
            return "–"
        low, high = min(values), max(values)
        spread = f' <span class="caption">{low:,}–{high:,}</span>' if low != high else ""
        return f"<b>{statistics.median(values):,.6g}</b>{spread}"
    rows = [[escape(behaviour.KINDS[what][0])] + [text(found[what].get(g)) for g in groups] for what in behaviour.KINDS
            if what in found]
    return (tag("h3", "What accesses cost") +
            tag("p", f"Counter ticks for {row}, where it worked, by effective type: the median of the cells, then the least "
                "and the most.",
                class_="caption") +
            table(["Access", *map(escape, groups)], rows, range(1, len(groups) + 1)))


def mood(run, wrong):
    """The class of a verdict: nothing of a run that is not whole looks as if all were well."""
    return "bad" if wrong else "good" if run.whole else "part"


def verdict(run, text, wrong):
    return tag("span", escape(text), class_="verdict " + mood(run, wrong))


def verdicts(run, findings):
    return (("" if run.whole else verdict(run, "Not whole", False)) +
            verdict(run, cells_verdict(findings), findings.cells) +
            (verdict(run, tries_verdict(findings), findings.accesses) if findings.judged else ""))


def section(run, findings, matrix, model, ident):
    order = litmus.check(run, model)
    parts = [tag("h2", escape(run.title)), verdicts(run, findings)]
    if order.tests:
        parts.append(verdict(run, litmus.verdict(order), order.forbidden))
    relations = relate.check_run(run)
    if relations:
        parts.append(verdict(run, relate.verdict(relations), relations.wrong))
    parts += [tag("p", escape(note), class_="note") for note in run.notes]
    parts.append(fact_list(facts(run)))
    parts.append(tag("h3", "Effective memory type"))
    parts.append(tag("p", "What PAR_EL1 reports after AT S12E1R for a stage 1 type (the row, a MAIR byte) under a stage 2 "
                     "encoding (the column, MemAttr[3:0]). Orange is Device memory, blue is Normal memory; darker is the "
                     "stronger Device type, and the more cacheable Normal type.", class_="caption"))
    parts.append(heatmap.heat_map(run, findings, matrix))
    if findings.refused:
        parts.append(tag("p", f"{count(findings.refused, 'cell')} that Mavis would not set up: not measured.",
                         class_="caption"))
    if findings.unknown:
        parts.append(tag("p", f"{count(findings.unknown, 'cell')} with encodings that are reserved, or need a feature that the "
                         "log does not tell of: shown, not compared.", class_="caption"))
    if findings.cells:
        parts.append(tag("h3", "Cells that differ from the architecture"))
        parts += cell_differences(run, findings)
    if run.tries:
        parts.append(tag("h3", "What accesses do"))
        parts.append(tag("p", "Each kind of access, tried under each pair. Rows are stage 1, columns MemAttr[3:0] in "
                         "hexadecimal. A ring marks what the architecture rules out, a round field what it leaves "
                         "open.", class_="caption"))
        parts.append(small.legend(run, findings))
        parts.append(small.multiples(run, findings))
        if findings.accesses:
            parts.append(tag("h3", "Accesses that differ from the architecture"))
            parts += try_differences(run, findings)
        if findings.open:
            parts.append(tag("h3", "What the architecture leaves open"))
            parts.append(tag("p", "Each of these is one of the choices that the architecture names, and none is counted "
                             "as a difference.",
                             class_="caption"))
            parts.append(table(("Access", "Stage 1 × stage 2", "This machine", "The architecture", "Where it says so"),
                               list(open_rows(run, findings))))
        parts.append(ticks(run, matrix))
    parts += [relate.section(run), litmus.section(run, model)]
    return tag("section", "\n".join(parts), class_="run", id=ident)


def page(runs, matrix, model):
    """The whole page for runs, a list of (run, findings)."""
    cards = []
    for i, (run, findings) in enumerate(runs, 1):
        lines = [tag("b", escape(run.title)), "" if run.whole else "Not whole<br>", escape(cells_verdict(findings))]
        if findings.judged:
            lines += ["<br>", escape(tries_verdict(findings))]
        order = litmus.check(run, model)
        if order.tests:
            lines += ["<br>", escape(litmus.verdict(order))]
        relations = relate.check_run(run)
        if relations:
            lines += ["<br>", escape(relate.verdict(relations))]
        bad = findings.cells or findings.accesses or order.forbidden or relations.wrong
        cards.append(tag("a", "".join(lines), class_=mood(run, bad), href=f"#run{i}"))
    head = (tag("h1", "Memory attributes, as measured") +
            tag("p", "What stage 1 and stage 2 of address translation make together on an arm64 CPU, and what accesses do "
                "then; compared with the Arm Architecture Reference Manual (DDI 0487).", class_="lead") +
            tag("p", markup.MAVIS + " Its attribute lab is a guest that has Mavis change the attributes of a piece of RAM, and "
                "tries it out.", class_="caption") +
            tag("div", "\n".join(cards), class_="overview"))
    body = "\n".join(section(run, findings, matrix, model, f"run{i}") for i, (run, findings) in enumerate(runs, 1))
    foot = tag("footer", "Made by tools/report of Mavis. The expectations are the architecture's: a table made from Arm's "
               "machine-readable description for the eight common types of stage 1, its rules for the other MAIR bytes. XS is "
               "not compared.")
    return document("Memory attributes, as measured: " + "; ".join(run.title for run, _ in runs), f"{head}\n{body}\n{foot}")
