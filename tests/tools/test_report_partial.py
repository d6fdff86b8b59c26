# SPDX-License-Identifier: Apache-2.0
"""tools/report on runs that are not whole: it says so, why, and which tables lack rows; and what is missing is nothing, neither
right nor absent."""

import re

import pytest

import lab_sample
from report_page import make, maps, report, tables, text_of
from test_report_relations import CACHES, alias, dma, share, speculation

PLAN = {"v": 2, "plan": {"cell": 128, "litmus": 6}}
SPEED = {"t": "speed", "s1": "0x44", "span": 4096, "loads": 1000, "chase": 6250, "bytes": 10 ** 6, "read": 1, "write": 1}
BOARD = {"machine": "A board"}


def in_the_labs_order(records):
    """The sample has stage 1 outermost; the lab, stage 2. It ends with one row, or six, of each other table."""
    head = [r for r in records[:-1] if "s1" not in r]
    rest = sorted((r for r in records[:-1] if "s1" in r), key=lambda r: r["s2"])
    tail = [share(), alias("0xff", "0x44", "maintain", 0), SPEED, dma("0xff", "dmb", 1), speculation("0x0c", 0),
            *lab_sample.litmus()]
    counts = {"share": 1, "alias": 1, "speed": 1, "dma": 1, "speculation": 1, "litmus": 6}
    return [*head[:2], CACHES, *rest, *tail, records[-1] | counts]


def sample(**more):
    return in_the_labs_order(lab_sample.sample(machine=BOARD, tree_model="Some Board", **PLAN | more))


WHOLE = sample()
FIRST = {kind: next(i for i, r in enumerate(WHOLE) if r["t"] == kind) for kind in ("cell", "share", "alias", "dma", "litmus")}
CUT = {"t": "partial", "why": "silent for 120 s"}


def first_of(s2):
    """Where the column begins."""
    return next(i for i, r in enumerate(WHOLE) if r.get("s2") == s2)


def written(tmp_path, records, name="lab.json", more=""):
    path = tmp_path / name
    path.write_text(lab_sample.lines(records) + more)
    return path


def test_a_whole_run_says_nothing_of_it(tmp_path):
    result, page = make(tmp_path, WHOLE, "--strict")
    assert result.stderr == "" and "not whole" not in result.stdout.lower() + text_of(page).lower()
    assert not re.search('class="(note|verdict part|part)"', page) and '<td class="o-missing' not in page


def cut_file(records, _):
    return lab_sample.lines(records)


def cut_in_a_line(records, following):
    return lab_sample.lines(records) + lab_sample.lines([following])[:30]


def marked_by_tools_lab(records, _):
    return lab_sample.lines([*records, CUT])


def serial(records, _):
    return "Mavis 0.1: EL2 on 2 CPUs\n--- lab begin\n" + lab_sample.lines(records[1:])


def serial_cut_in_a_line(records, following):
    return serial(records, following) + lab_sample.lines([following])[:30]


def serial_of_a_board_that_was_reset(records, following):
    return serial_cut_in_a_line(records, following) + "U-Boot 2026.01\nStarting kernel ...\n"


def serial_that_goes_on(records, following):
    return serial_of_a_board_that_was_reset(records, following) + serial(WHOLE, None) + "--- lab end\n"


@pytest.mark.parametrize("form, why", (
    (cut_file, "the log ends before the lab did"),
    (cut_in_a_line, "the log ends before the lab did, in the middle of line {line}"),
    (marked_by_tools_lab, "silent for 120 s"),
    (serial, "the log ends before the lab did"),
    (serial_cut_in_a_line, "the log ends before the lab did, in the middle of line {serial}"),
    (serial_of_a_board_that_was_reset, "the log ends before the lab did, in the middle of line {serial}"),
    (serial_that_goes_on, "Mavis starts again in line {again}, in the middle of line {serial}"),
))
def test_each_form_of_log_that_is_cut_is_read_and_says_why(tmp_path, form, why):
    """After three and a half columns."""
    keep = first_of(3) + 70
    why = why.format(line=keep + 1, serial=keep + 2, again=keep + 4)
    path = tmp_path / "cut.log"
    path.write_text(form(WHOLE[:keep], WHOLE[keep]))
    page = tmp_path / "cut.html"
    result = report(path, "-o", page, "--strict")
    assert result.returncode == 4, result.stderr
    cells = sum(r["t"] == "cell" for r in WHOLE[:keep])
    assert re.match(r"(A board|Some Board), FWB on: not whole: \d+ cells, none differ from the architecture; ", result.stdout)
    for said in (result.stderr, text_of(page.read_text())):
        assert f"This run is not whole: {why}." in said
        assert f"Tables that lack rows: effective memory type ({cells} of 128), litmus tests (0 of 6)." in said
        assert "Tables of which nothing came, if the lab would have got to them: shareability, two mappings of one page" in said
    runs = result.stdout.splitlines()
    assert len(runs) == (2 if form is serial_that_goes_on else 1) and all("not whole" not in line for line in runs[1:])


@pytest.mark.parametrize("keep, sentences", (
    (2, ["lack rows: effective memory type (0 of 128), litmus tests (0 of 6).", "filled at that time: what accesses do (0 ",
         "got to them: shareability, two mappings of one page, latency and bandwidth, DMA against the CPU's caches, spec"]),
    (FIRST["share"], ["lack rows: litmus tests (0 of 6).", "Being filled at that time: what accesses do (1,792 came).",
                      "got to them: shareability, two"]),
    (FIRST["dma"], ["filled at that time: latency and bandwidth (1 came).", "got to them: DMA against the CPU's caches, ",
                    "whole if no line was lost: what accesses do (1,792), shareability (1), two mappings of one page (1)."]),
    (FIRST["litmus"] + 2, ["lack rows: litmus tests (2 of 6).", "whole if no line was lost: what accesses do (1,792), share"]),
))
def test_the_tables_that_lack_rows_are_named(tmp_path, keep, sentences):
    result, page = make(tmp_path, [*WHOLE[:keep], CUT])
    for sentence in sentences:
        assert sentence in result.stderr and sentence in text_of(page)
    assert ("Being filled" in result.stderr) == any("filled at" in s for s in sentences)
    assert ("got to them" in result.stderr) == any("got to them" in s for s in sentences)


def test_where_the_lab_said_no_plan_nobody_knows(tmp_path):
    records = sample(v=1, plan={})
    del records[1]["plan"]
    result, _ = make(tmp_path, records[:500])
    assert "Being filled at that time: effective memory type (" in result.stderr and "that lack rows" not in result.stderr
    assert "shareability" in result.stderr and "litmus tests" in result.stderr


def verdicts(page):
    return re.findall(r'<(?:span|a) class="(?:verdict )?(good|bad|part)"', page)


def test_no_verdict_of_a_part_looks_as_if_all_were_well(tmp_path):
    for keep in (FIRST["cell"] + 100, FIRST["litmus"] + 2):
        _, page = make(tmp_path, [*WHOLE[:keep], CUT])
        assert set(verdicts(page)) == {"part"} and "Not whole" in text_of(page)
    wrong = sample(cell=lab_sample.qemu_cell)
    result, page = make(tmp_path, [*wrong[:FIRST["litmus"]], CUT])
    assert {"bad", "part"} == set(verdicts(page)) and "6 differ" in result.stdout
    assert report("--strict", tmp_path / "lab.json").returncode == 3


def test_what_is_missing_is_a_question_mark_and_not_absent(tmp_path):
    """Three columns and the first cell of the fourth, of which the last kinds of access are missing."""
    keep = first_of(3) + 20
    _, page = make(tmp_path, [*WHOLE[:keep], CUT])
    rows = maps(page)[0]
    assert [len(row) for row in rows] == [16] * 8
    assert [[("none", "not measured, or lost") == cell for cell in row] for row in rows] == [
        [False] * (4 if i == 0 else 3) + [True] * (12 if i == 0 else 13) for i in range(8)]
    small = re.findall(r'<div class="small"><h4>(.*?)</h4>.*?<tbody>(.*?)</tbody>', page, re.S)
    assert len(small) == 32
    for name, body in small:
        cells = [re.findall(r'<td class="(o-[^"]*)" title="([^"]*)">([^<]*)', row)
                 for row in re.findall("<tr>.*?</tr>", body, re.S)]
        for row in cells:
            assert len(row) == 16, name
            for kind, title, sign in row[4:]:
                assert (kind, sign) == ("o-missing", "?") and title.endswith(": not measured, or lost"), name
            assert not any(kind.startswith("o-absent") for kind, _, _ in row), name
        assert (cells[0][3][0] == "o-missing") == (name in ("CPYP, CPYM, CPYE", "SETP, SETM, SETE", "LDFF1", "LDNF1", "DC GVA",
                                                            "DC GZVA", "DC CVAC", "DC IVAC", "PRFM", "TLBI", "TLBI nXS",
                                                            "LD64B", "ST64B")), name
    assert "<i class='o-missing'>?</i>not measured, or lost" in page and "<i class='none'>?</i>not measured, or lost" in page


def test_reserved_pairs_are_no_missing_ones(tmp_path):
    """Without MTE, Tagged memory; and stage 2's reserved encodings."""
    records = sample(mte=0)
    keep = next(i for i, r in enumerate(records) if r.get("s2") == 6)
    _, page = make(tmp_path, [*records[:keep], CUT])
    body = re.search(r"<h4>Load</h4>.*?<tbody>(.*?)</tbody>", page, re.S)[1]
    rows = [re.findall(r'<td class="(o-[^" ]*)', row) for row in re.findall("<tr>.*?</tr>", body, re.S)]
    assert rows and all(row == ["o-ok"] * 4 + ["o-absent"] + ["o-ok"] + ["o-missing"] * 10 for row in rows), rows


def test_kinds_of_which_nothing_came_are_not_said_to_be_absent(tmp_path):
    keep = FIRST["cell"] + 1 + 3                    # one cell with three accesses
    _, page = make(tmp_path, [*WHOLE[:keep], CUT])
    text = text_of(page)
    assert "Not on this CPU" not in text
    assert "Not measured, or lost: unaligned store, LDP across 16 bytes, STP across 16 bytes, exclusive pair" in text


def test_every_encoding_is_said_where_all_came_alone(tmp_path):
    """The DC ZVA of each cell that is Device works, which it must not, in the four columns that are here."""
    bent = sample(attempt=lambda what, s1, attr, result: {"result": "ok"} if what == "dc-zva" else result)
    _, page = make(tmp_path, bent)
    listed = next(t for t in tables(page) if t[0][0] == "Access" and t[0][-1] == "Rule")
    keep = next(i for i, r in enumerate(bent) if r.get("s2") == 2)
    _, page = make(tmp_path, [*bent[:keep], CUT])
    part = next(t for t in tables(page) if t[0][0] == "Access" and t[0][-1] == "Rule")
    assert "under every encoding" in listed[1][1] or "0b0111" in listed[1][1]
    assert "every encoding" not in part[1][1] and "under 0b0000 to 0b0001" in part[1][1]


def test_litmus_tests_that_are_missing_show_as_such(tmp_path):
    pairs = [dict(next(lab_sample.litmus()), x=x, y=y) for x in ("0x44", "0xff") for y in ("0x44", "0xff")]
    _, page = make(tmp_path, [*WHOLE[:FIRST["litmus"]], *pairs[:3], CUT])
    assert '<td class="o-missing" title="x Normal-WB, y Normal-WB: not measured, or lost">?' in page
    text = text_of(page)
    assert "nothing weak seen in 3 that came" in text and "Not measured, or lost: SB, LB, S, R, 2+2W, CoRR" in text


def test_mappings_that_are_missing_show_as_such(tmp_path):
    _, page = make(tmp_path, [*WHOLE[:FIRST["alias"]], alias("0xff", "0x44", "none", 0), CUT])
    none = "not measured"
    assert ["Normal-WB", "Normal-NC", "not in the log", "all seen; open", none, none] in [r for t in tables(page) for r in t]


def test_lines_of_a_console_that_are_broken_are_left_out_and_said(tmp_path):
    lines = lab_sample.lines(WHOLE[1:]).splitlines()
    lines[30:32] = [lines[30][:40], lines[31].replace('"what":"', '"what":"x')]
    path = tmp_path / "serial.log"
    path.write_text("--- lab begin\n" + "\n".join(lines) + "\n--- lab end\n")
    result = report(path, "--strict")
    assert result.returncode == 4
    assert "it printed 1792 tries; 1790 are in the log; 2 lines are broken and left out, the first: " in result.stderr
    assert f"{path}: line 32: not JSON" in result.stderr and "lack rows: what accesses do (1,790 of 1,792)." in result.stderr


def test_a_run_that_is_missing_altogether_is_said(tmp_path):
    nothing = [{"t": "run", "machine": "qemu virt", "cpu": "a72"}, {"t": "partial", "why": "QEMU ended"}]
    _, page = make(tmp_path, [*WHOLE, *nothing])
    assert "After this run another was to come, and is not here: qemu virt: a72: QEMU ended." in text_of(page)
    assert report("--strict", tmp_path / "lab.json").returncode == 4
    path = written(tmp_path, WHOLE, more='{"t":"run","mach')
    result = report("--strict", path)
    assert result.returncode == 4 and f"the log ends in the middle of line {len(WHOLE) + 1}" in result.stderr


def test_the_card_says_it(tmp_path):
    card = tmp_path / "card.html"
    for keep, ids in ((first_of(3), True), (2, False)):
        path = written(tmp_path, [*WHOLE[:keep], CUT])
        assert report(path, "--card", card).returncode == 0
        page = card.read_text()
        assert "Not whole" in page and "This run is not whole: silent for 120 s." in page and "good" not in verdicts(page)
        assert ("of an older lab, or ends before them" in page) != ids


def test_pictures_of_a_part_and_of_next_to_nothing(tmp_path):
    runs = [[*WHOLE[:keep], CUT] for keep in (2, FIRST["cell"] + 4)]
    make(tmp_path, [record for run in runs for record in run], "--png", tmp_path / "lab.png")
    assert len({path.read_bytes() for path in tmp_path.glob("lab-?.png")}) == 2


def test_a_comparison_claims_nothing_of_what_is_missing(tmp_path):
    path = written(tmp_path, WHOLE, "a.json"), written(tmp_path, [*WHOLE[:first_of(3)], CUT], "b.json")
    page = tmp_path / "both.html"
    result = report("--compare", *path, "-o", page)
    assert ": B is not whole; 24 cells in common, none different; " in result.stdout
    assert "This run is not whole: silent for 120 s." in result.stderr
    text = text_of(page.read_text())
    assert "All else that is in both came out alike" in text and "Only A can have" not in text and "B has no" not in text
    assert verdicts(page.read_text()) == ["part"]
    assert report("--strict", "--compare", *path).returncode == 4
    result = report("--compare", path[0], written(tmp_path, [*WHOLE[:2], CUT], "c.json"), "-o", page)
    text = text_of(page.read_text())
    assert "0 cells in common" in result.stdout and "No cell is in both." in text and "No access is in both." in text


def test_side_by_side_it_stands_in_the_column(tmp_path):
    path = written(tmp_path, WHOLE, "a.json"), written(tmp_path, [*WHOLE[:FIRST["cell"] + 4], CUT], "b.json")
    page = tmp_path / "matrix.html"
    result = report("--matrix", *path, "-o", page)
    assert [("not whole" in line) for line in result.stdout.splitlines()] == [False, True]
    assert "This run is not whole" in result.stderr and "This run is not whole" in page.read_text()
    rows = [row for t in tables(page.read_text()) for row in t]
    assert ["", "A board, FWB on", "A board, FWB on (not whole)"] in rows
    assert ["The run", "whole", "not whole: silent for 120 s"] in rows
    assert ["Store: Tagged", "works", "not measured, or lost"] in rows
    assert ["Litmus tests, forbidden outcomes", "0 of 6", "not measured, or lost"] in rows
    assert report("--strict", "--matrix", *path).returncode == 4
