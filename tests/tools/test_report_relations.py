# SPDX-License-Identifier: Apache-2.0
"""tools/report: litmus tests and mappings, machine cards, many machines, the log's schema, and the bar of tools/lab."""

import io
import json
import re
import sys

import pytest

import lab_sample
from report_page import TOP, make, report, tables, text_of

sys.path.insert(0, str(TOP / "tools"))

from labreport import log, progress  # noqa: E402  (found through the line above)


def with_litmus(*litmus):
    records = lab_sample.sample()
    return records[:-1] + list(litmus) + [records[-1] | {"litmus": len(litmus)}]


@pytest.mark.parametrize("test, p0, p1, forbidden", (
    ("MP", "none", "none", False), ("MP", "dmb st", "addr dep", True), ("MP", "dmb sy", "ctrl dep", False),
    ("SB", "dmb sy", "dmb sy", True), ("SB", "dmb st", "dmb sy", False), ("CoRR", "none", "none", True),
))
def test_a_weak_outcome_is_counted_and_a_forbidden_one_flagged(tmp_path, test, p0, p1, forbidden):
    litmus = lab_sample.litmus(lambda *which: 7 * (which == (test, p0, p1)))
    result, page = make(tmp_path, with_litmus(*litmus))
    said = "1 with a forbidden outcome" if forbidden else "none with a forbidden outcome, 1 with a weak one that is allowed"
    assert f"6 litmus tests of 1,000 rounds, {said}\n" in result.stdout and said in text_of(page)
    row = next(r for t in tables(page) if t[0][0] == "P0 between" for r in t[1:] if r[:2] == [p0, p1] and "7 of" in r[3])
    assert row[2:] == ["forbidden" if forbidden else "allowed", "7 of 1,000, in 1 of 1 pair"]
    assert page.count("<details open") == forbidden
    assert len(re.findall('<td class="o-fault diff"', page)) == forbidden


def share(s1="0xff", s1_sh=0, s2_sh=0, sh=0, other="seen"):
    par = int(s1, 16) << 56 | sh << 7
    return {"t": "share", "s1": s1, "s1_sh": s1_sh, "s2_sh": s2_sh, "par_s12": f"{par:#x}", "other": other}


def alias(x, y, care, stale, x_sh=3, y_sh=3):
    return {"t": "alias", "x": x, "x_sh": x_sh, "y": y, "y_sh": y_sh, "care": care, "rounds": 100, "stale": stale}


def test_the_mappings_stand_beside_what_par_says_of_them(tmp_path):
    """An older log has no PAR_EL1: then nothing says whether the two differed."""
    records = lab_sample.sample()
    pars = {"x_par_s12": "0xff0000007c000b80", "y_par_s12": "0xff0000007c000a00"}
    records[-1:-1] = [alias("0xff", "0xff", "none", 0, y_sh=0) | pars, alias("0xff", "0x44", "dmb", 0),
                      alias("0x44", "0xff", "dmb", 0) | pars | {"x_par_s12": "0x80f"}]
    _, page = make(tmp_path, records)
    head, *rows = next(t for t in tables(page) if t[0][:2] == ["Stores by", "Loads by"])
    assert head[2] == "PAR_EL1.SH" and [row[2] for row in rows] == ["Inner, Non", "not in the log", "a fault, Non"]


def dma(s1, care, coherent, to_device=0, to_memory=0):
    return {"t": "dma", "s1": s1, "care": care, "coherent": coherent, "lines": 64, "to_device": to_device,
            "to_memory": to_memory}


def speculation(s1, touched, tells=1):
    return {"t": "speculation", "s1": s1, "tells": tells, "rounds": 256, "touched": touched}


@pytest.mark.parametrize("record, wrong", (
    (share(sh=0, other="not-seen"), False), (share(s2_sh=3, sh=3), False), (share(s2_sh=3, sh=3, other="not-seen"), True),
    (share(s1_sh=3, s2_sh=2, sh=2), False), (share(s1_sh=3, s2_sh=2, sh=3), True), (share("0x44", sh=2), False),
    (share("0x00", sh=0), True),
    (alias("0xff", "0x44", "none", 9), False), (alias("0xff", "0x44", "dmb", 9), False),
    (alias("0xff", "0x44", "maintain", 9), True), (alias("0xff", "0xf0", "none", 9), True),
    (alias("0x00", "0x44", "none", 9), False), (alias("0x00", "0x44", "dmb", 9), True),
    (alias("0xff", "0xff", "none", 9, y_sh=0), False), (alias("0xff", "0xff", "maintain", 9, y_sh=0), True),
    (dma("0xff", "dmb", 1, 9), True), (dma("0xff", "dmb", 1, 0, 9), True), (dma("0xff", "none", 1, 9, 9), False),
    (dma("0x44", "dmb", 1, 9, 9), False), (dma("0xbb", "dmb", 1, 9, 9), False), (dma("0x44", "maintain", 1, 9), True),
    (dma("0xff", "dmb", 0, 9, 9), False), (dma("0xff", "maintain", 0, 0, 9), True), (dma("0x00", "dmb", 0, 0, 9), True),
    (dma("0x44", "none", 0, 9, 9), False),
    (speculation("0x44", 9), False), (speculation("0x0c", 9), True), (speculation("0x0c", 0), False),
    (speculation("0x0c", 9, tells=0), False),
))
def test_what_holds_between_mappings_is_judged_by_the_manual(tmp_path, record, wrong):
    records = lab_sample.sample()
    records.insert(-1, record)
    result, page = make(tmp_path, records)
    assert ("1 against the architecture" if wrong else "none against the architecture") in result.stdout
    assert ('class="wrong"' in page) == wrong


def test_dma_is_a_table_with_what_is_promised(tmp_path):
    records = lab_sample.sample()
    records[-1:-1] = [dma("0x44", "dmb", 0), dma("0xff", "dmb", 0, 3, 64), dma("0xff", "maintain", 0)]
    result, page = make(tmp_path, records)
    assert "0 aliases, 3 DMAs and 0 speculations, none against the architecture" in result.stdout
    head, *rows = next(t for t in tables(page) if t[0][0] == "CPU's type")
    assert head[2:] == ["Nothing between", "DMB between", "Clean, invalidate and DMB"]
    none = "not measured"
    assert rows == [["Normal-NC", "CPU stores, device reads", none, "all seen; must be seen", none],
                    ["Normal-NC", "device writes, CPU loads", none, "all seen; must be seen", none],
                    ["Normal-WB", "CPU stores, device reads", none, "3 of 64 lines stale; open", "all seen; must be seen"],
                    ["Normal-WB", "device writes, CPU loads", none, "64 of 64 lines stale; open", "all seen; must be seen"]]
    assert "says that its DMA is not coherent: with what no cache holds" in text_of(page)


def test_speculative_reads_are_a_table(tmp_path):
    records = lab_sample.sample()
    records[-1:-1] = [speculation("0x04", 0), speculation("0x0c", 3), speculation("0x44", 1), speculation("0x08", 0, tells=0)]
    _, page = make(tmp_path, records)
    assert next(t for t in tables(page) if t[0][-1] == "The architecture" and t[0][0] == "Type")[1:] == [
        ["Device-nGnRE", "never in 256", "must not"], ["Device-GRE", "3 of 256 times", "must not"],
        ["Normal-NC", "1 of 256 times", "may"], ["Device-nGRE", "the register does not tell", "must not"]]


def test_what_an_emulator_takes_is_not_shown(tmp_path):
    speed = {"t": "speed", "s1": "0x44", "span": 4096, "loads": 1000, "chase": 6250, "bytes": 10 ** 6, "read": 62500,
             "write": 125000}
    board = lab_sample.sample(midr=lab_sample.A72, tree_model="Some Board")
    board.insert(-1, speed)
    _, page = make(tmp_path, board)
    assert ["Normal-NC", "100.0 ns", "1,000 MB/s", "500 MB/s"] in [row for t in tables(page) for row in t]
    assert "What accesses cost" in page
    for more in ({"midr": lab_sample.MAX}, {"machine": {"machine": "x", "qemu": "10.0"}}, {"tree_model": "linux,dummy-virt"}):
        emulated = lab_sample.sample(**({"midr": lab_sample.A72, "tree_model": "Some Board"} | more))
        emulated.insert(-1, speed)
        _, page = make(tmp_path, emulated)
        assert "What accesses cost" not in page and "MB/s" not in page


def test_the_schema_is_what_the_report_reads():
    """docs/schemas/lab.schema.json: the same kinds, fields and values as tools/labreport/log.py takes."""
    schema = json.loads((TOP / "docs/schemas/lab.schema.json").read_text())
    kinds = {kind["title"]: kind for kind in schema["oneOf"]}
    examples = {"#/$defs/number": [3, "0x3"], "string": ["a text"], "object": [{"a": 1}],
                "['integer', 'string']": [-22, "reserved"]}
    assert set(kinds) == set(log.FIELDS)
    for name, kind in kinds.items():
        fields = {key.rstrip("*"): parse for key, parse in log.FIELDS[name].items()}
        assert set(kind["properties"]) == {"t", *fields} and kind["properties"]["t"] == {"const": name}
        assert set(kind["required"]) == {"t", *(key.rstrip("*") for key in log.FIELDS[name] if key.endswith("*"))}
        for field, parse in fields.items():
            says = kind["properties"][field]
            for value in says.get("enum") or examples[str(says.get("$ref", says.get("type")))]:
                parse(value)
            if "enum" in says or "$ref" in says:
                with pytest.raises(ValueError):
                    parse("none of these")


CACHES = {"t": "id", "midr": "0x410fd083", "revidr": "0x0", "ctr": "0xb444c004", "dczid": "0x4", "pfr0": "0xf00000000",
          "pfr1": "0x200", "isar0": "0x200000", "mmfr0": "0x1124", "mmfr2": "0x0", "clidr": "0xa200023", "errata": "1319367",
          "ccsidr_1d": "0x700fe01a", "ccsidr_1i": "0x201fe012", "ccsidr_2d": "0x70ffe07a"}


def test_the_card_has_features_caches_and_the_stages(tmp_path):
    records = lab_sample.sample(cell=lab_sample.qemu_cell)
    records.insert(1, CACHES)
    path, card = tmp_path / "lab.json", tmp_path / "card.html"
    path.write_text(lab_sample.lines(records))
    assert report(path, "--card", card).returncode == 0
    page = card.read_text()
    assert [["L1 data", "32 KiB", "4", "128", "64 bytes"], ["L1 instructions", "48 KiB", "3", "256", "64 bytes"],
            ["L2 unified", "2 MiB", "16", "2,048", "64 bytes"]] == tables(page)[0][1:]
    text = text_of(page)
    for words in ("✓ FEAT_LSE –", "– FEAT_SVE", "✓ FEAT_MTE2", "– FEAT_MTE3", "1: no clean to the PoU", "44 bits",
                  "Errata that Mavis knows of 1319367",
                  "56 cells, 6 differ"):
        assert words in text, words
    records[1] = CACHES | {"mmfr2": "0x100000", "ccsidr_1d": f"{255 << 32 | 3 << 3 | 2:#x}"}        # FEAT_CCIDX
    path.write_text(lab_sample.lines(records))
    assert report(path, "--card", card).returncode == 0
    assert ["L1 data", "64 KiB", "4", "256", "64 bytes"] == tables(card.read_text())[0][1]


def test_any_number_of_machines_stand_side_by_side(tmp_path):
    boards = tmp_path / "boards"
    boards.mkdir()
    for name, cpu, cell in (("b", "two", lab_sample.qemu_cell), ("a", "one", None), ("c", "three", None)):
        machine = {"machine": name, "cpu": cpu}
        (boards / f"{name}.json").write_text(lab_sample.lines(lab_sample.sample(machine=machine, cell=cell)))
    (boards / "notes.txt").write_text("no log")
    page = tmp_path / "matrix.html"
    result = report("--matrix", boards, boards / "c.json", "-o", page)
    assert result.returncode == 0 and [line[0] for line in result.stdout.splitlines()] == list("abcc")
    heads = [f"{name}, -cpu {cpu}, FWB on" for name, cpu in (("a", "one"), ("b", "two"), ("c", "three"), ("c", "three"))]
    different, alike = tables(page.read_text())[:2]
    assert different == [["", *heads], ["Cells that differ from the architecture", "0 of 56", "6 of 56", "0 of 56", "0 of 56"]]
    assert ["Stage 2", "FWB = 1"] in alike
    assert "No difference." in page.read_text()
    (tmp_path / "none").mkdir()
    result = report("--matrix", tmp_path / "none")
    assert result.returncode == 1 and "no *.json and no *.log in it" in result.stderr


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("out, shown", ((Terminal(), True), (io.StringIO(), False)))
def test_a_bar_says_what_is_left(out, shown):
    """On a terminal; elsewhere nothing."""
    now = [0.0]
    bar = progress.Progress("board", out, lambda: now[0])
    bar.take({"t": "lab", "plan": {"cell": 128, "litmus": 1000}})
    for _ in range(250):
        bar.take({"t": "litmus"})
        now[0] += 4
    said = out.getvalue().split("\r\033[K")
    assert (said[-1] == "board: 2 of 2: litmus 250 of 1,000 [#######.......................], 50 min left") == shown
    bar.end()
    assert (out.getvalue() == "") != shown
    assert [progress.span(s) for s in (40, 720, 3900, 5700)] == ["40 s", "12 min", "65 min", "1 h 35 min"]


def test_each_run_has_a_picture_of_its_own(tmp_path):
    make(tmp_path, lab_sample.qemu("max") + lab_sample.qemu("cortex-a72"), "--png", tmp_path / "lab.png")
    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["lab-1.png", "lab-2.png"]


def test_a_litmus_test_with_all_in_order_shows_nothing(tmp_path):
    result, page = make(tmp_path, with_litmus(*lab_sample.litmus()))
    assert "6 litmus tests of 1,000 rounds, none with a forbidden outcome\n" in result.stdout
    assert "nothing weak seen" in text_of(page) and "<details open" not in page
    lost = with_litmus(*lab_sample.litmus())
    del lost[-2]
    result, _ = make(tmp_path, lost)
    assert "it printed 6 litmus; 5 are in the log" in result.stderr
