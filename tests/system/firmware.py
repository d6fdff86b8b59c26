# SPDX-License-Identifier: Apache-2.0
"""What firmware does before the loader, on QEMU's virt: it numbers buses, and places BARs behind bridges."""

import contextlib
import socket

MIB = 1 << 20
SIZE = 64 * MIB
ECAM, WINDOW, WINDOW_END = 0x4010000000, 0x8000000000, 0x10000000000


def memory(bus, slot):
    """A card with memory, on a bus."""
    return ["-object", f"memory-backend-ram,id=memory-{bus},size={SIZE},share=on", "-device",
            f"ivshmem-plain,memdev=memory-{bus},bus={bus},addr={slot}"]


def port(number):
    """A root port with memory behind it."""
    return ["-device", f"pcie-root-port,id=port{number},bus=pcie.0,addr={number},slot={number}", *memory(f"port{number}", 0)]


def config(bus, device, register):
    return ECAM + (bus << 20) + (device << 15) + register


def args(sockets):
    """For a machine that waits (debugger.Sockets)."""
    return ["-qtest", f"unix:{sockets.qmp.with_name('qtest')},server=on,wait=off", "-qtest-log", "/dev/null"]


def write(sockets, writes):
    """Writes of (address, 32-bit value)."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as s:
        s.connect(str(sockets.qmp.with_name("qtest")))
        with s.makefile("rw") as f:
            for addr, value in writes:
                f.write(f"writel {addr:#x} {value:#x}\n")
                f.flush()
                assert f.readline().startswith("OK")


def bridge(bus, device, secondary, subordinate, base):
    """It leads to these buses, and its window is there."""
    limit = base + SIZE - MIB
    return [(config(bus, device, 0x18), subordinate << 16 | secondary << 8 | bus), (config(bus, device, 0x28), base >> 32),
            (config(bus, device, 0x2c), limit >> 32),
            (config(bus, device, 0x24), (limit >> 16 & 0xfff0) << 16 | base >> 16 & 0xfff0 | 0x10001),
            (config(bus, device, 4), 6)]


def card(bus, device, base):
    """Its BAR 2 is there."""
    return [(config(bus, device, 0x18), base & 0xffffffff | 0xc), (config(bus, device, 0x1c), base >> 32),
            (config(bus, device, 4), 2)]


def number(device, bus, base):
    """The port leads to this bus, and its window and the function's BAR are there."""
    return bridge(0, device, bus, bus, base) + card(bus, 0, base)
