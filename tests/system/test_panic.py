# SPDX-License-Identifier: Apache-2.0
"""An error of Mavis's own: it is said, every CPU stops, and an error in saying so does not go round in circles.

Mavis has no such error to show, so a debugger makes one: it puts an undefined instruction into a function.
"""

import contextlib
import re
import struct

import pytest

import debugger
import machine

UDF, RET = bytes(4), bytes.fromhex("c0035fd6")
CPUS = 4


class Patched:
    """A guest that is busy on all CPUs, and at its next call Mavis runs into what was put there."""

    def __init__(self, start, stack, name, patches):
        self.stack = stack
        self.sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        self.m = start(name, smp=CPUS, args=self.sockets.args(), loaded=machine.mavis(),
                       unjudged="what is put into Mavis is no code of its own")
        self.symbols = debugger.symbols(machine.BUILD / "mavis.elf")
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(self.sockets.qmp)))
        monitor.ask("cont")
        self.m.login()
        self.base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", self.m.boot_log())[1], 16)
        for cpu in range(CPUS):
            self.m.run(f"taskset -c {cpu} sh -c 'while :; do :; done' &")
        # The first access is one of the guest's, so that a CPU is at EL2 when the memory is written.
        with contextlib.closing(debugger.Stub(self.sockets.gdb)) as stub:
            stub.break_at(self.base + self.symbols["trap_from_guest"])
            self.m.send("taskset -c 2 peek /dev/mem 0xb000000")
            stub.go_on()
            for (symbol, offset), data in patches.items():
                at = self.base + self.symbols[symbol] + offset
                assert stub.ask(f"M{at:x},{len(data):x}:{data.hex()}") == "OK"
            assert stub.ask(f"z1,{self.base + self.symbols['trap_from_guest']:x},4") == "OK"
            assert stub.ask("D") == "OK"
        self.m.send("echo 0 >/sys/devices/system/cpu/cpu3/online")

    def where(self):
        """(function, Exception level) that each CPU is at."""
        with contextlib.closing(debugger.Stub(self.sockets.gdb)) as stub:
            for thread in range(1, CPUS + 1):
                assert stub.ask(f"Hg{thread:x}") == "OK"
                registers = stub.registers()
                at = registers[32] - self.base
                yield (max((a, n) for n, a in self.symbols.items() if a <= at and not n.startswith("$"))[1],
                       registers[33] >> 2 & 3)


@pytest.fixture
def patched(start, request):
    with contextlib.ExitStack() as stack:
        yield lambda patches: Patched(start, stack, request.node.name, patches)


def test_it_is_said_and_the_machine_goes_off(patched):
    m = patched({("smccc_call", 0): UDF}).m
    said = m.expect_end()
    assert said.count("mavis: unexpected synchronous exception from EL2 on CPU ") == 1
    assert said.count("mavis: stopped") == 1
    assert "  at mavis+0x" in said and "another while" not in said


def test_where_nothing_turns_the_machine_off_every_cpu_is_stopped(patched):
    p = patched({("smccc_call", 0): UDF, ("firmware_power_off", 0): RET})
    p.m.expect("mavis: stopped")
    p.m.listen(2)
    places = list(p.where())
    assert len(places) == CPUS
    assert {level for _, level in places} == {2}, places
    assert sorted(function for function, _ in places) == ["panic_wait"] * (CPUS - 1) + ["power_off"], places


def test_an_error_on_the_way_is_said_once_and_the_machine_goes_off(patched):
    """Where it believes stage 2's root to be nothing is."""
    said = patched({("smccc_call", 0): UDF, ("guest", 8): struct.pack("<Q", 0x1000)}).m.expect_end()
    assert said.count("mavis: and another while that was said: ") == 1
    assert said.count("mavis: stopped") == 1


def test_where_nothing_can_be_said_the_machine_still_goes_off(patched):
    said = patched({("smccc_call", 0): UDF, ("vformat", 0): UDF}).m.expect_end()
    assert "mavis: unexpected" not in said and "mavis: stopped" not in said


def test_where_the_console_is_what_fails_the_machine_still_goes_off(patched):
    """Its UART where EL2 maps nothing: a translation fault, which no device answers with."""
    said = patched({("console", 8): struct.pack("<Q", 0x1000)}).m.expect_end()
    assert "mavis: unexpected" not in said
