# SPDX-License-Identifier: Apache-2.0
"""Interrupts are the guest's own: one that a thread handles, with the GIC's registers in between, costs no exit."""


import pytest

import bundles
import machine
import observe

READS = 1000


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gic")
    with open(folder / "disk", "wb") as f:
        f.truncate(1 << 24)
    text = bundles.CONFIG.replace("console=ttyAMA0", "console=ttyAMA0 threadirqs") % "control;"
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", text=text))
    args = ["-global", "virtio-mmio.force-legacy=false", "-drive", f"if=none,format=raw,id=disk,file={folder / 'disk'}",
            "-device", "virtio-blk-device,drive=disk"]
    m = start("threadirqs", smp=2, loaded=machine.mavis(bundle), args=args).login()
    yield m
    m.close()


def interrupts(guest):
    """Of the disk, by now."""
    counts = guest.run("cat /proc/interrupts | grep virtio").split()
    return sum(int(n) for n in counts[1:3])


def exits(guest):
    counters = observe.mavisctl(guest, "stats")["counters"]
    return sum(n for name, n in counters.items() if name.startswith("exits: ") and name != "exits: control page")


def test_a_threaded_interrupt_does_not_exit(guest):
    assert "irq/" in guest.run("ps | grep virtio")
    had, before = interrupts(guest), exits(guest)
    guest.run(f"dd if=/dev/vda of=/dev/null bs=4096 count={READS} iflag=direct")
    assert interrupts(guest) - had >= READS / 2
    assert exits(guest) - before <= READS / 100, "the GIC's registers are trapped"
