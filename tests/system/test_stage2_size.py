# SPDX-License-Identifier: Apache-2.0
"""Stage 2 has the size of the guest's addresses, whatever the CPU has. Where ID registers are trapped PARange says so."""

import contextlib

import pytest

import bundles
import debugger
import machine

# QEMU's virt has its last PCI window up to 1 TiB: 40 bits, which is PARange 2. The CPUs have more.
BITS = 40
T0SZ, SL0, LEVEL_1 = 0x3f, 3 << 6, 1 << 6


# Of a Cortex-A72 nothing is hidden that a guest may not know: its registers are read without a trap.
@pytest.mark.parametrize("cpu, parange", [("max", 2), ("cortex-a72", 4)])
def test_it_starts_at_level_1(start, tmp_path, cpu, parange):
    symbols = debugger.symbols(machine.BUILD / "mavis.elf")
    bundle = bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts"), machine.BUILD / "test/flat.bin", None,
                          load=0x41000000)
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start(cpu, cpu=cpu, smp=2, loaded=machine.mavis(bundle), args=sockets.args(),
                  unjudged="the guest writes past the caches to memory that is not in its bundle")
        stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        home = stub.follow_move(monitor.loaded_at(machine.IMAGE), symbols)
        stub.break_at(home + symbols["guest_sync"])
        stub.go_on()
        # Somewhere in there is VTCR_EL2: its RES1 bit, and walks that are Write-Back and Inner Shareable, tell it.
        guest = monitor.read_physical(home + symbols["guest"], 512)
        words = [int.from_bytes(guest[i:i + 8], "little") for i in range(0, 512, 8)]
        vtcr, = {word for word in words if word >> 31 == 1 and word & 0x3f00 == 0x3500}
        assert vtcr & T0SZ == 64 - BITS and vtcr & SL0 == LEVEL_1
        stub.let_go(home + symbols["guest_sync"])
        m.expect(rf"PARange {parange}\r*\n")
        m.close()
