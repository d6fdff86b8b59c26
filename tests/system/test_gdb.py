# SPDX-License-Identifier: Apache-2.0
"""gdb on the console, where it is asked for: it shows EL2 at Mavis's own end, and the guest when that asks or dies."""

import contextlib
import re
import subprocess

import pytest

import bundles
import debugger
import machine
import observe
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
    return [int(v, 16) for v in re.findall(r"(?m)\$\d+ = 0x([0-9a-f]+)$", said)]


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


PROGRAM, AT = machine.BUILD / "test/debug.bin", 0x44000000
CHANGED, PATTERN, COUNT = AT + 0x400, AT + 0x800, AT + 0x808
PROGRAMS = 0x400000
LOOK = r"mavis: CPU 0 at (0x[0-9a-f]+): it asks for a debugger: gdb may look .*\n"


def test_gdb_sees_and_changes_a_guest_that_asks_and_one_that_dies(start, tmp_path):
    config = bundles.config(tmp_path / "config.dts", "debug;")
    bundle = bundles.make(tmp_path / "bundle", config, kernel=PROGRAM, ramdisk=None, load=AT)
    m = start("asks", smp=2, loaded=machine.mavis(bundle))
    pc = int(m.expect(LOOK)[1], 16)
    text = m.console.replace("\r", "")
    assert "Warning: /guest: debug: the guest can read and write all physical addresses" in text
    assert "; not contained (debug)\n" in text
    seen = gdb(m, "print/x $pc", "print/x $x20", "print/x $x28", "print/x $sp", f"print/x *(long *){PATTERN}",
               "print/x $cpsr & 0x1f", f"print/x *(long *){COUNT}", "shell sleep 1", f"print/x *(long *){COUNT}",
               "x/wx 0x0b000000", "set var $cpsr = $cpsr + 4", "print/x *(int *)0x09000018 & 0x20",
               "set var $x20 = 0x1234", f"set var *(long *){PATTERN} = 0x5555",
               f"set var *(int *){CHANGED} = 0x52800055",             # mov w21, #2
               "continue", "print/x $pc", "print/x $VBAR_EL1", "print/x $x20", "kill")
    first, second = values(seen)[:9], values(seen)[9:]
    assert first[:6] == [pc, 0xd00d000000000020, 0xd00d000000000028, AT + 0x1000, 0x0123456789abcdef, 5]
    assert first[6] == first[7] != 0, "the other CPU is held"
    assert first[8] == 0, "a device's register"
    assert "Cannot access memory at address 0xb000000" in seen
    assert "Could not write register" in seen, "EL2h"
    assert second == [0xb000200, 0xb000000, 0x1234]
    said = m.expect_end()
    assert "debug: 00000000 0000000000001234 0000000000005555 00000002\n" in said
    assert "mavis: CPU 0 at 0xb000200: stage 2 has no exception vectors where VBAR_EL1 says: gdb may look" in said


def test_linux_goes_on_after_gdb_and_peeks_where_it_is_allowed_to(start, tmp_path):
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", "debug;"))
    m = start("linux", smp=2, loaded=machine.mavis(bundle))
    m.login()
    base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", m.boot_log())[1], 16)
    # fw_cfg is not the guest's: it selects "the signature" by two bytes, and reads it byte by byte.
    assert m.run("mavisctl poke 0x9020008 0 2; for i in 1 2 3 4; do mavisctl peek 0x9020000 1; done").split("\n") == \
        [f"0x9020000: {ord(c):#x}" for c in "QEMU"]
    # The signature has four bytes: zeroes follow.
    assert observe.mavisctl(m, "peek 0x9020000 1") == {"t": "peek", "v": 1, "address": 0x9020000, "value": 0}
    assert "Mavis's own memory" in m.run(f"mavisctl peek {base + 0x80000:#x}", check=False)[0]
    assert "Mavis's own memory" in m.run(f"mavisctl poke {base:#x} 0", check=False)[0]
    assert "answers with an abort" in m.run("mavisctl peek 0xb000000", check=False)[0]
    assert "the size is 1, 2, 4 or 8" in m.run("mavisctl peek 0x40000002 4", check=False)[0]
    assert "the size is 1, 2, 4 or 8" in m.run("mavisctl peek 0xfffffffffffffff0", check=False)[0]
    m.send("mavisctl debug")
    m.expect("it asks for a debugger: gdb may look .*\n")
    seen = gdb(m, "print/x $pc", "print/x *(int *)$pc", "print/x *(int *)($pc - 4)", "print/x $cpsr & 0x1f", "detach")
    pc, *memory, mode = values(seen)
    assert mode == 0, "mavisctl, at EL0"
    text = (machine.BUILD / "guest/bin/mavisctl").read_bytes()[pc - PROGRAMS - 4:][:8]      # a static program's begins there
    assert memory == [int.from_bytes(text[4:], "little"), int.from_bytes(text[:4], "little")]
    assert m.run("nproc") == "2"
    m.send("echo 1 >/proc/sys/kernel/panic; echo c >/proc/sysrq-trigger")
    m.expect("it resets the machine: gdb may look .*\n")
    seen = gdb(m, "print/x $cpsr & 0x1f", "detach")
    assert values(seen) == [5], "the kernel"
    m.expect(re.escape(machine.READY))          # after the reset


def test_a_panic_while_gdb_lets_go_keeps_the_guest(start, tmp_path):
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", "debug;"), kernel=PROGRAM, ramdisk=None,
                          load=AT)
    symbols = debugger.symbols(machine.BUILD / "mavis.elf")
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("panics", smp=2, args=sockets.args(), loaded=machine.mavis(bundle), unjudged="no CPU panics")
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        monitor.ask("cont")
        m.expect(LOOK)
        base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", m.console)[1], 16)
        with contextlib.closing(debugger.Stub(sockets.gdb)) as stub:
            # gdb's "detach"; stage 2 is whole again when it is published. Then the other CPU panics.
            stub.break_at(base + symbols["tlb_publish"])
            m.qemu.send("$D#44")
            stub.go_on()
            debugger.panics_meanwhile(stub, base, "tlb_publish")
