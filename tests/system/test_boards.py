# SPDX-License-Identifier: Apache-2.0
"""Every board of tools/boards.py boots Debian's kernel with the board's own tree, as it does without Mavis."""

import contextlib

import pexpect
import pytest

import boards
import bundles
import machine
import observe

BOARDS = [b for b in boards.BOARDS if b.name != "virt"]


@pytest.fixture(scope="module", params=BOARDS, ids=lambda b: b.name)
def board(request):
    return request.param


@pytest.fixture(scope="module")
def guest(start, board, tmp_path_factory):
    bundle = bundles.make(tmp_path_factory.mktemp(board.name) / "guest.cpio", board.config)
    with contextlib.closing(start(f"{board.name}-mavis", board=board, loaded=machine.mavis(bundle))) as m:
        yield m.login()


@pytest.fixture(scope="module")
def bare(start, board):
    with contextlib.closing(start(f"{board.name}-native", board=board, loaded=machine.native(console=board.console))) as m:
        yield m.login()


def test_every_region_has_the_attributes_it_asked_for(guest):
    rows = observe.regions(guest.boot_log())
    assert rows
    assert [r for r in rows if r[1] == "DIFFERS"] == []


def test_the_interrupt_controller_is_the_guests(guest, board):
    which = f"GICv{board.gic}" if board.gic else "no GIC"
    assert f"\nInterrupts: {which}" in guest.boot_log()


def test_all_cpus_are_online_at_el1(guest, board):
    assert guest.run("nproc") == str(board.cpus)
    assert "CPU: All CPU(s) started at EL1" in guest.run("dmesg | grep 'CPU: All'")


def test_linux_warns_of_nothing_that_it_does_not_warn_of_natively(guest, bare):
    assert observe.new_warnings(guest, bare) == set()


def test_a_cpu_goes_offline_and_comes_back(guest, board):
    if board.cpus == 1:
        pytest.skip(f"{board.name} has one CPU")
    last = board.cpus - 1
    for _ in range(3):
        guest.run(f"echo 0 >/sys/devices/system/cpu/cpu{last}/online")
        assert guest.run("nproc") == str(last)
        guest.run(f"echo 1 >/sys/devices/system/cpu/cpu{last}/online")
        assert guest.run(f"taskset {1 << last:x} nproc --all") == str(board.cpus)


def test_poweroff_ends_the_machine_where_it_can(guest, board):
    guest.send("poweroff -f")
    if board.powers_off:
        guest.expect_end()
    else:
        # Newer kernels turn off more of them by drivers of their own.
        guest.expect(["powered off; nothing here can turn off the machine", pexpect.EOF])
