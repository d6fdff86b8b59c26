# SPDX-License-Identifier: Apache-2.0
"""CPUs that wait in a spin-table do not wait where the guest can tell them what to run, enabled or not."""

import contextlib
import re

import pytest

import boards
import bundles
import debugger
import dts
import machine

BOARD = boards.find("raspi4b")
DISABLED = 3
# Where QEMU's own firmware has the CPUs of a Raspberry Pi 4 look for their entry: the Pi's loader has them there as well.
RELEASE = 0xd8 + 8 * DISABLED


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The loader has reserved nothing, and a CPU is none of the tree's."""
    t = dts.Tree(machine.board_tree(BOARD))
    t.lines = [line for line in t.lines if not line.startswith("/memreserve/")]
    t.put(f"/cpus/cpu@{DISABLED}", "status", '"disabled"')
    path = tmp_path_factory.mktemp("spin") / "tree.dtb"
    t.write(path)
    return path


@pytest.fixture(scope="module")
def looked(start, tree, tmp_path_factory):
    """The guest, and QEMU's monitor."""
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        bundle = bundles.make(tmp_path_factory.mktemp("spin") / "guest.cpio", BOARD.config)
        m = start("disabled", board=BOARD, dtb=tree, loaded=machine.mavis(bundle), args=sockets.args())
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        monitor.ask("cont")
        yield m.login(), monitor


def registers(monitor, cpu):
    """(PC, exception level) of a CPU."""
    said = monitor.ask("human-monitor-command", **{"command-line": "info registers -a"})
    of_cpu = said.split(f"CPU#{cpu}")[1].split("CPU#")[0]
    return int(re.search(r"PC=([0-9a-f]+)", of_cpu)[1], 16), int(re.search(r" EL(\d)", of_cpu)[1])


def test_a_cpu_that_the_tree_disables_waits_in_mavis(looked):
    guest, monitor = looked
    size, base = re.search(r"Mavis keeps (\d+) KiB at (0x[0-9a-f]+)", guest.boot_log()).groups()
    pc, el = registers(monitor, DISABLED)
    assert el == 2
    assert int(base, 16) <= pc < int(base, 16) + (int(size) << 10)
    assert "Warning" not in guest.boot_log()


def test_the_guest_does_not_have_it(looked):
    guest, _ = looked
    assert guest.run("nproc") == str(BOARD.cpus - 1)


def test_the_release_addresses_are_out_of_reach_though_nobody_reserved_them(looked):
    guest, monitor = looked
    assert "Firmware keeps 4 KiB at 0x0 (spin-table)" in guest.boot_log()
    said = monitor.read_physical(RELEASE, 8)
    output, status = guest.run(f"devmem {RELEASE:#x} 64 0x80000", check=False)
    assert status == 128 + 7 and f"write to {RELEASE:#x}: " in output
    assert monitor.read_physical(RELEASE, 8) == said


def test_one_that_is_not_there_is_said_and_does_not_stop_the_boot(start, tree, tmp_path):
    t = dts.Tree(tree)
    t.put("/cpus/cpu@3", "reg", "<7>")
    t.write(tmp_path / "tree.dtb")
    bundle = bundles.make(tmp_path / "guest.cpio", BOARD.config)
    m = start("absent", board=BOARD, dtb=tmp_path / "tree.dtb", loaded=machine.mavis(bundle))
    m.expect("starts at EL1")
    assert f"1 of them: CPU 0x7: did not leave its spin-table, {RELEASE:#x}, within a second" in m.console
    m.close()


# Where armstub8, with which the Pi's firmware starts, has room for the device tree, it is page 0: its table is there as well.
# (QEMU's own code for the CPUs goes a little further than armstub8.)
TREE_AT, MAVIS_AT, BUNDLE_AT = 0x800, 0x2000000, 0x10000000


@pytest.fixture
def starts_with_tree_beside_table(start, tmp_path):
    """starts_with_tree_beside_table(change) gives Mavis the board's tree, changed, in the page of the spin-table."""
    def check(change=lambda tree: None):
        bundle = bundles.make(tmp_path / "guest.cpio", BOARD.config)
        t = dts.Tree(machine.board_tree(BOARD))
        t.put("/memory@0", "reg", "<0 0 0x3c000000>")
        t.put("/chosen", "linux,initrd-start", f"<0 {BUNDLE_AT:#x}>")
        t.put("/chosen", "linux,initrd-end", f"<0 {BUNDLE_AT + bundle.stat().st_size:#x}>")
        change(t)
        t.write(tmp_path / "given.dtb")
        (tmp_path / "entry").write_bytes(machine.entry(MAVIS_AT, TREE_AT))
        loaded = ["-kernel", tmp_path / "entry"]
        for file, addr in ((machine.IMAGE, MAVIS_AT), (tmp_path / "given.dtb", TREE_AT), (bundle, BUNDLE_AT)):
            loaded += ["-device", f"loader,file={file},addr={addr:#x},force-raw=on"]
        return start("beside", board=BOARD, loaded=loaded)
    return check


def test_the_tree_may_lie_in_the_page_of_the_table(starts_with_tree_beside_table):
    """As far as the guest's start: the tree lacks what QEMU writes into its own for Linux."""
    m = starts_with_tree_beside_table()
    m.expect(rf"; {BOARD.cpus} CPUs; starts at EL1")
    assert "Firmware keeps 4 KiB at 0x0 (" in m.console
    m.close()


def test_the_tree_is_not_written_over_by_what_it_says_of_itself(starts_with_tree_beside_table):
    m = starts_with_tree_beside_table(lambda tree: tree.put("/cpus/cpu@1", "cpu-release-addr", f"<0 {TREE_AT + 64:#x}>"))
    m.expect(rf"mavis: error: CPU 0x1: cpu-release-addr: the device tree or the bundle has {TREE_AT + 64:#x}: ")
    m.close()
