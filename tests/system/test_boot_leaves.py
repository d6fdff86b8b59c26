# SPDX-License-Identifier: Apache-2.0
"""When the guest runs, all of boot/ and libfdt is gone, and so are the parts that its config does not ask for.

EL2 cannot see it, and its memory is cleared.

A debugger looks, from EL2 and from the memory's own side, at the first trap that the guest makes.
"""

import contextlib
import random
import re

import pytest

import debugger
import machine

PAGE = 4096
BUILDS = {"the compiler of make": machine.BUILD, "clang": machine.BUILD / "check/clang"}


class Looked:
    """The machine, stopped where the guest has come to EL2."""

    def __init__(self, m, sockets, build, stack):
        self.symbols = debugger.symbols(build / "mavis.elf")
        self.image = (build / "mavis.img").read_bytes()
        self.stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        self.monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        self.base = self.stub.follow_move(self.monitor.loaded_at(build / "mavis.img"), self.symbols)
        self.stub.break_at(self.at("trap_from_guest"))
        self.stub.go_on()
        assert int(m.expect(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)")[1], 16) == self.base

    def at(self, symbol):
        return self.base + self.symbols[symbol]


@pytest.fixture(scope="module", params=BUILDS.items(), ids=BUILDS)
def looked(request, start):
    name, build = request.param
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = stack.enter_context(contextlib.closing(start(
            name, smp=2, loaded=["-kernel", build / "mavis.img", "-initrd", machine.BUNDLE], args=sockets.args())))
        yield Looked(m, sockets, build, stack)


# What leaves: [from, to).
LEFT = [("__image_start", "__parts_end"), ("__part_control_bss", "__boot_bss_end")]


def test_the_guest_runs_and_el2_sees_itself(looked):
    """Or the other tests would prove nothing."""
    registers = looked.stub.registers()
    assert registers[32] == looked.at("trap_from_guest")
    assert registers[33] & debugger.PSTATE_EL == 2 << 2
    for symbol in ("trap_from_guest", "vectors", "__parts_end", "stage2_change"):
        offset = looked.symbols[symbol]
        assert looked.stub.read(looked.base + offset, 64) == looked.image[offset:offset + 64]


@pytest.mark.parametrize("first, end", LEFT)
def test_no_byte_of_it_can_be_read_from_el2(looked, first, end):
    chance = random.Random(1)
    assert looked.at(first) % PAGE == 0 and looked.at(end) % PAGE == 0 and looked.at(first) < looked.at(end)
    for page in range(looked.at(first), looked.at(end), PAGE):
        for offset in (0, PAGE - 1, *chance.sample(range(PAGE), 4)):
            assert looked.stub.read(page + offset, 1) is None, f"{page + offset:#x} can be read"


@pytest.mark.parametrize("first, end", LEFT)
def test_its_memory_is_cleared(looked, first, end):
    base, size = looked.at(first), looked.at(end) - looked.at(first)
    assert looked.monitor.read_physical(base, size) == bytes(size)
    # It reads what is there: the page that follows is not all zeroes.
    offset = looked.symbols["trap_from_guest"]
    assert looked.monitor.read_physical(looked.base + offset, 64) == looked.image[offset:offset + 64]


def test_what_left_is_what_runs_once(looked):
    left = range(looked.at("__image_start"), looked.at("__parts_end"))
    libfdt = [name for name in looked.symbols if name.startswith("fdt_")]
    for name in ("_start", "main", "host_read", "config_read", "load_guest", "selfcheck", *libfdt, "gdb_take",
                 "debug_panic", "uart_read", "control_run", "watch_trap", "carry_out"):
        assert looked.at(name) in left, name
    assert re.search(rb"Mavis \d", looked.image[:looked.symbols["__boot_end"]]), "the banner"
