# SPDX-License-Identifier: Apache-2.0
"""The picture: the heat maps and the kinds of access, for a slide or a mail."""

import io
import textwrap

import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt                                 # noqa: E402
from matplotlib.patches import Ellipse, FancyBboxPatch, Polygon          # noqa: E402

from labreport import attr, behaviour, check, heatmap, machine, page, small, style     # noqa: E402
from labreport.markup import type_lines                           # noqa: E402

INK, SOFT, HATCH = "#1a1e24", "#4d5661", "#c4c8cd"
MOODS = {"bad": "#8a1c4a", "good": "#0b5e4a", "part": "#6b4a00"}
THIN = 0.42                 # a reserved column's width, in cells
CELL_W, CELL_H = 0.98, 0.56     # inches
LEFT, RIGHT = 1.65, 0.35
SMALL = 0.17                # inches


def box(ax, x, y, w, h, color, **more):
    ax.add_patch(FancyBboxPatch((x, y), w, h, boxstyle="round,pad=0,rounding_size=0.05", mutation_aspect=CELL_W / CELL_H,
                                facecolor=color, linewidth=0, **more))


def plain(text):
    return text.replace("\u00ad", "").replace("&shy;", "")


def draw_cell(ax, x, y, w, run, s1, s2, findings, matrix):
    record = run.cells.get((s1, s2))
    differs = (s1, s2) in findings.differing_cells
    x, y, w, h = x + 0.03, y + 0.04, w - 0.06, 0.92
    par = check.effective(record) if record and record["status"] == 0 else None
    if par is None:
        hatch = "////" if record and record["status"] != 0 else None
        ax.add_patch(FancyBboxPatch((x, y), w, h, boxstyle="round,pad=0,rounding_size=0.05", mutation_aspect=CELL_W / CELL_H,
                                    facecolor="white", edgecolor=HATCH, hatch=hatch, linewidth=0.6))
        lines = [("refused", 7.5, "bold", 0.5)] if differs else [] if record else [("?", 9, "bold", 0.5)]
        ink = INK
    elif par & check.PAR_F:
        back, ink = style.MEMORY["fault"]
        box(ax, x, y, w, h, back)
        lines = [("fault", 9, "bold", 0.5)]
    else:
        got = check.par_attr(par)
        back, ink = style.MEMORY[style.memory_class(got)]
        box(ax, x, y, w, h, back)
        family, name = map(plain, type_lines(got))
        if differs:
            want = plain(type_lines(check.expected_attr(run, matrix, s1, s2))[1])
            lines = [(name, 9, "bold", 0.27), ("should be", 6.8, "normal", 0.55), (want, 7.5, "bold", 0.77)]
        else:
            lines = [(family, 6.8, "normal", 0.22), (name, 9, "bold", 0.5), (f"{got:#04x}", 6.5, "normal", 0.79)]
    for text, size, weight, at in lines:
        ax.text(x + w / 2, y + h * at, text, ha="center", va="center", color=ink, fontsize=size, fontweight=weight)
    if differs:
        ax.add_patch(FancyBboxPatch((x + 0.02, y + 0.03), w - 0.04, h - 0.06, boxstyle="round,pad=0,rounding_size=0.05",
                                    mutation_aspect=CELL_W / CELL_H, facecolor="none", edgecolor="black", linewidth=2))
        ax.add_patch(Polygon([(x + w - 0.15, y), (x + w, y), (x + w, y + 0.26)], facecolor="black", linewidth=0))


def rows_of(run, findings):
    """The common stage 1 bytes, and of the others those that differ: (bytes, how many are left out)."""
    common, others = heatmap.s1_rows(run)
    differing = {s1 for s1, _ in findings.differing_cells}
    more = [s1 for s1 in others if s1 in differing][:24]
    return common + more or others[:24], len(others) - len(more)


def columns_of(run, rows, findings):
    """[(s2, left edge, width)] in cells."""
    edges, x = [], 0
    for s2 in heatmap.s2_columns(run):
        reserved = all(run.cells.get((s1, s2), {}).get("status", 0) == "reserved" and
                       (s1, s2) not in findings.differing_cells for s1 in rows)
        edges.append((s2, x, THIN if reserved else 1))
        x += edges[-1][2]
    return edges


def draw_map(ax, run, findings, matrix, rows, columns):
    width = columns[-1][1] + columns[-1][2]
    ax.set(xlim=(0, width), ylim=(len(rows), 0))
    ax.axis("off")
    for s2, x, w in columns:
        name = plain(heatmap.head_name(s2, run))
        if w < 1:
            ax.text(x + w / 2, -0.12, f"0b{s2:04b}", ha="center", va="bottom", fontsize=7, color=SOFT, rotation=90)
        else:
            ax.text(x + w / 2, -0.12, "\n".join([f"0b{s2:04b}", *textwrap.wrap(name, 12)]), ha="center", va="bottom",
                    fontsize=8, color=INK)
    for y, s1 in enumerate(rows):
        ax.text(-0.08, y + 0.36, attr.name(s1), ha="right", va="center", fontsize=8.5, fontweight="bold", color=INK)
        ax.text(-0.08, y + 0.7, f"{s1:#04x}", ha="right", va="center", fontsize=7, color=SOFT)
        for s2, x, w in columns:
            draw_cell(ax, x, y, w, run, s1, s2, findings, matrix)


def draw_small(ax, run, what, rows, s2s, findings):
    ax.set(xlim=(0, len(s2s)), ylim=(len(rows), 0))
    ax.axis("off")
    ax.set_title(behaviour.KINDS[what][0], fontsize=8.5, fontweight="bold", color=INK, loc="left", pad=13)
    for x, s2 in enumerate(s2s):
        ax.text(x + 0.5, -0.15, f"{s2:x}", ha="center", va="bottom", fontsize=6, color=SOFT)
    for y, s1 in enumerate(rows):
        ax.text(-0.2, y + 0.5, attr.name(s1).replace("Normal-", "").replace("Device-", ""), ha="right", va="center", fontsize=6,
                color=SOFT)
        for x, s2 in enumerate(s2s):
            back, ink, _, _ = style.OUTCOMES[small.outcome_class(run, what, s1, s2)]
            look = {"facecolor": "white" if back == "transparent" else back, "linewidth": 0}
            if (what, s1, s2) in findings.open:
                ax.add_patch(Ellipse((x + 0.5, y + 0.5), 0.92, 0.92, **look))
            else:
                if (what, s1, s2) in findings.differing_tries:
                    look |= {"edgecolor": "black", "linewidth": 1.3}
                ax.add_patch(plt.Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, **look))
            ax.text(x + 0.5, y + 0.53, small.sign(run, what, s1, s2), ha="center", va="center", fontsize=6, fontweight="bold",
                    color=ink or SOFT)


class Sheet:
    """A figure that is filled from the top, in inches."""

    def __init__(self, width, height):
        self.width, self.height, self.y = width, height, 0.3
        self.figure = plt.figure(figsize=(width, height), dpi=150, facecolor="white")

    def text(self, text, size, down, **more):
        self.figure.text(LEFT * 0.2 / self.width, 1 - self.y / self.height, text, fontsize=size, va="top",
                         **({"color": INK} | more))
        self.y += down

    def axes(self, x, y, w, h):
        return self.figure.add_axes([x / self.width, 1 - (y + h) / self.height, w / self.width, h / self.height])


def legend_text(run, findings):
    parts = ["Orange: Device memory, darker is stronger.  Blue: Normal memory, darker is more cacheable."]
    if any(style.memory_class(check.par_attr(check.effective(c))) in ("tag", "notag") for c in run.cells.values()
           if c["status"] == 0 and check.effective(c) is not None):
        parts.append("Purple: with allocation tags.")
    parts.append("Hatched: reserved on this CPU.")
    if not run.whole:
        parts.append("?: not measured, or lost.")
    if findings.cells:
        parts.append("Black ring: differs from the architecture.")
    return "  ".join(parts)


def small_layout(run, width):
    """(rows, s2s, kinds, per line, width of one, lines)"""
    rows, s2s = small.axes(run)
    rows = [s1 for s1 in rows if s1 in attr.COMMON]
    kinds = small.kinds(run) if rows and s2s else []
    one = len(s2s) * SMALL + 0.72
    per_line = max(1, int((width - 0.5) / one))
    lines = max(1, -(-len(kinds) // per_line))
    return rows, s2s, kinds, -(-len(kinds) // lines) or 1, one, lines


def panel_height(run, rows, width):
    small_rows, _, kinds, _, _, lines = small_layout(run, width)
    return 2.2 + len(rows) * CELL_H + (0.52 + lines * (len(small_rows) * SMALL + 0.55) if kinds else 0)


def draw_panel(sheet, run, findings, matrix, rows, columns, left_out):
    lab = run.lab
    sheet.text(run.title + ("" if run.whole else ": not whole"), 14, 0.3, fontweight="bold")
    sheet.text(f"{machine.cpu_name(lab['midr'])}   HCR_EL2.FWB = {lab['fwb']}   {'FEAT_MTE2' if lab['mte'] else 'no MTE'}   "
               f"{'FEAT_MTE_PERM' if lab['mte_perm'] else 'no FEAT_MTE_PERM'}" +
               "".join(f"   {name} {run.machine[key]}" for name, key in (("Mavis", "mavis"), ("QEMU", "qemu"))
                       if run.machine.get(key)), 9, 0.22, color=SOFT)
    sheet.text(page.cells_verdict(findings) + (".  " + page.tries_verdict(findings) if findings.judged else "") + ".", 10, 0.75,
               fontweight="bold", color=MOODS[page.mood(run, findings.cells or findings.accesses)])
    draw_map(sheet.axes(LEFT, sheet.y, sheet.width - LEFT - RIGHT, len(rows) * CELL_H), run, findings, matrix, rows, columns)
    sheet.y += len(rows) * CELL_H + 0.12
    sheet.text(legend_text(run, findings) + (f"  {left_out} other MAIR bytes are in the page." if left_out else ""), 8.5, 0.42,
               color=SOFT)
    small_rows, s2s, kinds, per_line, one, lines = small_layout(run, sheet.width)
    if kinds:
        used = {small.outcome_class(run, what, s1, s2) for what in kinds for s1 in small_rows for s2 in s2s}
        signs = ";  ".join(f"{sign} {text}" for key, (_, _, sign, text) in style.OUTCOMES.items() if key in used)
        signs += ";  a number: the tag that was loaded" if "tag-load" in kinds else ""
        sheet.text(f"What accesses do:  {signs}.  Round: the architecture leaves it open.  "
                   "Columns are MemAttr[3:0].", 8.5, 0.52, color=SOFT)
        for i, what in enumerate(kinds):
            x = 0.33 + i % per_line * max(one, (sheet.width - 0.5) / per_line) + 0.42
            y = sheet.y + i // per_line * (len(small_rows) * SMALL + 0.55)
            draw_small(sheet.axes(x, y, len(s2s) * SMALL, len(small_rows) * SMALL), run, what, small_rows, s2s,
                       findings)
        sheet.y += lines * (len(small_rows) * SMALL + 0.55)
    sheet.y += 0.39


def picture(runs, matrix):
    """All runs, one below the other, as PNG."""
    panels = []
    for run, findings in runs:
        rows, left_out = rows_of(run, findings)
        panels.append((run, findings, rows, columns_of(run, rows, findings), left_out))
    width = max(11.5, max(LEFT + (c[-1][1] + c[-1][2]) * CELL_W + RIGHT for _, _, _, c, _ in panels))
    sheet = Sheet(width, 0.85 + sum(panel_height(run, rows, width) for run, _, rows, _, _ in panels))
    sheet.text("Memory attributes, as measured: stage 1 (rows) under stage 2 (columns)", 17, 0.5, fontweight="bold")
    for run, findings, rows, columns, left_out in panels:
        draw_panel(sheet, run, findings, matrix, rows, columns, left_out)
    out = io.BytesIO()
    sheet.figure.savefig(out, format="png")
    plt.close(sheet.figure)
    return out.getvalue()
