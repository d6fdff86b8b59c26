# SPDX-License-Identifier: Apache-2.0
"""A machine in which a debugger puts something else into Mavis, so that it runs into an error of its own."""

import contextlib
import re

import debugger
import machine

UDF, RET = bytes(4), bytes.fromhex("c0035fd6")
CPUS = 4


class Patched:
    """A guest that is busy on all CPUs, and at its next call Mavis runs into what was put there."""

    def __init__(self, start, stack, name, patches, append="", *, bundle=machine.BUNDLE, args=(), before="",
                 last="echo 0 >/sys/devices/system/cpu/cpu3/online"):
        self.stack = stack
        self.sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        self.m = start(name, smp=CPUS, args=[*self.sockets.args(), *args], loaded=machine.mavis(bundle, append),
                       unjudged="what is put into Mavis is no code of its own")
        self.symbols = debugger.symbols(machine.BUILD / "mavis.elf")
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(self.sockets.qmp)))
        monitor.ask("cont")
        self.m.login()
        self.base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", self.m.boot_log())[1], 16)
        if before:
            self.m.run(before)
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
        self.m.send(last)

    def where(self):
        """(function, Exception level) that each CPU is at."""
        with contextlib.closing(debugger.Stub(self.sockets.gdb)) as stub:
            for thread in range(1, CPUS + 1):
                assert stub.ask(f"Hg{thread:x}") == "OK"
                registers = stub.registers()
                at = registers[32] - self.base
                yield (max((a, n) for n, a in self.symbols.items() if a <= at and not n.startswith("$"))[1],
                       registers[33] >> 2 & 3)
