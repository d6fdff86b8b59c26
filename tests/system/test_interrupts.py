# SPDX-License-Identifier: Apache-2.0
"""Interrupts of real drivers' devices are the bare machine's: disks, network cards, a virtual function, a disk plugged in."""

import contextlib
import os
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
           "-device", "pcie-root-port,id=cards,addr=4,slot=4", "-device", "igb,netdev=n1,bus=cards",
           "-device", "pcie-root-port,id=plugs,addr=5,slot=5", "-drive", f"if=none,format=raw,id=d2,file={DISK}"]
IGB = "$(ls -d /sys/bus/pci/drivers/igb/0*)"
READS = 400
FILE_SIZE = 256 << 10


class Both:
    """The guest, and the same Linux on the bare machine."""

    def __init__(self, start, stack, folder):
        config = bundles.config(folder / "config.dts", "control;")
        self.machines, self.monitors = [], []
        (folder / "served").mkdir()
        (folder / "served/file").write_bytes(os.urandom(FILE_SIZE))
        network = ["-netdev", f"user,id=n1,net=10.0.3.0/24,tftp={folder / 'served'}"]
        for name, loaded in (("guest", machine.mavis(bundles.make(folder / "bundle", config))), ("bare", machine.native())):
            sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
            m = start(name, smp=CPUS, loaded=loaded, args=[*sockets.args(), *network, *DEVICES],
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
        b.run(f"ip addr add 10.0.3.15/24 dev $(ls {IGB}/net)")
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


# On each CPU, each disk; and files over the igb. A line for each that is done: some of each, however busy the host is.
LOAD = """end=$(($(date +%%s) + %d)); for of in nvme0n1 nvme1n1 vda igb; do : >/tmp/done.$of; done
on() { [ $(date +%%s) -lt $end ] || [ $(wc -l </tmp/done.$of) -lt 8 ]; }
go() { while on; do "$@" 2>/dev/null && echo >>/tmp/done.$of || touch /tmp/failed; done & }
for of in nvme0n1 nvme1n1 vda; do for cpu in 0 1 2 3; do
    go taskset -c $cpu dd if=/dev/$of of=/dev/null bs=4096 count=%d iflag=direct; done; done
of=igb; go tftp -g -r file -l /tmp/file 10.0.3.2; wait; [ ! -e /tmp/failed ]"""
DISKS = {"nvme0n1": "nvme0q[1-4]", "nvme1n1": "nvme1q[1-4]", "vda": r"virtio0-req\.\d"}


def counts(m):
    """{what /proc/interrupts calls a message interrupt: how many came}"""
    lines = (line.split() for line in m.run("cat /proc/interrupts").splitlines() if "MSI" in line)
    return {words[-1]: sum(map(int, words[1:1 + CPUS])) for words in lines}


def per_request(m, seconds):
    """How many interrupts each disk's requests had in a load; {name: how many came}."""
    before = counts(m)
    m.run(LOAD % (seconds, READS))
    grown = {name: n - before[name] for name, n in counts(m).items()}
    rates = {}
    for disk, names in DISKS.items():
        requests = READS * int(m.run(f"wc -l </tmp/done.{disk}"))
        rates[disk] = sum(n for name, n in grown.items() if re.fullmatch(names, name)) / requests
    return rates, grown


@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.all)])
def test_a_load_on_all_cpus(both, seconds):
    guest, bare = both.machines
    before, had = rows(guest.run("cat /proc/interrupts")), exits(guest)
    rates, came = per_request(guest, seconds)
    cost, interrupts = exits(guest) - had, sum(came.values())
    natively, came_natively = per_request(bare, seconds)
    near = 0.03 if seconds > 10 else 0.1        # of two machines on one busy host
    for disk, rate in rates.items():
        assert abs(rate - natively[disk]) <= near * natively[disk], (rates, natively)
    for one, other in ((came, came_natively), (came_natively, came)):
        assert {name for name, n in one.items() if n > 10} <= {name for name, n in other.items() if n}
    assert any("TxRx" in name for name, n in came.items() if n > 10)
    assert cost < interrupts / 20 + 200, (cost, interrupts)
    assert rows(guest.run("cat /proc/interrupts")) == before
    served = guest.run("md5sum </tmp/file"), bare.run("md5sum </tmp/file")
    assert served[0] == served[1]
    assert guest.run("dmesg -r | grep '^<[0-3]>' | grep -i 'timeout\\|nobody cared\\|I/O error'; true") == ""
    assert "mavis: ITS" not in guest.console
