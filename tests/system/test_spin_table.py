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
