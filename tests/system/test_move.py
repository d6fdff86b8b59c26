# SPDX-License-Identifier: Apache-2.0
"""Mavis moves out of the guest's way: to the end of memory, where the config says, or not at all."""

import contextlib
import re
import struct

import pytest

import bundles
import debugger
import machine

MIB = 1 << 20
RAM, END = 0x40000000, 0x80000000
KEPT = re.compile(r"Mavis keeps (\d+) KiB at (0x[0-9a-f]+) \(moved there from (0x[0-9a-f]+)\)")


ITS = re.compile(r"Mavis keeps (\d+) KiB more at (0x[0-9a-f]+), for an ITS's tables")


def tables(log):
    """First address and end of what the ITS has, at the end of the memory that is left."""
    size, at = ITS.search(log).groups()
    return int(at, 16), int(at, 16) + (int(size) << 10)


def memory(log):
    """(first address, last one) of the guest's memory, row by row."""
    return [(int(a, 16), int(b, 16)) for a, b in re.findall(r"(?m)^ *([0-9a-f]{12})-([0-9a-f]{12}) .* memory\r*$", log)]


@pytest.fixture(scope="module")
def guest(start):
    return start("linux", cpu="cortex-a72", smp=2, loaded=machine.mavis()).login()


def test_the_guest_has_the_machines_memory_in_one_piece(guest):
    size, home, came_from = KEPT.search(guest.boot_log()).groups()
    assert (int(size), int(home, 16)) == (2048, END - 2 * MIB)
    assert RAM < int(came_from, 16) < int(home, 16)
    at, end = tables(guest.boot_log())
    assert end == END - 2 * MIB
    assert memory(guest.boot_log()) == [(RAM, at - 1)]
    assert f"40000000-{at - 1:x} : System RAM" in guest.run("cat /proc/iomem")


def test_what_was_said_before_the_move_is_said_once(guest):
    assert guest.boot_log().count("EL2 on 2 CPUs") == 1
    assert guest.boot_log().count("Memory: 1 GiB") == 1


def test_nothing_in_mavis_points_to_where_it_was(start):
    """Of the copy that runs, no word is an address in the image that it was made of. (Stacks hold what registers once held.)"""
    symbols = debugger.symbols(machine.BUILD / "mavis.elf")
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("pointers", cpu="cortex-a72", smp=2, loaded=machine.mavis(), args=sockets.args())
        stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        old = monitor.loaded_at(machine.IMAGE)
        new = stub.follow_move(old, symbols)
        stub.break_at(new + symbols["trap_from_guest"])
        stub.go_on()
        assert stub.read(old, 8) is None, "EL2 still sees the old image"
        place = symbols["image_place"]
        size, came_from = struct.unpack("<QQ", monitor.read_physical(new + place, 16))
        assert (size, came_from) == (2 * MIB, old)
        stays = monitor.read_physical(new, symbols["__stack_guard"])
        words = struct.unpack(f"<{len(stays) // 8}Q", stays)
        there = range(old, old + symbols["__image_end"])
        found = [hex(8 * i) for i, word in enumerate(words) if word in there and 8 * i != place + 8]
        assert not found
        # It looks where pointers are.
        assert sum(new <= word < new + size for word in words) > 50
        m.close()


# The strict machine's loader leaves all memory dirty, which a program that clears its own with the MMU off may not expect.
CARELESS = "the guest writes past the caches to memory that is not in its bundle"


def small(tmp_path, guest, at=RAM + 16 * MIB):
    """A bundle with tests/guests/flat.S at `at`."""
    program = machine.BUILD / "test/flat.bin"
    return bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", guest), program, None, load=at)


def test_it_moves_where_the_config_says(start, tmp_path):
    m = start("place", cpu="cortex-a72", smp=2, loaded=machine.mavis(small(tmp_path, "place = <0x0 0x60000000>;")),
              unjudged=CARELESS)
    m.expect("starts at EL1")
    m.expect("flat: ")
    assert KEPT.search(m.console)[2] == "0x60000000"
    at, end = tables(m.console)
    assert end == END and memory(m.console) == [(RAM, 0x5fffffff), (0x60200000, at - 1)]
    m.close()


@pytest.mark.parametrize("place, why", [
    (0x48000000, "the bundle has "), (0x80000000, "the machine has no memory of 2048 KiB at 0x80000000")])
def test_a_place_that_is_taken_is_refused(start, tmp_path, place, why):
    m = start(f"refused-{place:#x}", cpu="cortex-a72", smp=2,
              loaded=machine.mavis(small(tmp_path, f"place = <0x0 {place:#x}>;")))
    m.expect(rf"mavis: error: /guest: place: .*{why}")
    m.close()
