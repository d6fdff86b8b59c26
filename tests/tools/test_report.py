# SPDX-License-Identifier: Apache-2.0
"""tools/report, from outside: logs of machines that are not there, and the pages made of them."""

import itertools
import json
import re
import subprocess
import sys
import time

import pytest

import lab_sample
from report_page import TOOL, TOP, make, maps, report, tables, text_of

sys.path.insert(0, str(TOP / "tools"))

from labreport import attr, behaviour  # noqa: E402  (found through the line above)

STRONGER = "Of two Device types the stronger one wins"


def refused(tmp_path, text):
    path = tmp_path / "bad.json"
    path.write_text(text)
    result = report(path, "-o", tmp_path / "bad.html")
    assert result.returncode == 1
    assert not (tmp_path / "bad.html").exists()
    assert result.stderr.startswith(f"report: {path}: "), result.stderr
    return result.stderr.removeprefix(f"report: {path}: ")


@pytest.mark.parametrize("fwb", (0, 1))
@pytest.mark.parametrize("mte_perm", (0, 1))
def test_a_machine_that_keeps_to_the_architecture_has_no_difference(tmp_path, fwb, mte_perm):
    result, page = make(tmp_path, lab_sample.sample(fwb, 1, mte_perm))
    cells = {0: 104, 1: 56}[fwb] + {0: 8, 1: 16}[fwb] * mte_perm
    assert f"{cells} cells, none differ from the architecture" in result.stdout
    assert ", none differ\n" in result.stdout
    assert "that differ from the architecture" not in page and " diff" not in "".join(re.findall(r'class="[^"]*"', page))


def test_every_defined_mair_byte_can_be_measured(tmp_path):
    result, page = make(tmp_path, lab_sample.sample(1, 1, 1, s1_bytes=range(256)))
    assert "2,070 cells, none differ" in result.stdout
    assert "<details" in page and "Other MAIR bytes (222), none of their cells differ" in page


def test_differences_are_found_from_the_data_and_listed_with_their_rule(tmp_path):
    records = lab_sample.sample(1, 1, 0, cell=lab_sample.qemu_cell)
    result, page = make(tmp_path, records)
    assert "56 cells, 6 differ from the architecture" in result.stdout and "56 cells, 6 differ" in page
    assert STRONGER in text_of(page)
    listed = next(t for t in tables(page) if t[0][0] == "Stage 1")[1:]
    assert [(row[0].split()[1], row[1].split()[1], row[3][:4], row[4][:4]) for row in listed] == [
        ("0x00", "0b0001", "0x04", "0x00"), ("0x00", "0b0010", "0x08", "0x00"), ("0x00", "0b0011", "0x0c", "0x00"),
        ("0x04", "0b0010", "0x08", "0x04"), ("0x04", "0b0011", "0x0c", "0x04"), ("0x08", "0b0011", "0x0c", "0x08")]
    assert all(row[2] == "AT S12E1R, AT S12E1W" for row in listed)
    marked = [cell for row in maps(page)[0] for cell in row if "diff" in cell[0]]
    assert len(marked) == 6
    assert marked[0] == ("d1 diff", "stage 1 0x00 Device-nGnRnE, stage 2 0b0001 Device-nGnRE: 0x04 Device-nGnRE; the "
                         "architecture says 0x00 Device-nGnRnE")


@pytest.mark.parametrize("s1, s2, fwb, said, rule", (
    (0xff, 1, 0, 0xff, "Where one stage says Device"),
    (0x0c, 5, 0, 0x04, "Where one stage says Device"),
    (0x0c, 2, 0, 0x04, STRONGER),
    (0xff, 5, 0, 0xff, "the weaker cacheability wins"),
    (0xbb, 15, 0, 0xaa, "no allocation hints"),
    (0x44, 6, 1, 0x44, "makes the result Normal Write-Back"),
    (0xbb, 7, 1, 0xff, "leaves the result to stage 1"),
    (0xf0, 7, 1, 0xff, "stays Tagged where"),
    (0xf0, 15, 1, 0xf0, "under a NoTagAccess encoding"),
))
def test_each_kind_of_difference_names_its_rule(tmp_path, s1, s2, fwb, said, rule):
    records = lab_sample.sample(fwb, 1, fwb, cell=lambda a, b, attr: said if (a, b) == (s1, s2) else attr)
    result, page = make(tmp_path, records)
    assert "1 differs from the architecture" in result.stdout
    assert rule in text_of(page)


def changed(records, change, **where):
    """@records with @change in the one where all of @where holds."""
    found = [r for r in records if all(r.get(k) == v for k, v in where.items())]
    assert len(found) == 1
    found[0].update(change)
    return records


@pytest.mark.parametrize("field, value, said", (
    ("par", "0x0400000000000100", "AT S1E1R 0x04 Device-nGnRE 0x44 Normal-NC"),
    ("par_w", "0x80d", "AT S1E1W a fault: translation, level 2, stage 1 0x44 Normal-NC"),
    ("par_s12", "0xa1f", "AT S12E1R a fault: permission, level 3, stage 2 0x44 Normal-NC"),
    ("par_s12", "0x4400000000000180", "AT S12E1R 0x44, inner shareable 0x44, outer shareable"),
))
def test_each_instruction_and_each_field_of_par_is_compared(tmp_path, field, value, said):
    records = changed(lab_sample.sample(0, 1), {field: value}, t="cell", s1="0x44", s2=15)
    result, page = make(tmp_path, records)
    assert "1 differs from the architecture" in result.stdout
    assert said in text_of(page)


def test_a_stage_1_with_xs_0_may_show_in_the_result(tmp_path):
    """par_same() of mm/attr.h"""
    records = lab_sample.sample(0, 1, cell=lambda s1, s2, attr: {0x44: 0x40, 0x04: 0x05}.get(attr, attr))
    result, _ = make(tmp_path, records)
    assert "104 cells, none differ" in result.stdout


def test_bytes_with_xs_0_are_compared_where_the_cpu_has_them(tmp_path):
    records = lab_sample.sample(1, 1, xs=1)
    for s1, said in (("0x05", "0x05"), ("0x40", "0x04")):
        records.insert(-1, {"t": "cell", "s1": s1, "s2": 7, "status": 0, "par": s1 + "00000000000100",
                            "par_s12": said + "00000000000100"})
    records[-1]["cells"] += 2
    result, page = make(tmp_path, records)
    assert "58 cells, 1 differs from the architecture" in result.stdout
    records[0]["xs"] = 0
    result, page = make(tmp_path, records)
    assert "56 cells, none differ" in result.stdout and "2 cells with encodings that are reserved" in page


def test_what_mavis_refuses_is_no_difference(tmp_path):
    records = lab_sample.sample(0, 1)
    cell = next(r for r in records if (r["t"], r.get("s1"), r.get("s2")) == ("cell", "0xf0", 15))
    records[records.index(cell)] = {"t": "cell", "s1": "0xf0", "s2": 15, "status": -13}
    result, page = make(tmp_path, records)
    assert "103 cells, none differ" in result.stdout
    assert "refused: EACCES" in page and "1 cell that Mavis would not set up" in page


@pytest.mark.parametrize("what, s1, s2, outcome, rule", (
    ("unaligned-load", "0x44", 5, {"result": "fault", "ec": "0x25", "fsc": "0x07"}, "takes unaligned accesses"),
    ("unaligned-store", "0x44", 7, {"result": "fault", "ec": "0x25", "fsc": "0x21"}, "takes unaligned accesses"),
    ("dc-zva", "0x00", 0, {"result": "fault", "ec": "0x25", "fsc": "0x07"}, "DC ZVA to any Device type"),
    ("dc-zva", "0x0c", 5, {"result": "ok"}, "DC ZVA to any Device type"),
    ("load", "0xff", 7, {"result": "fault", "ec": "0x25", "fsc": "0x10"}, "An aligned access"),
    ("exclusive", "0xff", 7, {"result": "failed"}, "Exclusives and atomics must work"),
    ("tag-check", "0xff", 7, {"result": "fault", "ec": "0x25", "fsc": "0x11"}, "has no tags"),
    ("tag-check", "0xf0", 7, {"result": "ok"}, "takes a tag check fault"),
    ("tag-store", "0xf0", 7, {"result": "fault", "ec": "0x25", "fsc": "0x0f"}, "can be loaded and stored"),
    ("tag-load", "0xf0", 7, {"result": "ok", "tag": 0}, "can be loaded and stored"),
    ("tag-load", "0xff", 7, {"result": "ok", "tag": 5}, "has no tags"),
    ("dc-zva", "0x00", 5, {"result": "fault", "ec": "0x25", "fsc": "0x21", "fresh": "ok"}, "DC ZVA to any Device type"),
    ("dc-zva", "0x04", 7, {"result": "ok"}, "DC ZVA to any Device type"),
    ("tag-load", "0x04", 7, {"result": "fault", "ec": "0x25", "fsc": "0x21"}, "has no tags"),
    ("tag-store", "0x44", 7, {"result": "fault", "ec": "0x25", "fsc": "0x21"}, "has no tags"),
    ("unaligned-load", "0x44", 5, {"result": "ok", "fresh": "fault"}, "takes unaligned accesses"),
    ("stp-16", "0x44", 5, {"result": "failed"}, "only the alignment of one register"),
    ("dc-ivac", "0xff", 7, {"result": "failed"}, "cleans as well"),
    ("tlbi", "0xff", 7, {"result": "failed"}, "no access uses the old translation"),
    ("tlbi-nxs", "0x44", 7, {"result": "failed"}, "no access uses the old translation"),
    ("prfm", "0x00", 0, {"result": "fault", "ec": "0x25", "fsc": "0x21"}, "no more than a mapped address"),
    ("cpy", "0xff", 7, {"result": "failed"}, "work on Normal memory"),
    ("casp", "0xff", 7, {"result": "failed"}, "Exclusives and atomics must work"),
    ("stlr", "0x00", 0, {"result": "fault", "ec": "0x25", "fsc": "0x35"}, "An aligned access"),
    ("ldff1", "0x00", 0, {"result": "ok", "loaded": 0}, "ordinary access"),
    ("ldnf1", "0xff", 1, {"result": "ok", "loaded": 1}, "does not access Device memory"),
    ("other-cpu", "0x44", 7, {"result": "not-seen"}, "seen by all CPUs"),
    ("fetch", "0x44", 7, {"result": "fault", "ec": "0x21", "fsc": "0x0f"}, "fetched from Normal memory"),
))
def test_what_an_access_must_not_do_is_listed(tmp_path, what, s1, s2, outcome, rule):
    records = lab_sample.sample(1, 1)
    place = {"t": "try", "s1": s1, "s2": s2, "what": what}
    records[records.index(next(r for r in records if place.items() <= r.items()))] = place | outcome
    result, page = make(tmp_path, records)
    assert "none differ from the architecture" in result.stdout and ", 1 differs\n" in result.stdout
    listed = next(t for t in tables(page) if t[0][0] == "Access" and t[0][-1] == "Rule")
    assert len(listed) == 2 and rule in listed[1][-1]


@pytest.mark.parametrize("what", ("tag-store", "tag-load", "tag-check", "dc-gva", "dc-gzva"))
@pytest.mark.parametrize("s2", (14, 15))
def test_a_tag_access_that_stage_2_denies_is_expected_as_mavis_hands_it_on(tmp_path, what, s2):
    """The permission fault is EL2's: the lab is a guest, and gets an external abort (hyp/fault.c)."""
    place = {"t": "try", "s1": "0xf0", "s2": s2, "what": what}
    records = lab_sample.sample(1, 1, 1)
    result, page = make(tmp_path, records)
    assert ", none differ\n" in result.stdout
    records[records.index(next(r for r in records if place.items() <= r.items()))] = place | {
        "result": "fault", "ec": "0x25", "fsc": "0x0f"}
    result, page = make(tmp_path, records)
    assert ", 1 differs\n" in result.stdout
    assert "stage 2's permission fault, which Mavis hands on as an external abort" in text_of(page)


FAULTS = {"result": "fault", "ec": "0x25", "fsc": "0x21"}
UNSUPPORTED = {"result": "fault", "ec": "0x25", "fsc": "0x35"}
EXTERNAL = {"result": "fault", "ec": "0x25", "fsc": "0x10"}
UNDEFINED = {"result": "fault", "ec": "0x0", "fsc": "0x0"}
TRANSLATION = {"result": "fault", "ec": "0x25", "fsc": "0x07"}


@pytest.mark.parametrize("what, s1, s2, outcomes, how, where", (
    ("exclusive", "0x00", 7, ({"result": "ok"}, {"result": "failed"}, UNSUPPORTED, EXTERNAL), "IMPLEMENTATION DEFINED",
     "B2.12"),
    ("exclusive", "0x44", 7, ({"result": "ok"}, {"result": "failed"}, UNSUPPORTED), "IMPLEMENTATION DEFINED", "B2.12"),
    ("atomic", "0xff", 5, ({"result": "ok"}, {"result": "failed"}, UNSUPPORTED, EXTERNAL,
                           {"result": "fault", "ec": "0x2f", "fsc": "0x11"}), "IMPLEMENTATION DEFINED", "B2.2.6"),
    ("fetch", "0x0c", 7, ({"result": "ok"}, {"result": "fault", "ec": "0x21", "fsc": "0x0f"}), "CONSTRAINED UNPREDICTABLE",
     "Unpredictable_INSTRDEVICE"),
    ("fetch", "0xff", 1, ({"result": "ok"}, {"result": "fault", "ec": "0x21", "fsc": "0x10"}), "CONSTRAINED UNPREDICTABLE",
     "Unpredictable_INSTRDEVICE"),
    ("unaligned-load", "0x04", 7, ({"result": "ok"}, FAULTS, FAULTS | {"fresh": "ok"}), "IMPLEMENTATION DEFINED", "B2.8.2"),
    ("unaligned-store", "0xff", 1, ({"result": "ok"}, FAULTS), "IMPLEMENTATION DEFINED", "S2HasAlignmentFault"),
    ("unaligned-store", "0x04", 6, ({"result": "ok"}, FAULTS), "CONSTRAINED UNPREDICTABLE", "R_RMTWN"),
    ("dc-zva", "0x00", 6, ({"result": "ok"}, FAULTS), "CONSTRAINED UNPREDICTABLE", "R_RMTWN"),
    ("dc-gva", "0x00", 0, ({"result": "ok"}, FAULTS), "CONSTRAINED UNPREDICTABLE", "D10.3"),
    ("cpy", "0x00", 0, ({"result": "ok"}, FAULTS), "IMPLEMENTATION DEFINED", "B2.10.2.1"),
    ("ldnf1", "0xff", 7, ({"result": "ok", "loaded": 0}, {"result": "ok", "loaded": 1}), "CONSTRAINED UNPREDICTABLE",
     "Unpredictable_NONFAULT"),
    ("st64b", "0xff", 7, ({"result": "ok"}, UNSUPPORTED), "CONSTRAINED UNPREDICTABLE", "Unpredictable_LS64UNSUPPORTED"),
    ("swpp", "0x00", 0, ({"result": "ok"}, UNSUPPORTED), "IMPLEMENTATION DEFINED", "B2.2.6"),
    ("tag-store", "0x00", 0, ({"result": "ok"}, FAULTS), "CONSTRAINED UNPREDICTABLE", "Unpredictable_DEVICETAGSTORE"),
    ("tag-store", "0xf0", 1, ({"result": "ok"}, FAULTS), "CONSTRAINED UNPREDICTABLE", "Unpredictable_DEVICETAGSTORE"),
))
def test_what_the_architecture_leaves_open_is_no_difference(tmp_path, what, s1, s2, outcomes, how, where):
    place = {"t": "try", "s1": s1, "s2": s2, "what": what}
    for outcome in outcomes:
        records = lab_sample.sample(1, 1)
        records[records.index(next(r for r in records if place.items() <= r.items()))] = place | outcome
        result, page = make(tmp_path, records)
        assert ", none differ\n" in result.stdout
        listed = next(t for t in tables(page) if t[0][0] == "Access" and t[0][-1] == "Where it says so")
        assert any(how in row[3] and where in row[4] for row in listed[1:])
        marked = re.findall(f'<td class="[^"]* open" title="{s1} [^"]* under 0b{s2:04b} [^"]*; {how}: ', page)
        assert marked


@pytest.mark.parametrize("what, s1, s2, outcome, how", (
    ("unaligned-store", "0x04", 7, {"result": "failed"}, "IMPLEMENTATION DEFINED"),
    ("unaligned-load", "0xff", 1, UNDEFINED, "IMPLEMENTATION DEFINED"),
    ("unaligned-load", "0x04", 7, {"result": "failed", "fresh": "fault"}, "IMPLEMENTATION DEFINED"),
    ("unaligned-store", "0x00", 6, EXTERNAL, "CONSTRAINED UNPREDICTABLE"),
    ("dc-zva", "0x00", 6, TRANSLATION, "CONSTRAINED UNPREDICTABLE"),
    ("dc-zva", "0x00", 6, {"result": "failed"}, "CONSTRAINED UNPREDICTABLE"),
    ("tag-store", "0x00", 0, {"result": "failed"}, "CONSTRAINED UNPREDICTABLE"),
    ("tag-store", "0xf0", 1, UNDEFINED, "CONSTRAINED UNPREDICTABLE"),
    ("dc-gva", "0x00", 0, TRANSLATION, "CONSTRAINED UNPREDICTABLE"),
    ("dc-gzva", "0x00", 0, {"result": "failed"}, "CONSTRAINED UNPREDICTABLE"),
    ("fetch", "0x0c", 7, {"result": "fault", "ec": "0x21", "fsc": "0x07"}, "CONSTRAINED UNPREDICTABLE"),
    ("fetch", "0x0c", 6, {"result": "fault", "ec": "0x21", "fsc": "0x10"}, "CONSTRAINED UNPREDICTABLE"),
    ("fetch", "0xff", 1, {"result": "fault", "ec": "0x21", "fsc": "0x0f"}, "CONSTRAINED UNPREDICTABLE"),
    ("ldnf1", "0xff", 7, FAULTS, "CONSTRAINED UNPREDICTABLE"),
    ("exclusive", "0x00", 7, UNDEFINED, "IMPLEMENTATION DEFINED"),
    ("atomic", "0xff", 5, TRANSLATION, "IMPLEMENTATION DEFINED"),
    ("casp", "0x44", 7, FAULTS, "IMPLEMENTATION DEFINED"),
    ("st64b", "0xff", 7, {"result": "failed"}, "CONSTRAINED UNPREDICTABLE"),
    ("cpy", "0x00", 0, {"result": "failed"}, "IMPLEMENTATION DEFINED"),
    ("set", "0x00", 0, TRANSLATION, "IMPLEMENTATION DEFINED"),
    ("other-cpu", "0xff", 7, TRANSLATION, "IMPLEMENTATION DEFINED"),
))
def test_what_is_none_of_the_permitted_outcomes_is_a_difference(tmp_path, what, s1, s2, outcome, how):
    """Open is the choice between what the manual names, and nothing else."""
    place = {"t": "try", "s1": s1, "s2": s2, "what": what}
    records = lab_sample.sample(1, 1)
    if what == "other-cpu":
        changed(records, {"par_s12": "0xff00000040000000"}, t="cell", s1=s1, s2=s2)     # not shareable
    records[records.index(next(r for r in records if place.items() <= r.items()))] = place | outcome
    result, page = make(tmp_path, records)
    assert ", 1 differs\n" in result.stdout
    listed = next(t for t in tables(page) if t[0][0] == "Access" and t[0][-1] == "Rule")
    assert len(listed) == 2 and how in listed[1][-1]
    assert re.search(f'<td class="[^"]* diff" title="{s1} [^"]* under 0b{s2:04b} [^"]*; the architecture says otherwise"', page)


def test_normal_shareable_memory_leaves_nothing_open(tmp_path):
    """Only what the rules name is open: no kind of access to ordinary memory is."""
    _, page = make(tmp_path, lab_sample.sample(1, 1))
    open_there = set(re.findall('<td class="[^"]* open" title="0x(?:ff|f0) [^"]* under 0b0111 [^"]*; ([A-Z ]+: [^"]*)"', page))
    assert open_there == {f"{rule.how}: {rule.choices}" for rule in (behaviour.OPEN["ls64"], behaviour.OPEN["no fault"])}


def test_the_rules_for_other_bytes_are_those_of_the_architectures_table():
    """attr.combine() is written apart from the hypervisor's combine(): it says the same as the table, and as that one."""
    table = attr.read_matrix().rows
    assert len(table) == 344
    for (fwb, mte_perm, s1, s2), want in table.items():
        assert attr.combine(s1, s2, fwb, mte_perm) == want
    for fwb, mte_perm in itertools.product((0, 1), (0, 1)):
        mavis = lab_sample.combine(fwb, mte_perm)
        ours = {(s1, s2): attr.combine(s1, s2, fwb, mte_perm) for s1, s2 in itertools.product(range(256), range(16))}
        assert {place: want for place, want in ours.items() if want is not None} == mavis


def test_several_runs_are_in_one_page(tmp_path):
    result, page = make(tmp_path, lab_sample.qemu("max") + lab_sample.qemu("cortex-a72"))
    assert len(result.stdout.splitlines()) == 2
    text = text_of(page)
    for words in ("qemu virt, -cpu max", "qemu virt, -cpu cortex-a72", "Arm Cortex-A72 r0p3", "MIDR 0x410fd083", "QEMU 10.0.2",
                  "HCR_EL2.FWB = 1", "HCR_EL2.FWB = 0", "62.5 MHz", "0x7c000000 , 2 MiB"):
        assert words in text


def test_a_page_needs_nothing_but_itself(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(lab_sample.lines(lab_sample.qemu("max")))
    (tmp_path / "b.json").write_text(lab_sample.lines(lab_sample.qemu("cortex-a72")))
    assert report(path, "-o", tmp_path / "one").returncode == 0
    assert report("--compare", path, tmp_path / "b.json", "-o", tmp_path / "two").returncode == 0
    for name in ("one", "two"):
        page = (tmp_path / name).read_text()
        assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
        assert not re.search(r"https?:|<(script|link|img|iframe|object)|@import|url\(", page)
        assert all(ref.startswith("#run") for ref in re.findall(r'(?:href|src)="([^"]*)"', page))
        for name in ("table", "tr", "td", "th", "div", "section", "p", "span", "dl", "ul", "li"):
            assert len(re.findall(f"<{name}[ >]", page)) == page.count(f"</{name}>"), name


def test_what_the_log_says_is_text_in_the_page(tmp_path):
    evil = '<script>alert("1")</script>'
    _, page = make(tmp_path, lab_sample.sample(machine={"machine": evil}, tree_model=evil))
    assert "<script" not in page and "&lt;script&gt;" in page
    _, page = compare(tmp_path, lab_sample.sample(machine={"machine": evil}), lab_sample.sample(cell=lab_sample.qemu_cell))
    assert "<script" not in page and "alert(&quot;" in page and 'alert("' not in page


def test_the_picture_is_a_png(tmp_path):
    records = changed(lab_sample.qemu("max"), {"par_s12": "0x80d"}, t="cell", s1="0xff", s2=7)
    make(tmp_path, records, "--png", tmp_path / "lab.png")
    data = (tmp_path / "lab.png").read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(data[16:20], "big") > 1500 and int.from_bytes(data[20:24], "big") > 1000


def test_the_picture_shows_a_fault_as_a_fault(tmp_path):
    pictures = []
    for par in ("0x80d", "0x80c"):
        records = changed(lab_sample.sample(), {"par_s12": par}, t="cell", s1="0xff", s2=7)
        records = [r for r in records if r["t"] != "try"]
        records[-1]["tries"] = 0
        make(tmp_path, records, "--png", tmp_path / "lab.png")
        pictures.append((tmp_path / "lab.png").read_bytes())
    assert pictures[0] != pictures[1]


SERIAL = TOP / "tests/data/lab-serial.log"


def test_a_serial_log_has_other_text_around(tmp_path):
    page = tmp_path / "serial.html"
    result = report(SERIAL, "-o", page)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == ("Raspberry Pi 4 Model B, FWB off: 4 cells, 1 differs from the architecture; 5 accesses that the "
                             "architecture has a rule for, none differ\n")
    text = text_of(page.read_text())
    assert "Arm Cortex-A72 r0p3" in text and "Mavis 0.2 Mavis's control interface 1.0" in text


def test_a_serial_line_is_read_until_the_lab_is_done(tmp_path):
    """No end of file comes on a serial line."""
    page = tmp_path / "live.html"
    start = time.monotonic()
    with subprocess.Popen([TOOL, "-", "-o", page], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        data = SERIAL.read_text()
        child.stdin.write(data[:700])
        child.stdin.flush()
        child.stdin.write(data[700:])
        child.stdin.flush()
        try:
            assert child.wait(timeout=120) == 0
        finally:
            child.kill()
        assert "4 cells, 1 differs" in child.stdout.readline()
    assert time.monotonic() - start > 2
    assert page.exists()


def test_a_log_that_ends_early_says_so(tmp_path):
    records = lab_sample.sample()
    result, page = make(tmp_path, records[:-1])
    assert "ends before the lab did" in result.stderr and "ends before the lab did" in page
    lost = [r for r in records if (r["t"], r.get("s1"), r.get("s2")) != ("cell", "0x44", 5)]
    result, page = make(tmp_path, lost)
    assert "it printed 128 cells; 127 are in the log" in result.stderr and "127 are in the log" in page


LAB = '{"t":"lab","v":1,"midr":"0x410fd083","fwb":0,"mte":0,"mte_perm":0}\n'
LITMUS = '{"t":"litmus","test":"MP","x":0,"y":0,"p0":"","p1":"","rounds":1,"weak":0,"seen":{}}\n'
CELL = '{"t":"cell","s1":"0x44","s2":5,"status":0,"par":"0x4400000000000100"}\n'


@pytest.mark.parametrize("text, said", (
    ("", "line 1: t: no lab record"),
    ("Starting kernel ...\n", "line 1: not JSON"),
    (LAB + "\n" + CELL[:40] + "\n" + CELL, "line 3: not JSON"),
    (LAB + CELL[:40] + "\n\n" + LAB, "line 2: not JSON"),
    (LAB + "Starting kernel ...\n", "line 2: not JSON"),
    (LAB[:40], "line 1: not JSON"),
    ('{"t":"partial","why":"Ctrl-C"}', "line 1: nothing of the lab's came before it: Ctrl-C"),
    (LAB + CELL + '{"t":"partial"}', "line 3: partial: why: missing"),
    (LAB + '{"t":"partial","why":"Ctrl-C"}\n' + CELL, "line 3: t: a cell without a lab record"),
    (LAB + '{"t":"cel"}\n', 'line 2: t: "cel" is none of'),
    (LAB + '[1]\n', "line 2: t: null is none of"),
    (CELL, "line 1: t: a cell without a lab record"),
    (LAB.replace("1,", "3,", 1), "line 1: lab: v: 3: this report reads versions 1 and 2 only"),
    (LAB + LITMUS.replace("MP", "XX"), 'line 2: litmus: test: "XX" is none'),
    (LAB + LITMUS.replace("{}", "1"), "line 2: litmus: seen: 1 are not"),
    (LAB.replace('"midr":"0x410fd083",', ""), "line 1: lab: midr: missing"),
    (LAB.replace("0x410fd083", "Cortex"), "line 1: lab: midr: 'Cortex' is not a number"),
    (LAB.replace('"fwb":0', '"fwb":2'), "line 1: lab: fwb: 2 is neither 0 nor 1"),
    (LAB + CELL.replace('"s2":5', '"s2":16'), "line 2: cell: s2: 16 is not in 0 to 0xf"),
    (LAB + CELL.replace('"0x44"', '"0x144"'), "line 2: cell: s1: 324 is not in 0 to 0xff"),
    (LAB + CELL.replace('"0x44"', "true"), "line 2: cell: s1: true is not a number"),
    (LAB + CELL.replace(',"par":"0x4400000000000100"', ""), "line 2: cell: par: missing"),
    (LAB + CELL + CELL, "line 3: cell: s1, s2: the same as in line 2"),
    (LAB + '{"t":"try","s1":0,"s2":0,"what":"jump","result":"ok"}\n', 'line 2: try: what: "jump" is none of load'),
    (LAB + '{"t":"try","s1":0,"s2":0,"what":"load","result":"maybe"}\n', 'line 2: try: result: "maybe" is none of ok'),
    (LAB + '{"t":"end","cells":1}\n', "line 2: end: tries: missing"),
))
def test_malformed_input_is_refused_by_line_and_field(tmp_path, text, said):
    assert refused(tmp_path, text).startswith(said)


def test_what_is_missing_is_refused_by_name(tmp_path):
    result = report(tmp_path / "none.json")
    assert result.returncode == 1 and result.stderr == f"report: {tmp_path}/none.json: No such file or directory\n"
    (tmp_path / "lab.json").write_text(LAB + CELL)
    result = report(tmp_path / "lab.json", "--table", tmp_path / "none.csv")
    assert result.returncode == 1 and "none.csv: not found" in result.stderr


def test_the_table_may_come_from_a_stored_copy(tmp_path):
    path = tmp_path / "lab.json"
    path.write_text(lab_sample.lines(lab_sample.sample(1, 1, 0, cell=lab_sample.qemu_cell)))
    stored = TOP / "tests/data/stage1-stage2.csv"
    result = report(path, "--table", stored)
    assert "6 differ from the architecture" in result.stdout
    bent = tmp_path / "bent.csv"
    bent.write_text(re.sub(r"^(1,0,0xff,.*,0b0111,.*),0xff$", r"\1,0x44", stored.read_text(), flags=re.M))
    assert "7 differ from the architecture" in report(path, "--table", bent).stdout


def compare(tmp_path, a, b):
    for name, records in (("a", a), ("b", b)):
        (tmp_path / f"{name}.json").write_text(lab_sample.lines(records))
    page = tmp_path / "both.html"
    result = report("--compare", tmp_path / "a.json", tmp_path / "b.json", "-o", page)
    assert result.returncode == 0, result.stderr
    return result.stdout, page.read_text()


def test_two_machines_that_are_alike_have_nothing_to_compare(tmp_path):
    said, page = compare(tmp_path, lab_sample.sample(seed=1), lab_sample.sample(seed=2))
    assert "56 cells in common, none different; 1,792 accesses in common, none different" in said
    same, _ = compare(tmp_path, lab_sample.sample(), lab_sample.sample(cell=lambda *c: {0x44: 0x40}.get(c[2], c[2])))
    assert same == said
    assert "No cell differs." in page and "No access differs." in page and "<td" not in page


def test_a_comparison_shows_only_what_differs(tmp_path):
    a = lab_sample.sample(machine={"machine": "board", "cpu": "one"})
    b = lab_sample.sample(machine={"machine": "board", "cpu": "two"}, cell=lab_sample.qemu_cell,
                          attempt=lambda what, s1, attr, result: {"result": "ok"} if what == "dc-zva" else result)
    said, page = compare(tmp_path, a, b)
    assert "56 cells in common, 6 different; 1,792 accesses in common, 44 different" in said
    lists = {t[0][0]: t[1:] for t in tables(page)}
    assert ["Device-nGnRE 0x04", "Device-GRE 0b0011", "Device-nGnRE 0x04", "Device-GRE 0x0c"] in lists["Stage 1"]
    assert len(lists["Stage 1"]) == 6
    assert {row[0] for row in lists["Access"]} == {"DC ZVA (44)"}
    assert {tuple(row[2:]) for row in lists["Access"]} == {("alignment fault (FSC 0x21)", "works")}
    assert lists[""] == []              # the machines themselves are alike


def test_with_and_without_fwb_encodings_are_compared_by_meaning(tmp_path):
    said, page = compare(tmp_path, lab_sample.sample(1, 1), lab_sample.sample(0, 1))
    assert "48 cells in common, none different" in said
    said, page = compare(tmp_path, lab_sample.sample(1, 1), lab_sample.sample(0, 0))
    assert "42 cells in common, none different, 6 on one of them alone" in said
    assert "Only A can have (6): Tagged under" in text_of(page)
    assert "B has no tag store, tag load, tag check, DC GVA, DC GZVA." in text_of(page) and "No access differs." in page


def test_one_run_of_a_file_can_be_chosen(tmp_path):
    path = tmp_path / "lab.json"
    path.write_text(lab_sample.lines(lab_sample.qemu("max") + lab_sample.qemu("cortex-a72")))
    result = report("--compare", f"{path}:1", f"{path}:2", "-o", tmp_path / "x.html")
    assert result.stdout.startswith("qemu virt, -cpu max, FWB on and qemu virt, -cpu cortex-a72, FWB off: ")
    result = report("--compare", path, path)
    assert result.returncode == 1 and f"{path}: 2 runs: choose one" in result.stderr
    result = report("--compare", f"{path}:3", path)
    assert result.returncode == 1 and "no number 3" in result.stderr


def test_the_samples_are_what_the_tool_would_read(tmp_path):
    """The generator is also a program, to look at a page without a machine."""
    out = subprocess.run([lab_sample.__file__], check=True, capture_output=True, text=True, timeout=60).stdout
    assert all(json.loads(line)["t"] in ("run", "lab", "cell", "try", "end") for line in out.splitlines())
    result, _ = make(tmp_path, out)
    assert "56 cells, 6 differ" in result.stdout and "91 cells, 8 differ" in result.stdout


def test_strict_tells_differences_by_the_exit_status(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(lab_sample.lines(lab_sample.sample()))
    bad.write_text(lab_sample.lines(lab_sample.sample(cell=lab_sample.qemu_cell)))
    page = tmp_path / "page.html"
    for arguments, differs in (((good,), False), ((bad,), True), (("--compare", good, good), False),
                               (("--compare", good, bad), True)):
        assert report(*arguments).returncode == 0
        page.unlink(missing_ok=True)
        assert report(*arguments, "--strict", "-o", page).returncode == (3 if differs else 0)
        assert page.exists()
    assert report("--strict", tmp_path / "none.json").returncode == 1
