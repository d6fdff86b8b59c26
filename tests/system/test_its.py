# SPDX-License-Identifier: Apache-2.0
"""Message interrupts under Mavis are those of the bare machine: each device has its own, on each CPU, and they cost no exit."""

import contextlib
import re
import struct

import pytest

import bundles
import debugger
import machine
import observe

READS = 500
AIM = 0x47a00000            # tests/guests/its.S: where Mavis is, which is filled in
DEVICES = ["-device", "virtio-rng-pci", "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="]


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("its")
    with open(folder / "disk", "wb") as f:
        f.truncate(1 << 24)
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", "control;"))
    args = [*DEVICES, "-drive", f"if=none,format=raw,id=disk,file={folder / 'disk'}",
            "-device", "virtio-blk-pci,drive=disk,num-queues=4"]
    m = start("msi", loaded=machine.mavis(bundle), args=args).login()
    yield m
    m.close()


def interrupts(guest):
    """{name: (number, counts)} of those that come as messages."""
    rows = (line.split() for line in guest.run("cat /proc/interrupts").splitlines() if "MSI" in line)
    return {row[-1]: (row[0].rstrip(":"), [int(n) for n in row[1:5]]) for row in rows}


def counters(guest):
    return observe.mavisctl(guest, "stats")["counters"]


def exits(guest):
    return sum(n for name, n in counters(guest).items() if name.startswith("exits: ") and name != "exits: control page")


def read_on(guest, cpu):
    guest.run(f"taskset {1 << cpu:x} dd if=/dev/vda of=/dev/null bs=4096 count={READS} iflag=direct")


def test_each_queue_interrupts_its_own_cpu_and_nothing_exits(guest):
    for cpu in range(4):
        before, had = interrupts(guest), exits(guest)
        read_on(guest, cpu)
        cost = exits(guest) - had
        grown = {name: [b - a for a, b in zip(before[name][1], counts)] for name, (_, counts) in interrupts(guest).items()}
        assert sum(n[cpu] for name, n in grown.items() if "req" in name) >= READS / 2, grown
        assert cost <= READS / 50, "an interrupt exits"


def test_the_events_are_those_of_the_bare_machine(guest, start):
    bare = start("native", loaded=machine.native(), unjudged="no Mavis",
                 args=[*DEVICES, "-drive", "if=none,format=raw,id=disk,file=null-co://,file.read-zeroes=on",
                       "-device", "virtio-blk-pci,drive=disk,num-queues=4"]).login()
    rows = [re.findall(r"(ITS\S*MSI\S*) +(\d+) Edge +(\S+)", m.run("cat /proc/interrupts")) for m in (guest, bare)]
    bare.close()
    assert rows[0] and sorted(rows[0]) == sorted(rows[1])


def test_an_interrupt_moves_with_its_affinity(guest):
    number, _ = interrupts(guest)[next(name for name in interrupts(guest) if "virtio0" in name and "input" in name)]
    for cpu in (2, 1, 3, 0):
        guest.run(f"echo {1 << cpu:x} >/proc/irq/{number}/smp_affinity")
        before = next(counts for n, counts in interrupts(guest).values() if n == number)
        guest.run("dd if=/dev/hwrng of=/dev/null bs=64 count=20")
        after = next(counts for n, counts in interrupts(guest).values() if n == number)
        grown = [b - a for a, b in zip(before, after)]
        assert grown[cpu] > 0 and sum(grown) == grown[cpu], grown


def test_cpus_that_go_and_come_keep_theirs(guest):
    for _ in range(2):
        guest.run("echo 0 >/sys/devices/system/cpu/cpu3/online")
        read_on(guest, 0)
        guest.run("echo 1 >/sys/devices/system/cpu/cpu3/online")
        before = interrupts(guest)
        read_on(guest, 3)
        after = interrupts(guest)
        assert sum(after[n][1][3] - before[n][1][3] for n in after if "req" in n) >= READS / 2


def test_a_driver_that_is_bound_again_has_its_interrupts_again(guest):
    device = guest.run("basename $(readlink -f /sys/block/vda/device/..)")
    driver = "/sys/bus/pci/drivers/virtio-pci"
    for _ in range(3):
        guest.run(f"echo {device} >{driver}/unbind && echo {device} >{driver}/bind")
    guest.run("sleep 1")
    read_on(guest, 2)


def test_mavis_refused_nothing_of_linuxs(guest):
    assert counters(guest)["ITS refused"] == 0
    assert "mavis: ITS" not in guest.console


def by_hand(start, name, program, folder, **options):
    config = bundles.config(folder / "config.dts")
    bundle = bundles.make(folder / "bundle", config, kernel=program, ramdisk=None, load=0x44000000)
    said = start(f"by-hand-{name}", smp=2, loaded=machine.mavis(bundle), **options).expect_end()
    return said, int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", said)[1], 16)


@pytest.mark.parametrize("cpu", ["max", "cortex-a72"])
def test_a_guest_that_drives_it_by_hand(start, tmp_path, cpu):
    """tests/guests/its.S: interrupts triggered, moved and lost; and tables and commands that aim at Mavis."""
    program = (machine.BUILD / "test/its.bin").read_bytes()
    _, mavis = by_hand(start, f"{cpu}-aims", machine.BUILD / "test/its.bin", tmp_path, cpu=cpu,
                       unjudged="where it aims is its own memory here, which it has not cleaned for a GIC")
    for bits in (0, 15):
        aim, there = (struct.pack("<I", at | bits) for at in (AIM, mavis))
        assert aim in program
        program = program.replace(aim, there)
    (tmp_path / "its.bin").write_bytes(program)
    said, again = by_hand(start, cpu, tmp_path / "its.bin", tmp_path, cpu=cpu)
    assert said.endswith("its: all is well\n") and again == mavis
    assert "GICR_PENDBASER names memory that is not the guest's own" in said
    assert "GICR_PROPBASER names memory that is not the guest's own" in said
    assert re.search(r"mavis: ITS at 0x8080000: INT \(0x3\), device 0x2, event 0x15: its collection is not mapped.*; skipped",
                     said)


def test_one_that_the_config_withholds_is_nobodys(start, tmp_path):
    """Its registers, its tables and its node: interrupts come by lines then."""
    bundle = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "config.dts", 'withhold = "/intc/its";'))
    m = start("withheld", smp=1, loaded=machine.mavis(bundle), args=DEVICES).login()
    assert "Not for guests: its@8080000 (withheld by the config)" in m.boot_log()
    assert "an ITS's tables" not in m.boot_log()
    assert m.run("ls -d /proc/device-tree/intc*/its* 2>/dev/null; true") == ""
    assert m.run("dd if=/dev/hwrng bs=32 count=1 2>/dev/null | wc -c") == "32"
    assert "MSI" not in m.run("cat /proc/interrupts")
    m.run("peek /dev/mem 0x8080000", check=False)
    assert re.search(r"mavis: CPU 0 at \S+: read of 0x8080000: no region", m.console)
    m.close()


END = 0x80000000            # of memory, where Mavis moves
GITS, GICR, CPU = 0x8080000, 0x80a0000, 0x20000


def leave_on(stub):
    """As a loader may leave an ITS and the LPIs of all CPUs: on, with tables at the end of memory."""
    registers = [(GITS, 1, 4)]
    for cpu in range(2):
        frame = GICR + cpu * CPU
        registers += [(frame + 0x70, END - 0x100000 | 15, 8), (frame + 0x78, END - 0x20000 + cpu * 0x10000, 8), (frame, 1, 4)]
    assert stub.ask("Qqemu.PhyMemMode:1") == "OK"
    for at, value, size in registers:
        assert stub.ask(f"M{at:x},{size:x}:{value.to_bytes(size, 'little').hex()}") == "OK"
    assert stub.ask("Qqemu.PhyMemMode:0") == "OK"


def test_what_a_loader_left_on_is_off_before_memory_is_chosen(start):
    """Else interrupts that come are written to tables where Mavis, or something of its, lies by then."""
    symbols = debugger.symbols(machine.BUILD / "mavis.elf")
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("left-on", smp=2, loaded=machine.mavis(), args=sockets.args())
        stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))

        def on():
            return [monitor.read_physical(at, 4)[0] & 1 for at in (GITS, GICR, GICR + CPU)]

        leave_on(stub)
        assert on() == [1, 1, 1]
        image = monitor.loaded_at(machine.IMAGE)
        stub.break_at(image + symbols["home_find"])
        stub.go_on()
        assert on() == [0, 0, 0]
        stub.let_go(image + symbols["home_find"])
        m.expect("starts at EL1")
        m.close()
