# SPDX-License-Identifier: Apache-2.0
"""tools/explorer's page, by clicks and keys in a browser, against the tables that it is made of."""

import csv
import os
import subprocess
import sys

import pytest

import browser
import lab_sample

TOP = lab_sample.TOP
TOOL = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"

sys.path.insert(0, str(TOP / "tools"))

from labreport import attr, behaviour  # noqa: E402  (found through the line above)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    path = folder / "explorer.html"
    done = subprocess.run([TOP / "tools/explorer", "--regions", TOOL, "-o", path], capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0, done.stderr
    with browser.browser() as running:
        running.url = path.as_uri()
        yield running


@pytest.fixture(autouse=True)
def fresh(page):
    """Each test begins with the page as it opens."""
    page.screen(1200)
    page.open(page.url)


def words(page, selector):
    return page.run(f"document.querySelector({selector!r}).innerText.replace(/\\s+/g, ' ').trim()")


def choose(page, select, value):
    """As a user does: the box gets the focus, and its value changes."""
    page.run(f"(e => {{ e.focus(); e.value = {value!r}; e.dispatchEvent(new Event('change')) }})"
             f"(document.getElementById({select!r}))")
    assert page.run(f"document.getElementById({select!r}).value") == value


def flags(page, **wanted):
    for name, value in wanted.items():
        if page.run(f"document.getElementById({name!r}).checked") != value:
            page.click(f"#{name}")
        assert page.run(f"document.getElementById({name!r}).checked") == value


def cell(s1, s2):
    return f'#grid td[data-s1="{s1:02x}"][data-s2="{s2}"]'


def table_rows():
    with open(TOP / "tests/data/stage1-stage2.csv", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def test_the_page_needs_nothing_beside_it(page):
    assert page.run("performance.getEntriesByType('resource').length") == 0
    assert page.run("document.querySelectorAll('link, script[src], img').length") == 0
    text = page.run("document.documentElement.outerHTML")
    assert "Made by" in text and "http" not in text.split("<script>")[0]


@pytest.mark.parametrize("fwb", (False, True))
@pytest.mark.parametrize("perm", (False, True))
def test_every_pair_is_what_the_architectures_table_says(page, fwb, perm):
    flags(page, fwb=fwb, mte=True, perm=perm)
    seen = page.run("Object.fromEntries([...document.querySelectorAll('#grid td')].map(c => "
                    "[c.dataset.s1 + ' ' + c.dataset.s2, c.getAttribute('aria-label').split(': ')[1]]))")
    want = {f"{int(r['s1_mair'], 16):02x} {int(r['s2_memattr'], 2)}": attr.name(int(r["par_attr"], 16)) for r in table_rows()
            if (r["fwb"], r["mte_perm"]) == (str(int(fwb)), str(int(perm)))}
    assert len(want) > 50 and len(seen) == 128
    assert {k: v for k, v in seen.items() if v != "reserved"} == want


def test_a_click_on_a_pair_shows_it_and_the_config_that_asks_for_it(page):
    flags(page, fwb=False)
    page.click(cell(0xff, 1))
    assert words(page, "#effective") == "Device-nGnRE PAR_EL1.ATTR 0x04"
    assert 'type = "raw"; memattr = <1>; shareability = "inner";' in words(page, "#config")
    assert page.run("document.querySelector('[name=how][value=enc]').checked")
    page.click(cell(0x00, 15))
    assert words(page, "#effective") == "Device-nGnRnE PAR_EL1.ATTR 0x00"
    flags(page, fwb=True)
    page.click(cell(0x00, 6))
    assert words(page, "#effective") == "Normal-WB PAR_EL1.ATTR 0xff"
    page.click(cell(0x00, 9))
    assert "0b1001 is reserved" in words(page, "#result") and not page.run("!!document.getElementById('effective')")


def test_the_arrow_keys_walk_through_the_pairs(page):
    flags(page, fwb=False)
    page.click(cell(0x44, 5))
    for key, s1, s2 in (("ArrowRight", 0x44, 6), ("ArrowDown", 0xbb, 6), ("ArrowLeft", 0xbb, 5), ("ArrowUp", 0x44, 5)):
        page.key(key)
        assert page.run("document.activeElement.getAttribute('aria-selected')") == "true"
        assert page.run("[document.activeElement.dataset.s1, document.activeElement.dataset.s2]") == [f"{s1:02x}", str(s2)]
    assert f"PAR_EL1.ATTR 0x{attr.read_matrix().expected(0, 0, 0x44, 5):02x}" in words(page, "#effective")


def test_all_of_it_can_be_reached_by_the_keyboard(page):
    page.run("document.activeElement.blur()")
    seen = []
    for _ in range(40):
        page.key("Tab")
        seen.append(page.run("(e => e.id || e.name || e.tagName + (e.dataset.s1 ? ' cell' : ''))(document.activeElement)"))
    for name in ("fwb", "dic", "mte", "s1", "how", "kind", "enc", "as", "vma", "TD cell", "files", "forget"):
        assert name in seen, (name, seen)
    page.run("document.getElementById('mte').focus()")
    page.key(" ", " ")
    assert page.run("document.getElementById('mte').checked && !document.getElementById('perm').disabled")


def test_the_type_is_what_tools_regions_makes_of_it(page, tmp_path):
    flags(page, fwb=True, mte=True, perm=True, asks=True)
    for index, text, s2 in ((0, 'type = "ram";', "as stage 1, MemAttr 0b0111, rwx"),
                            (1, "no-tags", "as stage 1 NoTagAccess, MemAttr 0b1111, rwx"),
                            (5, 'type = "device-memory";', "force Normal-WB NoTagAccess, MemAttr 0b1110, rw-")):
        choose(page, "kind", str(index))
        assert s2 in words(page, "#result") and text in words(page, "#config") and "mte;" in words(page, "#config")
    flags(page, perm=False)
    assert "force Normal-WB, MemAttr 0b0110, rw-" in words(page, "#result")
    assert "hidden from the guest" in words(page, "#result")
    config = words(page, "#config").replace("<...>", "<0x0 0x50000000 0x0 0x1000>")
    path = tmp_path / "config.dts"
    path.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { %s }; };' % config)
    subprocess.run([TOOL, "--config", path], check=True, timeout=60)


@pytest.mark.parametrize("how", ["kind", "enc", "as"])
def test_every_config_line_is_one_that_mavis_takes(page, tmp_path, how):
    flags(page, fwb=False, mte=True, perm=True)
    ways = {"kind": [("kind", str(i)) for i in range(15)], "enc": [("enc", str(i)) for i in range(16)],
            "as": [("vma", v) for v in ("anonymous", "file", "cacheable", "vfio-pci", "vfio-platform")]}[how]
    path = tmp_path / "config.dts"
    lines = []
    for i, (select, value) in enumerate(ways):
        choose(page, select, value)
        inner = words(page, "#config").split("{", 1)[1].rsplit("}", 1)[0]
        lines.append(inner.replace("mine", f"r{i}").replace("<...>", f"<0x10 {i << 16:#x} 0 0x1000>"))
    path.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { regions { %s }; }; };' % "\n".join(lines))
    done = subprocess.run([TOOL, "--config", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_what_accesses_do_is_what_the_report_expects(page):
    flags(page, fwb=False, mte=True, asks=True)
    for s1, s2 in ((0x00, 15), (0xff, 5), (0xff, 15), (0xf0, 15), (0x44, 1)):
        page.click(cell(s1, s2))
        shown = page.run("Object.fromEntries([...document.querySelectorAll('#accesses tbody tr')].map(r => "
                         "[r.dataset.kind, r.cells[1].innerText.trim()]))")
        want = attr.read_matrix().expected(0, 0, s1, s2)
        for kind in behaviour.KINDS:
            rule = behaviour.expectation(kind, s1, want, {"par_s12": 3 << 7})
            text = f"open: {rule.choices}" if isinstance(rule, behaviour.Open) else rule.text
            assert shown[kind] == text, (s1, s2, kind)
    flags(page, asks=False)
    assert "not for this guest" in words(page, '#accesses tr[data-kind="tag-store"]')


@pytest.mark.parametrize("fwb, dic, asks", [(0, 0, 0), (1, 1, 0), (1, 0, 1)])
def test_each_hypervisor_maps_what_its_own_table_says(page, fwb, dic, asks):
    """tests/data/hypervisors.csv has the encodings as each writes them; on a CPU with FWB the page has KVM's as they are."""
    flags(page, fwb=bool(fwb), dic=bool(dic), mte=bool(asks))
    if asks:
        flags(page, asks=True)
    with open(TOP / "tests/data/hypervisors.csv", newline="", encoding="utf-8") as f:
        machine = {"fwb": str(fwb), "mte": str(asks), "dic": str(dic)}
        rules = [r for r in csv.DictReader(f) if all(r[name] in ("*", value) for name, value in machine.items())]
    checked = 0
    for vma in ("anonymous", "cacheable", "vfio-pci"):
        choose(page, "vma", vma)
        for rule in rules:
            if rule["vma"] != vma or not rule["as"].startswith("kvm"):
                continue
            row = words(page, f'#others tr[data-as="{rule["as"]}"]')
            assert ("refuses" if "0b" not in rule["memattr"] else rule["memattr"]) in row, (rule, row)
            checked += 1
    assert checked >= 6
    choose(page, "as", "kvm-6.9")
    assert page.run("document.querySelector('#others tr.active').dataset.as") == "kvm-6.9"
    assert 'as = "kvm-6.9"; vma = "vfio-pci"' in words(page, "#config")


def test_lab_files_that_are_dropped_are_shown_beside(page, tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(lab_sample.lines(lab_sample.sample(1, 1, 0, machine={"machine": "A board", "cpu": "new"})))
    bad.write_text(lab_sample.lines(lab_sample.qemu("max")))
    page.drop("#runs", good, bad)
    page.until("document.querySelectorAll('#runs li').length === 2")
    flags(page, fwb=True, mte=True, asks=True)
    page.click(cell(0x00, 1))
    text = words(page, "#result")
    assert "A board, new, FWB on 0x00 Device-nGnRnE" in text
    assert "qemu virt, max, FWB on 0x04 Device-nGnRE – differs" in text
    assert page.run(f"document.querySelector({cell(0x00, 1)!r}).classList.contains('wrong')")
    row = words(page, '#accesses tr[data-kind="dc-zva"]')
    assert "alignment fault (FSC 0x21)" in row and "works – differs" in row
    flags(page, fwb=False)
    assert "another kind of CPU" in words(page, "#result")
    page.click("#forget")
    assert page.run("document.querySelectorAll('#runs li').length") == 0 and "A board" not in words(page, "#result")


@pytest.mark.parametrize("came, differs", [
    ({"result": "ok"}, False), ({"result": "fault", "fsc": "0x21"}, False), ({"result": "failed"}, True),
    ({"result": "fault", "fsc": "0x07"}, True), ({"result": "fault", "ec": "0x00", "fsc": "0x00"}, True),
])
def test_of_an_open_rule_only_what_it_names_is_right(page, tmp_path, came, differs):
    def attempt(what, s1, attr, result):
        return came if what == "unaligned-store" else result

    run = tmp_path / "run.json"
    run.write_text(lab_sample.lines(lab_sample.sample(1, 1, 0, machine={"machine": "A board"}, attempt=attempt)))
    page.drop("#runs", run)
    page.until("document.querySelectorAll('#runs li').length === 1")
    flags(page, fwb=True, mte=True, asks=True)
    page.click(cell(0x00, 1))
    row = words(page, '#accesses tr[data-kind="unaligned-store"]')
    assert "open: " in row and ("differs" in row) == differs


def test_a_console_log_is_a_file_too_and_what_is_none_is_refused(page, tmp_path):
    log, none, newer = tmp_path / "console.log", tmp_path / "none.txt", tmp_path / "newer.json"
    lab = lab_sample.lines(lab_sample.sample(0, 1))
    log.write_text("U-Boot {\"t\":\"lab\"\n--- lab begin\r\n" + lab.replace("\n", "\r\n") + "--- lab end\r\n{\"x\":1}\n")
    none.write_text("nothing\n")
    newer.write_text('{"t":"lab","v":9,"fwb":1}\n')
    page.drop("#runs", log)
    page.until("document.querySelectorAll('#runs li').length === 1")
    assert "console.log" in words(page, "#runs")
    page.drop("#runs", none, newer)
    page.until("document.querySelectorAll('#runs li').length === 3")
    assert "none.txt: has no run of the lab" in words(page, "#runs")
    assert "newer.json: version 9 of the lab's output: this page reads 1 and 2" in words(page, "#runs")


def test_a_run_that_is_not_whole_says_so(page, tmp_path):
    records = lab_sample.sample(1, 1, 0, machine={"machine": "A board"})
    keep = next(i for i, r in enumerate(records) if r.get("s1") == "0xff")
    why = 'silent for 120 s after "--- lab begin"'
    for name, kept, said in (("whole", records, None), ("cut", records[:keep], "the log ends before the lab did"),
                             ("lost", records[:keep] + records[-1:], "the lab has counted more than is here"),
                             ("marked", [*records[:keep], {"t": "partial", "why": why}], why),
                             ("next", [*records, {"t": "run"}, {"t": "partial", "why": why}], None)):
        page.open(page.url)
        path = tmp_path / f"{name}.json"
        path.write_text(lab_sample.lines(kept))
        page.drop("#runs", path)
        page.until("document.querySelectorAll('#runs li').length === 1")
        assert ("not whole" in words(page, "#runs")) == (said is not None) and (said or "") in words(page, "#runs")
    page.open(page.url)
    page.drop("#runs", tmp_path / "cut.json")
    page.until("document.querySelectorAll('#runs li').length === 1")
    flags(page, fwb=True, mte=True, asks=True)
    for s1, missing in ((0x00, False), (0xff, True)):
        page.click(cell(s1, 7))
        assert ("A board, FWB on not measured" in words(page, "#result")) == missing
        assert ("not measured" in words(page, '#accesses tr[data-kind="load"]')) == missing


@pytest.mark.parametrize("dark", (False, True))
@pytest.mark.parametrize("width", (420, 1200))
def test_it_fits_a_phone_by_day_and_by_night(page, width, dark):
    page.screen(width, dark=dark)
    page.click(cell(0xff, 5))
    assert page.run("document.documentElement.scrollWidth") <= width
    back, ink = page.run("(s => [s.backgroundColor, s.color].map(c => c.match(/\\d+/g).slice(0, 3)"
                         ".reduce((a, b) => a + +b, 0)))(getComputedStyle(document.body))")
    assert (back < 150 and ink > 600) if dark else (back > 600 and ink < 150)
    small = page.run("[...document.querySelectorAll('select, button, input')].filter(e => e.offsetParent).map(e => "
                     "e.getBoundingClientRect()).filter(r => r.left < 0 || r.right > innerWidth + 1).length")
    assert small == 0


def test_a_link_keeps_the_choice(page):
    flags(page, fwb=False)
    page.click(cell(0xbb, 10))
    link = page.run("location.hash")
    page.open(page.url + link)
    assert page.run("document.getElementById('enc').value") == "10"
    assert words(page, "#effective") == "Normal-WT PAR_EL1.ATTR 0xbb"
    page.open(page.url + "#s1=zz&how=<b>&enc=99&fwb=2")
    assert words(page, "#effective").startswith("Normal-NC")
