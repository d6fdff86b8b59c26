# SPDX-License-Identifier: Apache-2.0
"""The heat map: the effective memory type of each stage 1 type (rows) under each stage 2 encoding (columns)."""

from html import escape

from labreport import attr, check, markup, style
from labreport.markup import byte_name, code, count, s2_name, tag, type_lines


def s1_rows(run):
    """The stage 1 bytes of a run: the common ones in their order, then all others that are not reserved throughout. Of a run
    that is not whole all common ones, so that a row that is missing can be seen; likewise the columns."""
    measured = {s1 for s1, _ in run.cells}
    defined = {s1 for (s1, _), cell in run.cells.items() if cell["status"] != "reserved"}
    common = [s1 for s1 in attr.COMMON if s1 in measured or not run.whole]
    return common, sorted(defined.difference(common))


def s2_columns(run):
    return sorted({s2 for _, s2 in run.cells}) if run.whole else list(range(16))


def cell(run, s1, s2, findings, matrix):
    record = run.cells.get((s1, s2))
    if record is None:
        return tag("td", "?", class_="none", title=style.OUTCOMES["missing"][3])
    pair = f"stage 1 {s1:#04x} {byte_name(s1)}, stage 2 0b{s2:04b} {s2_name(s2, run)}"
    want = check.expected_attr(run, matrix, s1, s2)
    differs = (s1, s2) in findings.differing_cells
    ring = " diff" if differs else ""
    if record["status"] != 0:
        said = check.refusal(record)
        return tag("td", escape(said if differs or said != "reserved" else ""), class_="resv" + ring, title=f"{pair}: {said}")
    par = check.effective(record)
    if par is None:
        return tag("td", "stage 1<br>only", class_="none" + ring, title=f"{pair}: no PAR_EL1 of both stages")
    should = tag("span", f"should be<br>{escape(type_lines(want)[1])}", class_="want") if differs else ""
    if par & check.PAR_F:
        return tag("td", f"<b>fault</b>{should}", class_="fault" + ring, title=f"{pair}: {check.par_text(par)}")
    got = check.par_attr(par)
    family, name = type_lines(got)
    title = f"{pair}: {check.par_text(par)}" + (f"; the architecture says {want:#04x} {attr.name(want)}" if differs else "")
    shown = f"{'' if differs else escape(family)}<b>{escape(name)}</b>"
    shown += should or tag("span", f"{got:#04x}", class_="hex")
    return tag("td", shown, class_=style.memory_class(got) + ring, title=title)


def grid(run, rows, findings, matrix):
    columns = s2_columns(run)
    # Columns with nothing but reserved cells are there, and take little room.
    thin = {s2 for s2 in columns if rows and all(run.cells.get((s1, s2), {}).get("status", 0) == "reserved" and
                                                 (s1, s2) not in findings.differing_cells for s1 in rows)}
    widths = '<col class="row">' + "".join(f'<col class="{"thin" if s2 in thin else ""}">' for s2 in columns)
    heads = "".join(tag("th", code(f"0b{s2:04b}") + escape("" if s2 in thin else head_name(s2, run)), scope="col",
                        class_="thin" if s2 in thin else None) for s2 in columns)
    body = []
    for s1 in rows:
        head = tag("th", escape(byte_name(s1)) + code(f"{s1:#04x}"), class_="row", scope="row")
        body.append(tag("tr", head + "".join(cell(run, s1, s2, findings, matrix) for s2 in columns)))
    axis = tag("th", "stage 2 →<br>stage 1 ↓", class_="axis")
    return markup.grid(widths, tag("tr", axis + heads), "\n".join(body),
                       f"min-width:{118 + 72 * len(columns) - 44 * len(thin)}px", " many" if len(rows) > 24 else "")


def head_name(s2, run):
    """Short enough for a narrow column."""
    return s2_name(s2, run).replace("Device-", "").replace("Normal-", "").replace(" NoTagAccess", " NoTag­Access")


def legend(run, findings):
    """The types that the run has, strongest first."""
    shown = {}
    for record in run.cells.values():
        par = check.effective(record)
        if record["status"] == 0 and par is not None and not par & check.PAR_F:
            got = check.par_attr(par)
            key = style.memory_class(got)
            shown.setdefault(key, set()).add(attr.name(got))
    items = [(f"<i class='{key}'></i>", " / ".join(sorted(shown[key]))) for key in style.MEMORY if key in shown]
    if any(record["status"] != 0 for record in run.cells.values()):
        items.append(("<i class='resv'></i>", "reserved encoding on this CPU"))
    if not run.whole:
        items.append(("<i class='none'>?</i>", style.OUTCOMES["missing"][3]))
    if findings.cells:
        items.append(("<i class='diff'>&nbsp;</i>", "differs from the architecture"))
    return tag("ul", "".join(tag("li", mark + escape(text)) for mark, text in items), class_="legend key")


def heat_map(run, findings, matrix):
    common, others = s1_rows(run)
    parts = []
    if common:
        parts.append(grid(run, common, findings, matrix))
    parts.append(legend(run, findings))
    if others:
        more = [grid(run, others, findings, matrix)]
        reserved = len({s1 for s1, _ in run.cells}) - len(common) - len(others)
        if reserved:
            more.append(tag("p", f"Left out: {count(reserved, 'MAIR byte')} reserved at stage 1.", class_="caption"))
        differ = sum(s1 in others for s1, _ in findings.differing_cells)
        said = f"Other MAIR bytes ({len(others)}), {differ or 'none'} of their cells {'differs' if differ == 1 else 'differ'}"
        parts.append(tag("details", tag("summary", tag("b", said)) + "".join(more), style="margin-top:22px"))
    return "\n".join(parts)
