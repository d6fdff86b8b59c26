# SPDX-License-Identifier: Apache-2.0
"""Functions behind bridges, whose buses Linux numbers anew: one stays hidden, and one is followed, wherever they are then."""

import contextlib
import re

import pytest

import bundles
import debugger
import firmware
import machine
from firmware import SIZE, WINDOW, WINDOW_END, bridge, card, config, memory, number, port

# Linux lets nobody see the configuration space of its own driver otherwise.
CONFIG = """/dts-v1/;
/ {
    compatible = "mavis,config";
    guest {
        bootargs = "console=ttyAMA0 iomem=relaxed";
        regions {
            hidden { pci = "%s"; bar = <2>; type = "device-memory"; expose = "reserved"; };
            gpu-bar { pci = "0000:09:00.0"; bar = <2>; type = "device-memory"; };
        };
    };
};
"""
NOTHING = "0xffffffffffffffff"


@contextlib.contextmanager
def boot(start, folder, hidden, devices, writes):
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", text=CONFIG % hidden))
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("renumbered", smp=2, loaded=machine.mavis(bundle), args=[*sockets.args(), *firmware.args(sockets), *devices])
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        firmware.write(sockets, writes)
        monitor.ask("cont")
        yield m.login()


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    with boot(start, tmp_path_factory.mktemp("bridges"), "0000:07:00.0", [*port(5), *port(6)],
              number(5, 7, WINDOW_END - SIZE) + number(6, 9, WINDOW + SIZE)) as m:
        yield m


def peek(guest, addr):
    return guest.run(f"peek /dev/mem {addr:#x}")


def lead(guest, function, secondary, subordinate):
    registers = f"/sys/bus/pci/devices/{function}/config"
    guest.run(rf"printf '\{secondary:03o}\{subordinate:03o}' | dd of={registers} bs=1 seek=25 conv=notrunc")
    assert guest.run(f"xxd -p -s 0x19 -l 2 {registers}") == f"{secondary:02x}{subordinate:02x}"


def test_a_hidden_function_stays_hidden_when_linux_renumbers(guest):
    guest.run("echo 1 >/sys/bus/pci/rescan")
    assert guest.run("ls /sys/bus/pci/devices").split() == ["0000:00:00.0", "0000:00:05.0", "0000:00:06.0", "0000:02:00.0"]
    assert guest.run("xxd -p -s 0x18 -l 3 /sys/bus/pci/devices/0000:00:05.0/config") == "000101"
    assert peek(guest, config(1, 0, 0)) == NOTHING


def test_it_stays_hidden_on_whatever_bus_the_guest_puts_it(guest):
    for bus in (0x20, 0x07, 0xff):
        lead(guest, "0000:00:05.0", bus, bus)
        assert peek(guest, config(bus, 0, 0)) == NOTHING
        guest.run(f"peek /dev/mem {config(bus, 0, 0x10):#x} 0")
        assert peek(guest, config(bus, 0, 0x10)) == NOTHING


def test_a_followed_function_is_followed_on_its_new_bus(guest):
    bar = "/sys/bus/pci/devices/0000:02:00.0"
    guest.run(f"[ $(cat {bar}/enable) = 1 ] || echo 1 >{bar}/enable")
    at = re.findall(r"mavis: gpu-bar: BAR 2 of 0000:02:00\.0 at (0x[0-9a-f]+), 64 MiB, force Normal-WB", guest.console)[-1]
    assert int(at, 16) == int(guest.run(f"sed -n 3p {bar}/resource").split()[0], 16)
    assert "unaligned: works" in guest.run(f"unaligned {bar}/resource2_wc 0")


def test_it_stays_hidden_while_another_answers_in_place_of_a_bridge(start, tmp_path):
    """Behind two bridges; of two ports that lead to a bus QEMU asks the newer one."""
    hidden = WINDOW_END - SIZE
    legacy = ["-device", "pcie-root-port,id=port5,bus=pcie.0,addr=5,slot=5", "-device", "pcie-pci-bridge,id=legacy,bus=port5",
              *memory("legacy", 1)]
    writes = bridge(0, 5, 7, 8, hidden) + bridge(7, 0, 8, 8, hidden) + card(8, 1, hidden) + number(6, 9, WINDOW + SIZE)
    with boot(start, tmp_path, "0000:08:01.0", [*legacy, *port(6), *port(7)], writes) as m:
        assert m.run("ls -1 /sys/bus/pci/devices").split() == [
            "0000:00:00.0", "0000:00:05.0", "0000:00:06.0", "0000:00:07.0", "0000:01:00.0", "0000:03:00.0", "0000:04:00.0"]
        bridge_id = peek(m, config(1, 0, 0))
        assert peek(m, config(2, 1, 0)) == NOTHING
        lead(m, "0000:00:07.0", 1, 1)
        assert peek(m, config(1, 0, 0)) != bridge_id
        lead(m, "0000:00:05.0", 1, 2)
        assert peek(m, config(2, 1, 0)) == NOTHING
        lead(m, "0000:00:07.0", 4, 4)
        assert peek(m, config(1, 0, 0)) == bridge_id
        assert peek(m, config(2, 1, 0)) == NOTHING
        assert peek(m, config(4, 0, 0)) != NOTHING
