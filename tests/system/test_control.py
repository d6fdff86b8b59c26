# SPDX-License-Identifier: Apache-2.0
"""The control page and calls: what they say is so, what they change changes, and nothing else does."""

import re
import struct

import pytest

import bundles
import machine
import observe

MIB = 1 << 20
SIZE = 8 * MIB
DEVICES = ["-object", f"memory-backend-ram,id=bar,size={SIZE},share=on", "-device", "ivshmem-plain,memdev=bar,addr=2"]
BAR = "/sys/bus/pci/devices/0000:00:02.0"
GUEST = """control; mte; verbose;
    regions {
        gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; untagged = "trusted"; adjustable; };
        scratch { reg = <0x0 0x7c000000 0x0 0x400000>; type = "raw"; memattr = <5>; expose = "none"; adjustable; };
        fixed { reg = <0x0 0x7b000000 0x0 0x400000>; type = "prefetchable"; expose = "none"; };
    };"""


def boot(start, name, cpu, folder, **options):
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", GUEST))
    m = start(name, cpu=cpu, smp=2, loaded=machine.mavis(bundle), args=DEVICES, **options).login()
    m.run(f"echo 1 >{BAR}/enable")
    m.fwb = cpu == "max"
    return m


@pytest.fixture(scope="module", params=["max", "cortex-a72"])
def guest(start, request, tmp_path_factory):
    m = boot(start, request.param, request.param, tmp_path_factory.mktemp("control"))
    yield m
    m.close()


def ask(guest, command):
    return observe.mavisctl(guest, command)


def refused(guest, command):
    said, status = guest.run(f"mavisctl {command}", check=False)
    assert status == 1, said
    return int(re.search(r"mavisctl: refused \((-\d+)\): ", said)[1])


def region(guest, name):
    return next(r for r in ask(guest, "regions")["regions"] if r["name"] == name)


def unaligned(guest):
    return guest.run(f"unaligned {BAR}/resource2_wc 0", check=False)[0]


def test_the_regions_are_those_of_the_boots_table(guest):
    rows = re.findall(r"(?m)^  ([0-9a-f]{12})-([0-9a-f]{12}) +\d+ \w+ +([\w-]+) +([rwx-]{3}) 0b([01]{4})", guest.boot_log())
    found = [(f"{r['ipa']:012x}", f"{r['ipa'] + r['size'] - 1:012x}", r["type"], r["access"], f"{r['memattr']:04b}")
             for r in ask(guest, "regions")["regions"] if not r["bar"]]
    assert rows and found == rows


def test_a_walk_says_what_is_there(guest):
    bar = region(guest, "gpu-bar")
    leaf = ask(guest, f"walk {bar['ipa'] + 0x123456}")
    assert leaf["mapped"] and leaf["pa"] == bar["pa"] + 0x123456 and leaf["memattr"] == (6 if guest.fwb else 15)
    assert leaf["access"] == "rw-" and leaf["size"] == 2 * MIB
    assert "nothing is mapped" in guest.run("mavisctl walk 0x3000000000", check=False)[0]
    assert "beyond" in guest.run("mavisctl walk 0xffffffffffffffff", check=False)[0]


def test_what_grows_and_what_is_watched_is_said_to_programs_too(guest):
    said = ask(guest, "stats 1 1")
    assert said["t"] == "growth" and said["counters"]["exits: control page"] > 20
    assert ask(guest, "watch fixed") == {"t": "watch", "v": 1, "watched": True, "before": False}
    assert ask(guest, "watch fixed off") == {"t": "watch", "v": 1, "watched": False, "before": True}
    assert ask(guest, "trace")["records"] == []
    hole = observe.mavisctl(guest, "walk 0x3000000000", check=False)
    assert not hole["mapped"] and hole["base"] <= 0x3000000000 < hole["base"] + hole["size"]


def test_the_self_check_is_the_boots(guest):
    said = {c["name"]: c for c in observe.mavisctl(guest, "check", check=False)["regions"]}
    assert said["fixed"]["checked"] > 0 and said["fixed"]["differ"] == 0
    assert said["fixed"]["said"][:2] == ["0x00", "0x44"]


def test_an_adjustable_region_changes_and_only_that(guest):
    assert "works" in unaligned(guest)
    guest.run("mavisctl set gpu-bar device-nGnRE")
    assert region(guest, "gpu-bar")["memattr"] == 1
    assert "unaligned: SIGBUS" in unaligned(guest)
    guest.run("mavisctl set gpu-bar normal-wb")
    assert "works" in unaligned(guest)
    assert refused(guest, "set fixed device-nGnRE") == -1
    assert refused(guest, "set memory device-nGnRE") == -1
    assert region(guest, "fixed")["memattr"] == 5
    assert refused(guest, "set scratch 0xc") == -22
    assert "no region nothing" in guest.run("mavisctl set nothing normal-wb", check=False)[0]


def test_a_bar_that_is_nowhere_cannot_be_changed(guest):
    command = f"| dd of={BAR}/config bs=1 seek=4 conv=notrunc 2>/dev/null"
    guest.run(f"printf '\\0' {command}")
    assert refused(guest, "set gpu-bar device-nGnRE") == -16
    guest.run(f"printf '\\002' {command}")
    assert "works" in unaligned(guest)


def test_the_table_fits_a_terminal(guest):
    assert max(map(len, guest.run("mavisctl regions; mavisctl stats; mavisctl --help").splitlines())) <= 80


def hold(guest, file, how=""):
    """A process that has a page of it mapped: where."""
    guest.run(f"rm -f /tmp/held; holdmap {BAR}/{file} 0 {how} >/tmp/held & until grep -qs 0x /tmp/held; do sleep 0.1; done")
    return guest.run("sed s/holdmap:.// /tmp/held")


def let_go(guest):
    """True if it has noticed nothing: neither has its call ended, nor a signal come."""
    return guest.run("kill $(pidof holdmap); wait; tail -n 1 /tmp/held").endswith("holdmap: over")


@pytest.mark.parametrize("file, how, mair", [("resource2_wc", "", 0x44), ("resource2", "spin", 0x04)])
def test_at_says_what_a_process_has(guest, file, how, mair):
    at = hold(guest, file, how)
    try:
        for kind, memattr, together in (("normal-wb", 6 if guest.fwb else 15, 0xff if guest.fwb else mair),
                                        ("device-nGnRE", 1, 0x04), ("normal-nc", 5, mair)):
            guest.run(f"mavisctl set gpu-bar {kind}")
            said = ask(guest, f"at $(pidof holdmap) {at}")
            assert (said["mair"], said["memattr"], said["attr"], said["want"]) == (mair, memattr, together, together)
            assert said["ipa"] == region(guest, "gpu-bar")["ipa"] and said["region"] == "gpu-bar"
        assert "Device-nGnRE" in guest.run(f"mavisctl at $(pidof holdmap) {at}") or mair == 0x44
        said, status = guest.run("mavisctl at $(pidof holdmap) 0x1000", check=False)
        assert status == 1 and "not mapped by stage 1 (translation fault, level " in said
    finally:
        undisturbed = let_go(guest)
        guest.run("mavisctl set gpu-bar normal-wb")
    assert undisturbed


def test_at_says_what_the_kernel_has(guest):
    """On cortex-a72 with page tables that user space does not see (KPTI)."""
    assert (guest.run("dmesg | grep -c 'detected: Kernel page table isolation'", check=False)[0] == "1") == (not guest.fwb)
    guest.run("echo 1 >/proc/sys/kernel/kptr_restrict")
    uart = guest.run("sed -n 's/^\\(0x[0-9a-f]*\\)-.* phys=0x0*9000000 .*/\\1/p' /proc/vmallocinfo")
    said = ask(guest, f"at {uart}")
    assert (said["mair"], said["memattr"], said["attr"]) == (0x04, 1, 0x04)
    assert said["ipa"] == 0x9000000 and said["region"] == "pl011@9000000"
    said = ask(guest, "at 0x$(sed -n 's/ T _stext$//p' /proc/kallsyms)")
    assert (said["mair"], said["memattr"], said["attr"], said["s1_sh"]) == (0xff, 7 if guest.fwb else 15, 0xff, 3)
    assert said["region"] == "memory"
    said, status = guest.run("mavisctl at 0xffff800000000000", check=False)
    assert status == 1 and "not mapped by stage 1" in said


def test_at_accuses_no_machine_that_it_cannot_ask(guest):
    """Of a page that stage 2 lets no read through to there is no PAR_EL1 of both."""
    guest.run("echo 1 >/proc/sys/kernel/kptr_restrict")
    uart = guest.run("sed -n 's/^\\(0x[0-9a-f]*\\)-.* phys=0x0*9000000 .*/\\1/p' /proc/vmallocinfo")
    guest.run("mavisctl watch pl011@9000000")
    try:
        said, text = ask(guest, f"at {uart}"), guest.run(f"mavisctl at {uart}")
    finally:
        guest.run("mavisctl watch pl011@9000000 off")
    assert (said["mair"], said["memattr"], said["want"]) == (0x04, 1, 0x04)
    assert not {"attr", "sh", "want_sh"} & set(said)
    assert "Device-nGnRE, by the architecture" in text and "DIFFERS" not in text
    assert ask(guest, f"at {uart}")["attr"] == 0x04


@pytest.mark.parametrize("what, said", [
    ("0x1000", "say of which"), ("1 0xffff800000000000", "of every process"), ("2 0x1000", "cannot be stopped"),
    ("x", "usage"), ("", "usage"), ("1 2 3", "usage"), ("0 0x1000", "usage"),
])
def test_at_refuses_what_it_cannot_tell(guest, what, said):
    output, status = guest.run(f"mavisctl at {what}", check=False)
    assert status == 2 and said in output


def test_programs_on_one_cpu_do_not_mix_their_registers(guest):
    table = "taskset -c 1 mavisctl regions"
    look = f"n=0; while [ $n -lt 60 ]; do {table} | cmp -s - /tmp/table || touch /tmp/mixed; n=$((n+1)); done"
    guest.run(f"{table} >/tmp/table; rm -f /tmp/mixed; (for p in 1 2 3 4; do ({look}) & done; wait); [ ! -e /tmp/mixed ]")


def test_counters_count(guest):
    before = ask(guest, "stats")["counters"]
    guest.run("mavisctl set scratch normal-nc device-GRE --times 3; mavisctl set scratch normal-nc")
    after = ask(guest, "stats")
    assert after["counters"]["attribute changes"] == before["attribute changes"] + 7
    assert after["counters"]["exits: control page"] > before["exits: control page"] + 20
    assert after["counters"]["exits: data abort"] - before["exits: data abort"] < 20, "mavisctl's own are not among them"
    assert after["aborts"]


@pytest.mark.parametrize("times", [250, pytest.param(1000, marks=pytest.mark.all)])
@pytest.mark.parametrize("cpu", ["max", "cortex-a72"])
def test_changes_under_load_lose_nothing(start, tmp_path, cpu, times):
    guest = boot(start, f"load-{cpu}-{times}", cpu, tmp_path, unjudged="it runs a hundred million DCs")
    guest.run(f"barload {BAR}/resource2_wc {SIZE} 1 >/tmp/load & until grep -qs begins /tmp/load; do sleep 0.1; done")
    said = ask(guest, f"set gpu-bar device-nGnRE normal-wb --times {times} --pause 3")
    load = guest.run("kill $!; wait; cat /tmp/load")
    works, faults, turns, lost = map(int, re.search(r"(\d+) worked, (\d+) SIGBUS, (\d+) turns, (\d+) lost", load).groups())
    assert said["changes"] == 2 * times and said["cleaned"] >= 2 * times - 1, "each way, but for the first"
    assert lost == 0 and min(works, faults, turns) > times // 10, load
    assert "works" in unaligned(guest)
    guest.close()


def fuzz(guest, rounds):
    """In rounds, not in seconds: a busy host makes as many changes as an idle one."""
    page = next(iter(guest.run("ls /proc/device-tree | sed -n s/mavis-control@//p").split()))
    assert re.search(r"ctlfuzz: \d+ pieces mapped, 0 differ", guest.run(f"ctlfuzz 0x{page} {rounds} 1"))
    assert ask(guest, "stats")["counters"]["attribute changes"] > rounds // 200
    assert "exception at EL2" not in guest.console


def test_random_commands_change_nothing_else(guest):
    fuzz(guest, 10_000)


@pytest.mark.all
def test_random_commands_for_long(guest):
    fuzz(guest, 40_000)


@pytest.mark.parametrize("calls", [100_000, pytest.param(300_000, marks=pytest.mark.all)])
@pytest.mark.parametrize("cpu", ["max", "cortex-a72"])
def test_random_calls_change_nothing_else(start, tmp_path, cpu, calls):
    program = bytearray((machine.BUILD / "test/hvcfuzz.bin").read_bytes())
    struct.pack_into("<I", program, 4, calls)
    (tmp_path / "program").write_bytes(program)
    config = bundles.config(tmp_path / "config.dts", GUEST)
    bundle = bundles.make(tmp_path / "bundle", config, kernel=tmp_path / "program", ramdisk=None, load=0x44000000)
    said = start(f"calls-{cpu}-{calls}", cpu=cpu, smp=1, loaded=machine.mavis(bundle), args=DEVICES).expect_end()
    assert said.endswith("hvcfuzz: all is well\n")


def test_without_control_there_is_nothing(start, tmp_path):
    m = start("none", smp=1, loaded=machine.mavis(bundles.make(tmp_path / "b", bundles.config(tmp_path / "c.dts")))).login()
    assert "no control page here" in m.run("mavisctl regions", check=False)[0]
    m.close()


@pytest.mark.parametrize("region, why", [
    ('r { host-node = "/pcie@10000000"; type = "mmio"; adjustable; };', "adjustable: .*take"),
    ('r { reg = <0 0x7c000000 0 0x400000>; type = "ram"; expose = "none"; adjustable; };'
     's { reg = <0 0x7c000000 0 0x1000>; ipa = <1 0>; type = "ram"; expose = "none"; };', "s has the same memory"),
])
def test_what_cannot_be_adjusted_whole_is_refused(start, tmp_path, region, why):
    config = bundles.config(tmp_path / "c.dts", 'control; regions { bar { pci = "1af4:1110"; bar = <2>; type = "mmio"; }; %s };'
                            % region)
    m = start(f"refused-{why}", smp=1, loaded=machine.mavis(bundles.make(tmp_path / "b", config)), args=DEVICES)
    m.expect(f"mavis: error: region r: .*{why}")
    m.close()
