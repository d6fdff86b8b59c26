# SPDX-License-Identifier: Apache-2.0
"""`as`: memory as another hypervisor would have it. What that is comes from tables of the sources and of the architecture."""

import csv
import re

import pytest

import bundles
import machine
import observe

DATA = machine.TOP / "tests/data"
NAMES = ["kvm-6.8", "kvm-6.9", "kvm-6.17", "xen-dom0", "xen-domU", "bao", "jailhouse", "hafnium", "sel4", "thread-2023"]
# What becomes of an access that is unaligned for stage 2's Device memory alone.
ENDS = {"kvm-6.8", "kvm-6.9", "kvm-6.17", "bao", "jailhouse", "thread-2023"}
KILLS = {"xen-dom0", "xen-domU"}
VMAS = {"prefetchable": "vfio-pci", "mmio": "vfio-pci", "device-memory": "cacheable"}


def rule(name, vma, fwb, dic, mte=0):
    """MemAttr (its own: without FWB where it uses none), or None where it is refused; SH; whether it is executable."""
    cpu = {"fwb": fwb, "dic": dic, "mte": mte}
    with open(DATA / "hypervisors.csv", newline="") as f:
        row, = (row for row in csv.DictReader(f) if row["as"] == name and row["vma"] == vma
                and all(row[key] in ("*", str(int(has))) for key, has in cpu.items()))
    return None if row["memattr"] == "refuse" else int(row["memattr"], 2)


def combined(s1, memattr):
    """What the architecture makes of the two without FWB, as PAR_EL1 says it. No rule is for an encoding that FWB changes."""
    with open(DATA / "stage1-stage2.csv", newline="") as f:
        row, = (row for row in csv.DictReader(f) if (row["fwb"], row["mte_perm"]) == ("0", "0")
                and int(row["s1_mair"], 16) == s1 and int(row["s2_memattr"], 2) == memattr)
    return int(row["par_attr"], 16)


def made(name, kind, cpu):
    """PAR_EL1.ATTR under a Write-Back stage 1."""
    memattr = rule(name, VMAS[kind], cpu == "max", cpu == "max")
    return 0xff if memattr == 6 and cpu == "max" else combined(0xff, memattr)


def is_device(attr):
    return attr & 0xf0 == 0


def card(number):
    """Of QEMU's slots, which it reads as hexadecimal."""
    return ["-object", f"memory-backend-ram,id=bar{number},size=1M,share=on", "-device",
            f"ivshmem-plain,memdev=bar{number},addr={number + 2:x}"]


def bar(number):
    return f"/sys/bus/pci/devices/0000:00:{number + 2:02x}.0"


def region(number, name, kind, more=""):
    return f'{name} {{ pci = "0000:00:{number + 2:02x}.0"; bar = <2>; type = "{kind}"; as = "{name}"; {more} }};'


def boot(start, folder, test, cpu, guest, args=()):
    folder.mkdir(exist_ok=True)
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", guest))
    return start(test, cpu=cpu, smp=2, loaded=machine.mavis(bundle), args=args)


@pytest.fixture(scope="module", params=["max prefetchable", *(
    pytest.param(p, marks=pytest.mark.all) for p in ("cortex-a72 prefetchable", "max device-memory"))])
def guest(start, request, tmp_path_factory):
    """A card for each of them, in one machine."""
    cpu, kind = request.param.split()
    names = [name for name in NAMES if rule(name, VMAS[kind], cpu == "max", cpu == "max") is not None]
    cards = sum((card(number) for number in range(len(names))), [])
    text = f"control; regions {{ {' '.join(region(*pair, kind) for pair in enumerate(names))} }};"
    m = boot(start, tmp_path_factory.mktemp("as"), request.param, cpu, text, cards).login()
    m.names, m.cpu, m.kind = names, cpu, kind
    yield m
    m.close()


def test_the_machine_makes_what_the_rules_say(guest):
    for name in guest.names:
        row = re.search(rf"(?m)^  follows the BAR .* (\w\w) (\w\w) [\w-]+  +\w+ +{re.escape(name)} \(as (.*?), (.*?)\)",
                        guest.boot_log())
        assert row, name
        assert int(row[2], 16) == made(name, guest.kind, guest.cpu), name
        assert (row[3], row[4]) == (name, VMAS[guest.kind])


def test_a_write_combining_mapping_comes_to_what_the_rules_say(guest):
    """By the guest's own tables, while a process has it mapped."""
    for number, name in enumerate(guest.names):
        guest.run(f"echo 1 >{bar(number)}/enable")
        guest.run(f"rm -f /tmp/held; holdmap {bar(number)}/resource2_wc 0 >/tmp/held & "
                  "until grep -qs 0x /tmp/held; do sleep 0.1; done")
        said = observe.mavisctl(guest, "at $(pidof holdmap) $(sed s/holdmap:.// /tmp/held)", check=False)
        guest.run("kill $(pidof holdmap); wait")
        want = made(name, guest.kind, guest.cpu)
        want = want if want == 0xff and said["memattr"] == 6 else 0x44 if not is_device(want) else want
        assert (said["mair"], said["want"]) == (0x44, want), name
        # Without FWB QEMU makes nGnRE of Normal-NC and GRE: docs/lab.md.
        assert said["attr"] == (0x04 if (name, guest.cpu) == ("bao", "cortex-a72") else want), name


def test_an_unaligned_store_ends_as_there(guest):
    """The ends of the whole guest have machines of their own, below."""
    for number, name in enumerate(guest.names):
        device = is_device(made(name, guest.kind, guest.cpu))
        if device and name in ENDS:
            continue
        guest.run(f"echo 1 >{bar(number)}/enable")
        said, status = guest.run(f"unaligned {bar(number)}/resource2_wc 0", check=False)
        if not device:
            assert "unaligned: works" in said, name
        elif name in KILLS:
            assert status == 128 + 9 and "unaligned" not in said, name     # SIGKILL, for an address size fault
        else:
            assert "unaligned: SIGBUS" in said, name


@pytest.mark.parametrize("name", [name for name in NAMES if name in ENDS and is_device(made(name, "prefetchable", "max"))])
def test_an_unaligned_store_ends_the_guest_as_there(start, tmp_path, name):
    m = boot(start, tmp_path, f"end-{name}", "max", f"regions {{ {region(0, name, 'prefetchable')} }};", card(0)).login()
    m.run(f"echo 1 >{bar(0)}/enable")
    m.send(f"unaligned {bar(0)}/resource2_wc 0")
    said = m.expect_end()
    name = re.escape(name)
    assert re.search(rf"mavis: error: CPU \d at 0x\w+: unaligned write to 0x\w+1 in region {name}, which stage 2 makes Device "
                     rf"memory: as {name}, .*FSC 0x21", said)


def test_what_stage_1_makes_device_is_stage_1s_fault_everywhere(start, tmp_path):
    m = boot(start, tmp_path, "stage-1", "max", f"regions {{ {region(0, 'kvm-6.8', 'prefetchable')} }};", card(0)).login()
    m.run(f"echo 1 >{bar(0)}/enable")
    assert "unaligned: SIGBUS" in m.run(f"unaligned {bar(0)}/resource2 0", check=False)[0]
    m.close()


@pytest.mark.parametrize("name, cpu, more", [
    ("kvm-6.9", "max", "mte;"), ("bao", "cortex-a72", ""), pytest.param("xen-dom0", "max", "mte;", marks=pytest.mark.all),
    *(pytest.param(name, cpu, "", marks=pytest.mark.all) for name in NAMES for cpu in ("max", "cortex-a72")),
])
def test_a_guest_that_is_all_as_there_works(start, tmp_path, name, cpu, more):
    m = boot(start, tmp_path, f"all-{name}-{cpu}", cpu, f'verbose; as = "{name}"; {more}').login()
    log = m.boot_log()
    assert re.search(rf" pl011@9000000 \(as {re.escape(name)}, vfio-platform\)", log)
    memattr = rule(name, "anonymous", cpu == "max", cpu == "max", bool(more))
    assert re.search(rf" rwx 0b{memattr:04b} .* memory \(as {re.escape(name)}, anonymous\)", log)
    if more:
        assert (m.run("mte") == "mte: absent") == (name in KILLS)
    m.close()


def test_what_it_would_not_map_is_refused_or_said(start, tmp_path):
    text = region(0, "kvm-6.17", "device-memory", "%s")
    said = boot(start, tmp_path / "a", "refused", "cortex-a72", f"regions {{ {text % ''} }};", card(0)).expect_end()
    assert "mavis: error: region kvm-6.17: as: kvm-6.17 would not map it, as its memory is cacheable: " in said
    m = boot(start, tmp_path / "b", "far", "cortex-a72", f"regions {{ {text % 'as-far-as-possible;'} }};", card(0)).login()
    assert re.search(r"0b1111 Normal-WB .*kvm-6.17 \(kvm-6.17 would not map it, as cacheable: .*\) \(BAR 2", m.boot_log())
    m.close()


def test_with_mte_kvm_maps_no_bar(start, tmp_path):
    guest = f"mte; regions {{ {region(0, 'kvm-6.9', 'prefetchable')} }};"
    said = boot(start, tmp_path, "mte", "max", guest, card(0)).expect_end()
    assert "as its memory is vfio-pci: the guest has MTE, and the memory's VMA no VM_MTE_ALLOWED" in said
