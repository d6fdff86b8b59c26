# SPDX-License-Identifier: Apache-2.0
"""What takes long gives way: a large region or BAR is cleaned in pieces, and the guest takes its interrupts in between."""

import re

import pytest

import bundles
import machine

SIZE = 256
BAR = "/sys/bus/pci/devices/0000:00:02.0"
DEVICE = ["-object", f"memory-backend-ram,id=bar,size={SIZE}M,share=on", "-device", "ivshmem-plain,memdev=bar,addr=2"]
MOVED = r"mavis: gpu-bar: BAR 2 of \S+ at 0x[0-9a-f]+"
CONFIG = """control; regions {
    gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; untagged = "trusted"; adjustable; };
    target { reg = <0x0 0x70000000 0x0 0x10000000>; type = "raw"; memattr = <7>; expose = "none"; adjustable; };
};"""


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", CONFIG))
    m = start("guest", smp=2, loaded=machine.mavis(bundle), args=DEVICE)
    return m.login()


def cleaned(guest):
    """MiB"""
    return int(re.search(r"KiB cleaned\s+(\d+)", guest.run("mavisctl stats"))[1]) / 1024


def moves(guest):
    return len(re.findall(MOVED, guest.console))


def enable(guest, on):
    guest.run(f"[ $(cat {BAR}/enable) = {on} ] || echo {on} >{BAR}/enable")


def cycle(guest):
    guest.run(f"echo 1 >{BAR}/remove; echo 1 >/sys/bus/pci/rescan")
    enable(guest, 1)


def test_a_bar_that_nobody_has_touched_is_never_cleaned(guest):
    """Linux turns the decode off and on while it sizes the BARs, and puts them where they were."""
    enable(guest, 1)
    before, said = cleaned(guest), moves(guest)
    assert said >= 1
    for _ in range(5):
        cycle(guest)
    assert cleaned(guest) == before
    assert moves(guest) == said


def test_one_that_was_touched_is_cleaned_once(guest):
    before, said = cleaned(guest), moves(guest)
    guest.run(f"peek {BAR}/resource2 0x1000 0x1122334455667788")
    cycle(guest)
    assert cleaned(guest) == before + SIZE
    cycle(guest)
    assert cleaned(guest) == before + SIZE
    assert moves(guest) == said
    assert int(guest.run(f"peek {BAR}/resource2 0x1000"), 16) == 0x1122334455667788


def test_a_region_that_changes_is_cleaned_while_the_other_cpu_uses_it(guest):
    guest.run("peek /dev/mem 0x70000000 0x55aa")
    before = cleaned(guest)
    guest.run("rm -f /tmp/failed; (while [ ! -e /tmp/stop ]; do taskset -c 1 peek /dev/mem 0x7ffff000 >/dev/null || "
              "touch /tmp/failed /tmp/stop; done) &")
    try:
        for kind in ("normal-nc", "normal-wb"):
            guest.run(f"taskset -c 0 mavisctl set target {kind}")
    finally:
        guest.run("touch /tmp/stop; wait; rm /tmp/stop; [ ! -e /tmp/failed ]")
    assert cleaned(guest) == before + 2 * SIZE
    assert int(guest.run("peek /dev/mem 0x70000000"), 16) == 0x55aa


def test_two_commands_at_once_are_both_carried_out(guest):
    """Each does pieces of what the other waits for."""
    guest.run("peek /dev/mem 0x70000000 0x55aa; rm -f /tmp/failed; for cpu in 0 1; do "
              "(for kind in normal-nc normal-wb device-nGnRE normal-wb; do taskset -c $cpu mavisctl set target $kind || "
              "touch /tmp/failed; done) & done; wait; [ ! -e /tmp/failed ]")
    assert "stage 2 rw- normal-wb" in guest.run("mavisctl walk 0x70000000")
    assert int(guest.run("peek /dev/mem 0x70000000"), 16) == 0x55aa


@pytest.mark.parametrize("cycles", [20, pytest.param(1000, marks=pytest.mark.all)])
def test_hotplug_cycles_leave_nothing_behind(guest, cycles):
    """Each time touched, and now and then at another place."""
    said = moves(guest)
    for i in range(cycles):
        if i % 10 == 0:
            guest.run(f"echo {20 + i // 10 % 9}@0000:00:02.0 >/sys/bus/pci/resource_alignment")
        cycle(guest)
        if i % 50 == 0:
            guest.run(f"peek {BAR}/resource2 {i * 4096 % (SIZE << 20):#x} {i:#x}")
    assert "not followed" not in guest.console
    assert moves(guest) - said <= cycles
    assert guest.run("cat /sys/devices/system/cpu/online") == "0-1"
    assert int(guest.run(f"peek {BAR}/resource2 0x1000"), 16) == 0x1122334455667788
