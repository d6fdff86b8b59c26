# SPDX-License-Identifier: Apache-2.0
"""Interrupts of real drivers' devices are the bare machine's: disks, network cards, a virtual function, a disk plugged in."""

import contextlib
import re

import pytest

import bundles
import debugger
import machine
import observe

CPUS = 4
DISK = "null-co://,file.read-zeroes=on,file.size=1G"
DEVICES = ["-drive", f"if=none,format=raw,id=d0,file={DISK}", "-device", "nvme,drive=d0,serial=0,addr=1",
           "-drive", f"if=none,format=raw,id=d1,file={DISK}", "-device", "virtio-blk-pci,drive=d1,num-queues=4,addr=2",
           "-netdev", "user,id=n0", "-device", "e1000e,netdev=n0,romfile=,addr=3",
           "-device", "pcie-root-port,id=cards,addr=4,slot=4", "-netdev", "user,id=n1", "-device", "igb,netdev=n1,bus=cards",
           "-device", "pcie-root-port,id=plugs,addr=5,slot=5", "-drive", f"if=none,format=raw,id=d2,file={DISK}"]
IGB = "$(ls -d /sys/bus/pci/drivers/igb/0*)"
READS = 400


class Both:
    """The guest, and the same Linux on the bare machine."""

    def __init__(self, start, stack, folder):
        config = bundles.config(folder / "config.dts", "control;")
        self.machines, self.monitors = [], []
        for name, loaded in (("guest", machine.mavis(bundles.make(folder / "bundle", config))), ("bare", machine.native())):
            sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
            m = start(name, smp=CPUS, loaded=loaded, args=[*sockets.args(), *DEVICES],
                      **({"unjudged": "no Mavis"} if name == "bare" else {}))
            monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
            monitor.ask("cont")
            self.machines.append(m)
            self.monitors.append(monitor)
        for m in self.machines:
            m.login()
        self.guest = self.machines[0]

    def run(self, command):
        return [m.run(command) for m in self.machines]


@pytest.fixture(scope="module")
def both(start, tmp_path_factory):
    with contextlib.ExitStack() as stack:
        b = Both(start, stack, tmp_path_factory.mktemp("interrupts"))
        b.run(f"modprobe igbvf && echo 1 >{IGB}/sriov_numvfs && sleep 1")
        for monitor in b.monitors:
            monitor.ask("device_add", driver="nvme", drive="d2", serial="2", bus="plugs", id="plugged")
        b.run("i=0; while [ ! -e /dev/nvme1n1 ] && [ $i -lt 60 ]; do sleep 1; i=$((i+1)); done; [ -e /dev/nvme1n1 ]")
        b.run("for i in /sys/class/net/e*; do ip link set ${i##*/} up; done; sleep 2")
        yield b


def rows(text):
    """What /proc/interrupts has of messages: chip, number there, kind and name; numbers of Linux's own and counts left out."""
    return sorted(re.findall(r"(ITS\S*MSI\S*) +(\d+) Edge +(\S.*?)\s*$", text, re.M))


def exits(guest):
    counters = observe.mavisctl(guest, "stats")["counters"]
    return sum(n for name, n in counters.items() if name.startswith("exits: ") and name != "exits: control page")


def test_they_are_the_bare_machines(both):
    guest, bare = (rows(text) for text in both.run("cat /proc/interrupts"))
    assert guest == bare
    names = " ".join(name for *_, name in guest)
    # The disks' last queues, the igb, its virtual function beside the e1000e, and the port that a disk was plugged into.
    for name in ("nvme0q4", "nvme1q4", "virtio0-req.3", "eth0-TxRx-0", "eth1-tx-0", "eth2-tx-0", "pciehp"):
        assert name in names, names


@pytest.mark.parametrize("disk", ["nvme0n1", "nvme1n1", "vda"])
def test_a_request_costs_no_exit(both, disk):
    before = exits(both.guest)
    for cpu in range(CPUS):
        both.guest.run(f"taskset {1 << cpu:x} dd if=/dev/{disk} of=/dev/null bs=4096 count={READS} iflag=direct")
    assert exits(both.guest) - before <= CPUS * READS / 50


LOAD = """for cpu in 0 1 2 3; do for disk in nvme0n1 nvme1n1 vda; do
    (end=$(($(date +%%s) + %d)); while [ $(date +%%s) -lt $end ]; do
        taskset -c $cpu dd if=/dev/$disk of=/dev/null bs=4096 count=500 iflag=direct 2>/dev/null || touch /tmp/failed; done) &
done; done; wait; [ ! -e /tmp/failed ]"""


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.all)])
def test_a_load_on_all_cpus(both, seconds):
    before, had = both.guest.run("cat /proc/interrupts"), exits(both.guest)
    both.guest.run(LOAD % seconds)
    after, cost = both.guest.run("cat /proc/interrupts"), exits(both.guest) - had

    def total(text):
        return sum(sum(map(int, re.findall(r" \d+(?= )", line[:60]))) for line in text.splitlines() if "MSI" in line)

    interrupts = total(after) - total(before)
    assert interrupts > 100
    assert cost < interrupts / 20 + 200, (cost, interrupts)
    assert rows(after) == rows(before)
    assert both.guest.run("dmesg -r | grep '^<[0-3]>' | grep -i 'timeout\\|nobody cared\\|I/O error'; true") == ""
    assert "mavis: ITS" not in both.guest.console
