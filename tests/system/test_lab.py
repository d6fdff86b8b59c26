# SPDX-License-Identifier: Apache-2.0
"""The attribute lab: its cells are the architecture's, but for what QEMU is known to get wrong, and its log arrives whole."""

import csv
import json
import subprocess

import pytest

import boards
import bundles
import machine
from labreport import attr, check, litmus, log

TOOL = machine.TOP / "tools/lab"
LAB = machine.BUILD / "lab/lab.bin"
LAB_BASE = 0x44000000
S1 = (0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff, 0xf0)
TRIES_PER_CELL = 32
TAGGED = 0xf0
XS0 = {0x01, 0x05, 0x09, 0x0d, 0x40, 0xa0}
ALIGNMENT, TAG_CHECK = "0x21", "0x11"

RUNS = {
    "fwb": ("max", "lab", {"fwb": 1, "mte": 1}),
    "no-fwb": ("max", "lab-no-fwb", {"fwb": 0, "mte": 1}),
    "a72": ("cortex-a72", "lab", {"fwb": 0, "mte": 0}),
}


def measure(output, cpu, bundle, **options):
    command = [TOOL, "-o", output, "--image", machine.IMAGE, "--qemu", machine.QEMU, "--run", f"{cpu}={bundle}",
               "--patience", str(machine.patience())]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    subprocess.run(command, check=True)
    return [json.loads(line) for line in output.read_text().splitlines()]


class Found:
    """A run, its numbers as numbers."""

    def __init__(self, records):
        self.run, self.lab, self.end = records[0], records[1], records[-1]
        self.cells = {(int(r["s1"], 16), r["s2"]): r for r in records if r["t"] == "cell"}
        self.tries = {(int(r["s1"], 16), r["s2"], r["what"]): r for r in records if r["t"] == "try"}
        self.records = records
        self.litmus = [r for r in records if r["t"] == "litmus"]

    def attr(self, s1, s2, field="par_s12"):
        """ATTR of a cell's PAR_EL1."""
        par = int(self.cells[s1, s2][field], 16)
        assert not par & 1, f"stage 1 {s1:#04x}, stage 2 {s2}: {field} says fault: {par:#x}"
        return par >> 56

    def architecture(self):
        """{(s1, s2): ATTR} of this CPU."""
        with open(machine.TOP / "tests/data/stage1-stage2.csv", encoding="utf-8") as f:
            return {(int(r["s1_mair"], 16), int(r["s2_memattr"], 2)): int(r["par_attr"], 16) for r in csv.DictReader(f)
                    if (int(r["fwb"]), int(r["mte_perm"])) == (self.lab["fwb"], self.lab["mte_perm"]) and
                    (self.lab["mte"] or r["s1_mair"] != f"{TAGGED:#04x}")}


def is_device(attr):
    return attr < 0x10


# Normal memory that is Non-cacheable at the inner level.
INNER_NC_S1, INNER_NC_S2 = {0x44}, {0b0101, 0b1001, 0b1101}


def qemu_differs(lab, s1, s2):
    """What QEMU 10.0 gets wrong. With FWB, where both stages say Device it takes stage 2's type, even if stage 1's is the
    stronger. Without, it takes inner Non-cacheable for Device-nGnRE, which then wins over the weaker Device types."""
    if lab["fwb"]:
        return is_device(s1) and s2 < 4 and s1 >> 2 < s2
    return (s1 in (0x08, 0x0c) and s2 in INNER_NC_S2) or (s1 in INNER_NC_S1 and s2 in (0b0010, 0b0011))


@pytest.fixture(scope="module", params=RUNS)
def found(request, tmp_path_factory):
    cpu, bundle, says = RUNS[request.param]
    output = tmp_path_factory.mktemp("lab") / "lab.json"
    f = Found(measure(output, cpu, machine.BUILD / f"lab/{bundle}.cpio"))
    assert f.lab | says == f.lab
    f.findings = check.check(log.read_runs(output)[0], attr.read_matrix())
    return f


def test_the_log_has_every_cell_and_every_try(found):
    measured = {place for place, cell in found.cells.items() if cell["status"] == 0}
    assert set(found.cells) == {(s1, s2) for s1 in S1 for s2 in range(16)}
    assert measured == {(s1, s2) for s1, s2 in found.architecture() if s1 in S1}
    assert all(cell["status"] == "reserved" for place, cell in found.cells.items() if place not in measured)
    assert len(found.tries) == TRIES_PER_CELL * len(measured)
    assert found.lab["cpus"] == 2
    assert found.lab["target"] == "0x7c000000"
    assert found.lab["mavis"] == "1.1"


def test_every_line_is_as_the_schema_says(found):
    schema = json.loads((machine.TOP / "docs/schemas/lab.schema.json").read_text())
    kinds = {kind["title"]: kind for kind in schema["oneOf"]}
    assert {r["t"] for r in found.records} == set(kinds) - {"partial"}
    for r in found.records:
        assert set(kinds[r["t"]]["required"]) <= set(r) <= set(kinds[r["t"]]["properties"]), r


def test_the_cpu_says_what_it_is(found):
    ids = next(r for r in found.records if r["t"] == "id")
    assert ids["midr"] == found.lab["midr"]
    assert {"ccsidr_1d", "ccsidr_1i", "ccsidr_2d"} <= set(ids)
    assert (int(ids["pfr1"], 16) >> 8 & 0xf >= 2) == found.lab["mte"]
    assert ids["errata"] == ("" if found.lab["mte"] else "1319367")


def test_cells_are_the_architectures_but_for_qemus_known_differences(found):
    want = {place: attr for place, attr in found.architecture().items() if place[0] in S1}
    for field in ("par_s12", "par_s12_w"):
        wrong = {place for place, attr in want.items() if found.attr(*place, field) != attr}
        assert wrong == {place for place in want if qemu_differs(found.lab, *place)}


def test_el1_sees_stage_1_alone(found):
    for (s1, s2), cell in found.cells.items():
        if cell["status"] == 0:
            assert found.attr(s1, s2, "par") == found.attr(s1, s2, "par_w") == s1


def test_aligned_accesses_work_everywhere_and_the_other_cpu_sees_them(found):
    for (_, _, what), t in found.tries.items():
        if what in EVERYWHERE:
            assert t["result"] == "ok", t
        if what in ON_MAX:
            assert t["result"] == ("ok" if found.lab["mte"] else "absent"), t
        if what in ON_NO_QEMU:
            assert t["result"] == "absent", t
        if what == "other-cpu":
            assert t["result"] == "seen", t


# What works on every type, and what needs which of the guest's features.
EVERYWHERE = ("load", "store", "ldp-16", "stp-16", "exclusive", "ldar", "stlr", "dc-cvac", "dc-ivac", "prfm", "tlbi")
ON_MAX = ("ldapr", "casp", "cpy", "set", "ldff1", "ldnf1", "dc-gva", "dc-gzva", "tlbi-nxs")
ON_NO_QEMU = ("swpp", "ld64b", "st64b")


@pytest.mark.parametrize("what", ["unaligned-load", "unaligned-store"])
def test_unaligned_accesses_fault_on_device_memory_alone(found, what):
    """Whether they do is open for RAM that is Device; in QEMU they do. It forgets stage 1's Device type once the page is in its
    TLB, if stage 2 says Normal: there `fresh` has the fault."""
    for (s1, s2), attr in found.architecture().items():
        t = found.tries[s1, s2, what]
        if is_device(s1) or is_device(attr):
            assert t["result"] == "fault" or t["fresh"] == "fault", t
            assert t.get("fsc", ALIGNMENT) == ALIGNMENT, t
            assert is_device(s1) or "fresh" not in t, t
        else:
            assert t["result"] == "ok" and "fresh" not in t, t


def test_the_report_finds_no_access_against_the_architecture_but_qemus_known_ones(found):
    """Of what is open QEMU makes choices that the manual names."""
    assert {d.where for d in found.findings.accesses} == ({"dc-zva", "ldnf1"} if found.lab["mte"] else {"dc-zva"})
    kinds = {what for what, _, _ in found.findings.open}
    assert {"unaligned-load", "unaligned-store", "exclusive", "fetch"} <= kinds


def test_tags_are_kept_and_checked_in_tagged_memory_alone(found):
    for (s1, s2), attr in found.architecture().items():
        store, load, check = (found.tries[s1, s2, what] for what in ("tag-store", "tag-load", "tag-check"))
        if not found.lab["mte"]:
            assert {t["result"] for t in (store, load, check)} == {"absent"}
            continue
        assert store["result"] == load["result"] == "ok"
        assert load["tag"] == (5 if attr == TAGGED else 0), load
        assert check["result"] == ("fault" if attr == TAGGED else "ok"), check
        assert check.get("fsc", TAG_CHECK) == TAG_CHECK


def test_shareability_is_the_wider_of_the_two(found):
    """Outer over inner over none; memory that nothing caches is outer shareable."""
    shares = [r for r in found.records if r["t"] == "share"]
    assert len(shares) == 27 == found.end["share"]
    for r in shares:
        want = 2 if r["s1"] in ("0x00", "0x44") or 2 in (r["s1_sh"], r["s2_sh"]) else max(r["s1_sh"], r["s2_sh"])
        assert int(r["par_s12"], 16) >> 7 & 3 == want, r
        assert r["other"] == "seen", r


def test_two_mappings_of_a_page_are_one_memory(found):
    """QEMU has no caches: nothing is stale, whatever the manual asks for."""
    aliases = [r for r in found.records if r["t"] == "alias"]
    sides = 6 if found.lab["mte"] else 5
    assert len(aliases) == sides * (sides - 1) * 3 == found.end["alias"]
    assert all(r["stale"] == 0 and r["rounds"] == 100 and "result" not in r for r in aliases)


def test_mappings_that_are_to_differ_in_shareability_do(found):
    """The wider of the two stages counts, so stage 2 says nothing wider than a mapping's own; tags and types differ as well."""
    aliases = [r for r in found.records if r["t"] == "alias"]
    for r in aliases:
        for name in ("x", "y"):
            par = int(r[f"{name}_par_s12"], 16)
            assert not par & 1 and par >> 56 == int(r[name], 16), r
            assert par >> 7 & 3 == (2 if r[name] in ("0x00", "0x44") else r[f"{name}_sh"]), r
    assert {(r["x_sh"], r["y_sh"]) for r in aliases if r["x"] == r["y"] == "0xff"} == {(0, 3), (3, 0)}


def test_a_devices_dma_is_seen_and_sees(found):
    """QEMU has no caches, and its edu reads and writes memory as it is: of 64 lines none is stale, either way."""
    dmas = [r for r in found.records if r["t"] == "dma"]
    assert [(r["s1"], r["care"]) for r in dmas] == [(s1, care) for s1 in ("0x00", "0x44", "0xbb", "0xff")
                                                    for care in ("none", "dmb", "maintain")]
    assert all((r["coherent"], r["lines"], r["to_device"], r["to_memory"]) == (1, 64, 0, 0) for r in dmas)
    assert found.end["dma"] == 12


def test_nothing_is_read_that_no_program_reads(found):
    """QEMU does not speculate. The card's register would tell: a load by each type clears it."""
    speculations = [r for r in found.records if r["t"] == "speculation"]
    assert [r["s1"] for r in speculations] == ["0x00", "0x04", "0x08", "0x0c", "0x44"]
    assert all((r["tells"], r["touched"], r["rounds"]) == (1, 0, 256) for r in speculations)
    assert found.end["speculation"] == 5


def test_every_type_is_timed(found):
    speeds = [r for r in found.records if r["t"] == "speed"]
    assert [r["s1"] for r in speeds] == ["0x00", "0x04", "0x08", "0x0c", "0x44", "0xbb", "0xff"]
    assert all(0 < r[name] < 2 ** 63 for r in speeds for name in ("chase", "read", "write"))


# Thread by thread, what the litmus tests do: (kind, location, value or the name of what is loaded); and what is looked at.
X, Y = "x", "y"
LITMUS = {
    "MP": ((("W", X, 1), ("W", Y, 1)), (("R", Y, "a"), ("R", X, "b")), ("a", "b"), {(1, 0)}),
    "SB": ((("W", X, 1), ("R", Y, "a")), (("W", Y, 1), ("R", X, "b")), ("a", "b"), {(0, 0)}),
    "LB": ((("R", X, "a"), ("W", Y, 1)), (("R", Y, "b"), ("W", X, 1)), ("a", "b"), {(1, 1)}),
    "S": ((("W", X, 2), ("W", Y, 1)), (("R", Y, "a"), ("W", X, 1)), ("a", X), {(1, 2)}),
    "R": ((("W", X, 1), ("W", Y, 1)), (("W", Y, 2), ("R", X, "a")), (Y, "a"), {(2, 0)}),
    "2+2W": ((("W", X, 1), ("W", Y, 2)), (("W", Y, 1), ("W", X, 2)), (X, Y), {(1, 1)}),
    "CoRR": ((("W", X, 1),), (("R", X, "a"), ("R", X, "b")), ("a", "b"), {(1, 0)}),
    "CoWW": ((("W", X, 1), ("W", X, 2)), (("R", X, "a"),), (X, ""), {(1, 0)}),
    "CoWR": ((("W", X, 1), ("R", X, "a")), (("W", X, 2),), ("a", X), {(0, 0), (0, 1), (0, 2), (0, 3), (2, 1)}),
    "CoRW": ((("R", X, "a"), ("W", X, 1)), (("W", X, 2),), ("a", X), {(1, 0), (1, 1), (1, 2), (1, 3), (2, 2)}),
}


def interleaved(p0, p1, state):
    """What there is in the end, if one access is made after the other, in every order."""
    if not p0 and not p1:
        yield state
    for first, rest in ((p0, lambda: (p0[1:], p1)), (p1, lambda: (p0, p1[1:]))):
        if first:
            kind, where, what = first[0]
            change = {where: what} if kind == "W" else {what: state[where]}
            yield from interleaved(*rest(), state | change)


def qemu_reorders(name, p0, p1):
    """What QEMU's threads leave to the host, and a host with store buffers (x86) shows: a store and a later load, with DSB ST
    between, or as STLR and LDAR."""
    edges = {edge for body, edge in zip(litmus.TESTS[name], (p0, p1)) if body == "W R"}
    return bool(edges & {"dsb st", "stlr..ldar"})


def test_litmus_tests_see_what_can_be_and_nothing_forbidden(found):
    model = litmus.read_model()
    assert len(found.litmus) == found.lab["plan"]["litmus"] == found.end["litmus"] > 900
    pairs = {(r["x"], r["y"]) for r in found.litmus}
    assert pairs == {(x, y) for x in ("0x00", "0x44", "0xff") for y in ("0x00", "0x44", "0xff")}
    for name, (p0, p1, see, weak) in LITMUS.items():
        ordered = {tuple(state.get(what, 0) for what in see) for state in interleaved(p0, p1, {X: 0, Y: 0, "": 0})}
        assert not ordered & weak
        records = [r for r in found.litmus if r["test"] == name]
        assert {(r["x"], r["y"]) for r in records} == (pairs if Y in str(p0) else {(x, y) for x, y in pairs if x == y})
        for r in records:
            seen = {tuple(map(int, key.split(","))): n for key, n in r["seen"].items()}
            assert sum(seen.values()) == r["rounds"] == 256
            assert set(seen) <= ordered | weak, r
            assert r["weak"] == sum(seen.get(outcome, 0) for outcome in weak)
            forbidden = model.forbidden(name, r["p0"], r["p1"])
            assert not (r["weak"] and forbidden) or qemu_reorders(name, r["p0"], r["p1"]), r


def test_every_edge_of_the_architectures_table_is_tried(found):
    """LDAPR needs FEAT_LRCPC, which the Cortex-A72 does not have."""
    tried = {(litmus.TESTS[r["test"]][i], r[edge]) for r in found.litmus for i, edge in enumerate(("p0", "p1"))}
    model = litmus.read_model()
    left_out = {(a, edge) for a, edge in model.known if "ldapr" in edge and not found.lab["fwb"] and not found.lab["mte"]}
    assert {t for t in tried if t[0] != litmus.COHERENCE} == model.known - left_out


def bundle_with(folder, bootargs, **options):
    text = (machine.TOP / "configs/lab.dts").read_text().replace('bootargs = "quick dma";', f'bootargs = "{bootargs}";')
    return bundles.make(folder / "lab.cpio", bundles.config(folder / "lab.dts", text=text), kernel=LAB, ramdisk=None,
                        load=LAB_BASE, **options)


def test_all_mair_bytes_are_measured_on_request(tmp_path):
    found = Found(measure(tmp_path / "lab.json", "max", bundle_with(tmp_path, "all-mair rounds=0")))
    assert found.lab["plan"] == {"cell": 256 * 16, "litmus": 0} and found.end["litmus"] == 0
    matrix = attr.read_matrix()
    want = {(s1, s2): matrix.expected(1, 0, s1, s2) for s1 in range(256) for s2 in range(16)}
    want = {place: byte for place, byte in want.items() if byte is not None}
    assert set(found.cells) == {(s1, s2) for s1 in range(256) for s2 in range(16)}
    # Those with XS = 0 are no rows of the table.
    measured = {place for place, cell in found.cells.items() if cell["status"] == 0 and place[0] not in XS0}
    assert measured == set(want)
    wrong = {place for place in measured if found.attr(*place) != want[place]}
    assert wrong == {place for place in measured if qemu_differs(found.lab, *place)}


def test_one_cpu_has_no_other(tmp_path):
    found = Found(measure(tmp_path / "lab.json", "cortex-a72", machine.BUILD / "lab/lab.cpio", smp=1))
    assert found.lab["cpus"] == 1
    assert {t["result"] for (_, _, what), t in found.tries.items() if what == "other-cpu"} == {"absent"}


@pytest.mark.all
@pytest.mark.parametrize("name", ["zcu102", "imx8mp", "versal"])
def test_emulated_boards_have_their_own_log(tmp_path, name):
    board, output = boards.find(name), tmp_path / "lab.json"
    bundle = bundle_with(tmp_path, "rounds=0")
    subprocess.run([TOOL, "-o", output, "--image", machine.IMAGE, "--qemu", machine.QEMU, "--board", f"{name}={bundle}",
                    "--tree", machine.board_tree(board), "--patience", str(machine.patience())], check=True)
    found = Found([json.loads(line) for line in output.read_text().splitlines()])
    assert found.run["machine"] == f"{board.title}, emulated" and found.run["qemu"]
    want = {place: attr for place, attr in found.architecture().items() if place[0] in S1}
    assert {place for place in want if found.attr(*place) != want[place]} == {
        place for place in want if qemu_differs(found.lab, *place)}
    assert found.tries[0, 0, "unaligned-store"]["result"] == "fault"


@pytest.mark.parametrize("name, why", [
    ("raspi3b", "mavis: error: bundle: load address 0x44000000 is not in memory that the guest can execute"),
    ("none", "none: no such board; there are virt"),
])
def test_a_board_that_cannot_have_it_is_refused_at_once(tmp_path, name, why):
    tree = machine.board_tree(boards.find(name)) if name != "none" else "none.dtb"
    done = subprocess.run([TOOL, "-o", tmp_path / "lab.json", "--image", machine.IMAGE, "--qemu", machine.QEMU, "--board",
                           f"{name}={machine.BUILD / 'lab/lab.cpio'}", "--tree", tree],
                          capture_output=True, text=True, timeout=machine.patience(), check=False)
    assert done.returncode == 1 and done.stderr.startswith("lab: ") and why in done.stderr, done.stderr
