# SPDX-License-Identifier: Apache-2.0
"""gdb on the console, where it is asked for: at Mavis's own end it shows EL2 as it was."""

import contextlib
import re
import subprocess

import pytest

import debugger
import machine
from patched import UDF, Patched


def gdb(m, *commands):
    """What a gdb on the console says to these."""
    with contextlib.closing(debugger.Wire(m)) as wire:
        connect = ["set pagination off", "set confirm off", "set architecture aarch64", f"target remote {wire.path}"]
        arguments = [word for c in (*connect, *commands) for word in ("-ex", c)]
        done = subprocess.run(["gdb-multiarch", "-nx", "-batch", *arguments], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=machine.patience(120))
    (m.log.with_suffix(".gdb")).write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def values(said):
    """What `print/x` has said, in order."""
    return [int(v, 16) for v in re.findall(r"(?m)^\$\d+ = 0x([0-9a-f]+)$", said)]


@pytest.fixture
def patched(start, request):
    with contextlib.ExitStack() as stack:
        yield lambda patches, append: Patched(start, stack, request.node.name, patches, append)


def test_at_a_panic_gdb_sees_what_the_panic_says(patched):
    p = patched({("smccc_call", 0): UDF}, "debug")
    p.m.expect("mavis: gdb may look at EL2 .*\n")
    said = p.m.console.replace("\r", "")
    pc, sp = (int(re.search(rf"{name} (0x[0-9a-f]+)", said)[1], 16) for name in ("ELR_EL2", " SP"))
    elf = machine.BUILD / "mavis.elf"
    seen = gdb(p.m, "print/x $pc", "print/x $sp", "print/x $x19", "print/x $ESR_EL2", "x/2wx $pc", "x/4xb 0",
               "print/x *(char *)1", "set var *(int *)$sp = 1", f"add-symbol-file {elf} -o {p.base:#x}", "print nr_cpus",
               "backtrace 3", "continue")
    x19 = int(re.search(r"x19 ([0-9a-f]{16})", said)[1], 16)
    esr = int(re.search(r"ESR_EL2 (0x[0-9a-f]+)", said)[1], 16)
    assert pc == p.base + p.symbols["smccc_call"]
    assert values(seen)[:4] == [pc, sp, x19, esr]
    offset = p.symbols["smccc_call"]
    after = int.from_bytes((machine.BUILD / "mavis.img").read_bytes()[offset + 4:offset + 8], "little")
    assert re.search(rf"{pc:#x}.*:\s+0x00000000\s+{after:#010x}", seen), "memory of Mavis"
    assert len(re.findall(r"Cannot access memory", seen)) >= 2, "what EL2 does not see; what gdb may not write"
    assert re.search(r"(?m)^\$\d+ = 4$", seen), "nr_cpus"
    assert re.search(r"#0 .*smccc_call", seen)
    assert "exited normally" in seen
    assert p.m.expect_end().count("mavis: stopped") == 1
