# SPDX-License-Identifier: Apache-2.0
"""tools/regions, from outside: a config on a machine that is not there, and configs to start from."""

import csv
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"
TREES = sorted((TOP / "tests/data").glob("*.dts"))
MEMORY = ["--memory", "0x40000000,0x40000000"]


def run(*args):
    return subprocess.run([TOOL, *args], capture_output=True, text=True, timeout=60)


def config(folder, regions="", guest=""):
    path = folder / "config.dts"
    path.write_text('/dts-v1/;\n/ { compatible = "mavis,config"; guest { %s regions { %s }; }; };\n' % (guest, regions))
    return path


@pytest.fixture
def virt(tmp_path):
    path = tmp_path / "virt.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, TOP / "tests/data/virt-gicv3.dts"], check=True)
    return path


def machine(virt, path, cpu="", *args):
    result = run("--machine", virt, "--cpu", cpu, *args, path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    names = re.split(r" {2,}", lines[0].strip())
    rows = {}
    for line in lines[1:]:
        cells = re.split(r" {2,}", line.strip())
        if len(cells) == len(names):
            row = dict(zip(names, cells))
            rows.setdefault(re.split("[ :]", row["region"])[0], row)
    return rows, lines


def refusal(virt, path, cpu="", *args, status=1):
    result = run("--machine", virt, "--cpu", cpu, *args, path)
    assert result.returncode == status and result.stdout == ""
    assert result.stderr.startswith("regions: error: ")
    return result.stderr


def test_memory_is_the_guests_and_devices_are_device_memory(virt, tmp_path):
    rows, _ = machine(virt, config(tmp_path))
    assert rows["memory"]["type"] == "ram"
    assert rows["memory"]["guest physical"] == "000040000000-00007fffffff"
    assert rows["memory"]["size"] == "1 GiB"
    assert rows["memory"]["stage 2"] == "rwx 0b1111 Normal-WB"
    assert rows["pl011@9000000"]["stage 2"] == "rw- 0b0001 Device-nGnRE"


def test_the_encoding_follows_the_cpu(virt, tmp_path):
    path = config(tmp_path, 'card { reg = <0 0x50000000 0 0x1000>; type = "device-memory"; };')
    assert machine(virt, path)[0]["card"]["stage 2"] == "rw- 0b1111 Normal-WB"
    assert machine(virt, path, "fwb")[0]["card"]["stage 2"] == "rw- 0b0110 force Normal-WB"
    assert machine(virt, path, "fwb")[0]["memory"]["stage 2"] == "rwx 0b0111 as stage 1"


def test_tags_take_the_first_way_that_there_is(virt, tmp_path):
    path = config(tmp_path, 'x { reg = <0 0x50000000 0 0x1000>; type = "ram"; no-tags; expose = "reserved"; '
                  'untagged = "non-cacheable"; };', "mte;")
    assert machine(virt, path, "mte,mte_perm")[0]["x"]["stage 2"].split()[1] == "0b0100"
    assert machine(virt, path, "fwb,mte,mte_perm")[0]["x"]["stage 2"].split()[1] == "0b1111"
    rows, lines = machine(virt, path, "mte")
    assert rows["x"]["stage 2"].split()[1] == "0b0101"
    assert "MTE: offered" in lines
    assert "MTE: the CPU has none" in machine(virt, path)[1]


def test_what_hides_mte_is_named(virt, tmp_path):
    path = config(tmp_path, 'plain { reg = <0 0x50000000 0 0x1000>; type = "ram"; no-tags; };', "mte;")
    line, = (row for row in machine(virt, path, "mte")[1] if row.startswith("MTE: "))
    assert line.startswith("MTE: hidden from the guest by region plain, which has no tags: ") and "untagged = " in line


OTHERS = ("kvm-6.8", "kvm-6.9", "kvm-6.17", "xen-dom0", "xen-domU", "bao")


@pytest.mark.parametrize("cpu, kind, others", [
    ("", "ram", ("WB x", "WB x", "WB x", "WB x", "WB x", "WB x")),
    ("fwb,dic", "ram", ("force WB x", "force WB x", "force WB x", "WB x", "WB x", "WB x")),
    ("", "mmio", ("nGnRE", "nGnRE", "nGnRE", "WB", "nGnRE", "GRE x")),
    ("", "device-memory", ("nGnRE", "nGnRE", "refuses", "WB", "nGnRE", "GRE x")),
    ("fwb", "device-memory", ("nGnRE", "nGnRE", "refuses", "WB", "nGnRE", "GRE x")),
    ("fwb,dic", "device-memory", ("nGnRE", "nGnRE", "force WB x", "WB", "nGnRE", "GRE x")),
    ("fwb,dic", "prefetchable", ("nGnRE", "nGnRE", "nGnRE", "WB", "nGnRE", "GRE x")),
    ("", 'raw"; memattr = <5>; shareability = "inner', ("-",) * 6),
])
def test_others_map_the_region_by_their_own_rules(virt, tmp_path, cpu, kind, others):
    path = config(tmp_path, 'x { reg = <0 0x50000000 0 0x1000>; type = "%s"; };' % kind)
    row = machine(virt, path, cpu)[0]["x"]
    assert tuple(row[name] for name in OTHERS) == others


@pytest.mark.parametrize("kind", ['ram"; no-tags; expose = "reserved', "device-memory", "prefetchable", "mmio"])
def test_kvm_refuses_what_has_no_vma_for_tags_to_a_guest_with_mte(virt, tmp_path, kind):
    """VFIO's memory never has one, whatever `tags` says of it."""
    path = config(tmp_path, 'x { reg = <0 0x50000000 0 0x1000>; type = "%s"; };' % kind, "mte;")
    rows = machine(virt, path, "mte,fwb,dic")[0]
    for kvm in OTHERS[:3]:
        assert rows["x"][kvm] == "refuses"
        assert rows["memory"][kvm] == "force WB x"
        assert rows["pl011@9000000"][kvm] == "nGnRE", "a VMM emulates it"
        assert machine(virt, path, "fwb,dic")[0]["x"][kvm] != "refuses"


def test_vfio_says_that_windows_may_be_non_cacheable(virt, tmp_path):
    row = machine(virt, config(tmp_path))[0]["pcie@10000000"]
    assert (row["type"], row["kvm-6.8"], row["kvm-6.9"], row["kvm-6.17"]) == ("mmio", "nGnRE", "NC", "NC")


@pytest.mark.parametrize("name", OTHERS)
def test_as_makes_what_the_column_says(virt, tmp_path, name):
    for kind in "ram", "mmio", "prefetchable":
        path = config(tmp_path, 'x { reg = <0 0x50000000 0 0x1000>; type = "%s"; as = "%s"; };' % (kind, name))
        row = machine(virt, path, "dic")[0]["x"]
        access, bits, made = row["stage 2"].split(maxsplit=2)
        short = made.replace("Normal-", "").replace("Device-", "") + (" x" if "x" in access else "")
        assert short == row[name]
        assert f"(as {name}, " in row["region"]


def test_as_of_the_guest_is_for_all_of_it(virt, tmp_path):
    rows, lines = machine(virt, config(tmp_path, "", 'as = "xen-dom0"; mte;'), "fwb,mte")
    assert rows["pl011@9000000"]["stage 2"] == "rw- 0b1111 Normal-WB"
    assert rows["memory"]["stage 2"] == "rwx 0b1111 Normal-WB", "Xen leaves FWB off"
    assert "MTE: hidden from the guest, as xen-dom0" in lines


def test_what_a_hypervisor_would_not_map_is_refused_or_said(virt, tmp_path):
    region = 'x { reg = <0 0x50000000 0 0x1000>; type = "device-memory"; as = "kvm-6.17"; %s };'
    said = refusal(virt, config(tmp_path, region % ""), "fwb")
    assert "region x: as: kvm-6.17 would not map it, as its memory is cacheable: " in said
    row = machine(virt, config(tmp_path, region % "as-far-as-possible;"), "fwb")[0]["x"]
    assert "(kvm-6.17 would not map it, as cacheable: " in row["region"]
    assert row["stage 2"] == "rw- 0b0110 force Normal-WB"
    said = refusal(virt, config(tmp_path, region % 'vma = "vfio-pci";', "mte;"), "fwb,mte")
    assert "as its memory is vfio-pci: the guest has MTE" in said


def test_the_rules_have_sources_and_the_docs_have_the_rules():
    header, *rules = csv.reader(run("--as").stdout.splitlines())
    assert len(rules) > 25 and all(dict(zip(header, rule))["source"] for rule in rules)
    assert {rule[0] for rule in rules} >= set(OTHERS)
    text = (TOP / "docs/memory-attributes.md").read_text()
    table = text.split("| `as` | memory |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")] for line in table]
    assert cells == [[rule[0], rule[1].replace(" ", ", "), *rule[2:]] for rule in rules]


def test_a_bar_has_no_address_yet(virt, tmp_path):
    path = config(tmp_path, 'bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; };', "mte;")
    rows, lines = machine(virt, path, "mte")
    assert rows["bar"]["guest physical"] == "follows the BAR"
    assert rows["bar"]["kvm-6.17"] == "refuses"
    assert any(line.startswith("MTE: hidden from the guest") for line in lines)

def test_the_largest_free_addresses_are_listed(virt, tmp_path):
    def free(*args, regions="", cpu=""):
        _, lines = machine(virt, config(tmp_path, regions), cpu, *args)
        first = lines.index("Free for a region's ipa, the largest first:") + 1
        return [line.split()[0] for line in lines[first:first + 4]]

    # Virt's last PCI window ends at 1 TiB.
    assert free()[:3] == ["010000000000-ffffffffffff", "004020000000-007fffffffff", "000080000000-00400fffffff"]
    assert free(cpu="pa40")[0] == "004020000000-007fffffffff"
    # What is given away is free no more, and what lies elsewhere leaves its own place.
    taken = 'far { reg = <0x0 0x7c000000 0x0 0x4000000>; ipa = <0x100 0x0>; type = "prefetchable"; };'
    assert free(regions=taken)[0] == "010004000000-ffffffffffff"



@pytest.mark.parametrize("regions, guest, cpu, said", [
    ('x { reg = <0 0x50000000 0 0x1000>; };', "", "", "/guest/regions/x: type: missing"),
    ('x { reg = <0 0x50000000 0 0x800>; type = "ram"; };', "", "", "/guest/regions/x: reg"),
    ('x { host-node = "/none"; type = "mmio"; };', "", "", '/guest/regions/x: host-node'),
    ('x { reg = <0 0x50000000 0 0x1000>; type = "raw"; memattr = <4>; };', "", "", "region x: memattr"),
    ('x { reg = <0 0x50000000 0 0x1000>; type = "raw"; memattr = <15>; };', "", "fwb", "region x: memattr"),
    ('x { reg = <0x10 0x0 0 0x1000>; type = "mmio"; };', "", "pa36", "beyond the 36 bits of address"),
    ('a { reg = <0 0x50000000 0 0x2000>; type = "ram"; }; b { reg = <0 0x50001000 0 0x1000>; type = "ram"; };', "", "",
     "region b: "),
    ('x { reg = <0 0x08080000 0 0x1000>; type = "mmio"; };', "", "", "region x: reg"),
    ('x { reg = <0 0x080a0000 0 0x1000>; type = "prefetchable"; };', "", "", "region x: type: prefetchable is over the GIC's"),
    ('a { pci = "1af4:1110"; bar = <2>; type = "mmio"; }; b { pci = "1af4:1110"; bar = <2>; type = "prefetchable"; };',
     "", "", "/guest/regions/b: bar: BAR 2 of"),
    ('x { reg = <0 0x50000000 0 0x1000>; ipa = <0x100 0>; type = "ram"; };', "", "pa40", "region x: ipa: "),
    ("", "cpus = <9>;", "", "/guest: cpus"),
    ("", "memory = <0x1 0x0>;", "", "/guest: memory"),
    ("", "mtee;", "", "did you mean mte?"),
    ("", "colour;", "", "known here:"),
])
def test_a_refusal_is_the_boots(virt, tmp_path, regions, guest, cpu, said):
    assert said in refusal(virt, config(tmp_path, regions, guest), cpu)


@pytest.mark.parametrize("regions, said", [
    ('x { reg = <0x10 0 0 0x1000>; type = "ram"; };', "no memory node .* has 0x1000000000 to 0x1000000fff, nor"),
    ('x { reg = <0 0x7ff00000 0 0x200000>; type = "ram"; };', "no memory node .* has 0x80000000 to 0x800fffff, nor has it"),
    ('x { reg = <0 0x10000000 0 0x1000>; type = "ram"; };', "0x10000fff, where it has pcie@10000000"),
    ('x { reg = <0 0x09000000 0 0x1000>; type = "device-memory"; };', "device-memory over the registers of pl011@9000000"),
    ('x { reg = <0 0x08000000 0 0x1000>; type = "raw"; memattr = <15>; };', "raw over the registers of intc@8000000"),
    ('x { reg = <0 0x50000000 0 0x1000>; type = "ram"; ipa = <0x1 0>; };', "DMA goes wrong there"),
])
def test_a_doubt_is_the_boots(virt, tmp_path, regions, said):
    warnings = [line for line in machine(virt, config(tmp_path, regions))[1] if line.startswith("Warning: ")]
    assert len(warnings) == 1 and re.match(f"Warning: region x: .*{said}", warnings[0]), warnings


def test_a_region_in_memory_that_the_tree_reserves_is_doubted(virt, tmp_path):
    for prop, value in (("reg", ("-tx", "0", "50000000", "0", "1000000")), ("reusable", ())):
        subprocess.run(["fdtput", "-cp", virt, "/reserved-memory/pool@50000000"], check=True)
        subprocess.run(["fdtput", *value[:1], virt, "/reserved-memory/pool@50000000", prop, *value[1:]], check=True)
    for prop in "#address-cells", "#size-cells":
        subprocess.run(["fdtput", "-tx", virt, "/reserved-memory", prop, "2"], check=True)
    subprocess.run(["fdtput", virt, "/reserved-memory", "ranges"], check=True)
    path = config(tmp_path, 'x { reg = <0 0x50800000 0 0x1000>; type = "device-memory"; };')
    assert any("region x: shares memory with pool@50000000 of /reserved-memory" in line for line in machine(virt, path)[1])


def test_what_is_no_tree_is_said(virt, tmp_path):
    broken = tmp_path / "x.dtb"
    broken.write_bytes(virt.read_bytes()[:200])
    assert str(broken) in refusal(broken, config(tmp_path))
    (tmp_path / "empty.dts").write_text("")
    assert "dtc cannot compile it" in run("--machine", virt, tmp_path / "empty.dts").stderr
    assert "No such file" in run("--machine", tmp_path / "none.dtb", virt).stderr


def test_options_are_checked(virt, tmp_path):
    path = config(tmp_path)
    assert "no feature fbw" in refusal(virt, path, "fbw", status=2)
    assert "no feature pa99" in refusal(virt, path, "pa99", status=2)
    assert "--memory 12" in refusal(virt, path, "", "--memory", "12")
    assert run("--machine", virt).returncode == 2
    assert run("--starter").returncode == 2


def round_trip(folder, tree, *memory):
    made = run("--starter", tree, *memory)
    assert made.returncode == 0, made.stderr
    path = folder / "starter.dts"
    path.write_text(made.stdout)
    for cpu in "", "fwb,dic,mte,mte_perm":
        rows, _ = machine(tree, path, cpu, *memory)
        assert any(row["type"] == "ram" for row in rows.values())
    return made.stdout


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
def test_a_starter_is_a_config_for_its_machine(tmp_path, tree):
    assert 'bootargs = "console=tty' in round_trip(tmp_path, tree)


def uncommented(text):
    """The starter with what it only suggests in force."""
    nodes = re.sub(r"/\*[^*{]*\n(\t+[\w-]+ \{.*?\};) \*/", r"\1", text, flags=re.S)
    return nodes


@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.stem)
def test_what_a_starter_suggests_is_right_too(tmp_path, tree):
    text = run("--starter", tree).stdout
    more = uncommented(text)
    assert more.count("type = ") == text.count("type = ") and more.count("/*") < text.count("/*")
    path = tmp_path / "more.dts"
    path.write_text(more)
    rows, _ = machine(tree, path, "fwb")
    assert rows["console"]["stage 2"] == "rw- 0b0000 Device-nGnRnE"


@pytest.mark.parametrize("tree, console", [("virt-gicv3", "ttyAMA0"), ("zcu102", "ttyPS0"), ("raspi4b", "ttyS0")])
def test_a_starter_knows_the_console(tree, console):
    assert f"console={console}" in run("--starter", TOP / f"tests/data/{tree}.dts").stdout


def test_memory_that_a_loader_fills_in_is_asked_for(tmp_path, virt):
    subprocess.run(["fdtput", "-r", virt, "/memory@40000000"], check=True)
    result = run("--starter", virt)
    assert result.returncode == 1 and "/memory" in result.stderr and "--memory" in result.stderr
    assert "0x40000000 to 0x7fffffff" in run("--starter", virt, *MEMORY).stdout


def test_memory_that_a_loader_should_have_filled_in_is_named(tmp_path, virt):
    subprocess.run(["fdtput", "-t", "x", virt, "/memory@40000000", "reg", "0", "0", "0", "0"], check=True)
    result = run("--starter", virt)
    assert result.returncode == 1
    assert "/memory@40000000: reg: has not one page of memory: the loader fills it in" in result.stderr
    assert "with --memory base,size" in result.stderr


@pytest.mark.parametrize("regions, ok", [
    ('x { reg = <0 0x50000000 0 0x1000>; type = "ram"; no-tags; };', True),
    ('x { pci = "0000:00:02.0"; bar = <2>; type = "device-memory"; expose = "pmem"; };', True),
    ('x { reg = <0 0x50000000 0 0x1000>; type = "rum"; };', False),
    ('x { reg = <0 0x50000000 0 0x1000>; type = "ram"; read_only; };', False),
    ('x { reg = <0 0x50000000 0 0x1000>; };', False),
    ('x { type = "ram"; };', False),
    ('x { pci = "1af4:1110"; type = "ram"; };', False),
    ('x { pci = "1af4"; bar = <1>; type = "ram"; };', False),
])
def test_the_schema_knows_right_from_wrong(tmp_path, regions, ok):
    if not shutil.which("dt-validate"):
        pytest.skip("no dt-validate: install Debian's dt-schema")
    result = subprocess.run([TOP / "tools/config-check", tmp_path, TOP / "build/deps", config(tmp_path, regions)],
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode == 0) == ok, result.stderr


def test_the_work_for_a_table_grows_as_n_log_n():
    result = subprocess.run([TOOL.parents[1] / "bench/scale"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    last = {words[0]: words[1] for words in map(str.split, result.stdout.splitlines()[1:])}
    assert last == {"memory": "1024", "CPUs": "64", "regions": "10000"}


def test_what_nothing_contains_is_listed(virt, tmp_path):
    _, lines = machine(virt, config(tmp_path))
    listed = [line for line in lines if line.startswith("DMA: ")]
    assert len(listed) == 1
    assert re.fullmatch(r"DMA: not contained \(no SMMUv3\): virtio_mmio@a000000 \(\d+ alike\), pcie@10000000", listed[0])
    subprocess.run(["fdtput", "-p", "-t", "s", virt, "/smmu@9050000", "compatible", "arm,smmu-v3"], check=True)
    subprocess.run(["fdtput", "-t", "x", virt, "/smmu@9050000", "reg", "0", "9050000", "0", "20000"], check=True)
    subprocess.run(["fdtput", "-t", "x", virt, "/smmu@9050000", "phandle", "7777"], check=True)
    subprocess.run(["fdtput", "-t", "x", virt, "/pcie@10000000", "iommu-map", "0", "7777", "0", "10000"], check=True)
    _, lines = machine(virt, config(tmp_path, guest='withhold = "/virtio_mmio@a000000";'))
    assert "DMA: contained: pcie@10000000, but for virtio-pci without iommu_platform=on" in lines
    assert not any("virtio_mmio@a000000" in line for line in lines if line.startswith("DMA: not"))
    _, lines = machine(virt, config(tmp_path, guest='withhold = "/pcie@10000000";'))
    assert "DMA: contained: nothing" in lines
