# SPDX-License-Identifier: Apache-2.0
"""Functions behind bridges, whose buses Linux numbers anew: one stays hidden, and one is followed, wherever they are then."""

import contextlib
import re

import pytest

import bundles
import debugger
import firmware
import machine
from firmware import SIZE, WINDOW, WINDOW_END, config, number, port

# Linux lets nobody see the configuration space of its own driver otherwise.
CONFIG = """/dts-v1/;
/ {
    compatible = "mavis,config";
    guest {
        bootargs = "console=ttyAMA0 iomem=relaxed";
        regions {
            hidden { pci = "0000:07:00.0"; bar = <2>; type = "device-memory"; expose = "reserved"; };
            gpu-bar { pci = "0000:09:00.0"; bar = <2>; type = "device-memory"; };
        };
    };
};
"""
NOTHING = "0xffffffffffffffff"


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bridges")
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", text=CONFIG))
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("renumbered", smp=2, loaded=machine.mavis(bundle),
                  args=[*sockets.args(), *firmware.args(sockets), *port(5), *port(6)])
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        firmware.write(sockets, number(5, 7, WINDOW_END - SIZE) + number(6, 9, WINDOW + SIZE))
        monitor.ask("cont")
        yield m.login()


def peek(guest, addr):
    return guest.run(f"peek /dev/mem {addr:#x}")


def test_a_hidden_function_stays_hidden_when_linux_renumbers(guest):
    guest.run("echo 1 >/sys/bus/pci/rescan")
    assert guest.run("ls /sys/bus/pci/devices").split() == ["0000:00:00.0", "0000:00:05.0", "0000:00:06.0", "0000:02:00.0"]
    assert guest.run("xxd -p -s 0x18 -l 3 /sys/bus/pci/devices/0000:00:05.0/config") == "000101"
    assert peek(guest, config(1, 0, 0)) == NOTHING


def test_it_stays_hidden_on_whatever_bus_the_guest_puts_it(guest):
    for bus in (0x20, 0x07, 0xff):
        guest.run(rf"printf '\{bus:03o}\{bus:03o}' | dd of=/sys/bus/pci/devices/0000:00:05.0/config bs=1 seek=25 conv=notrunc")
        assert guest.run("xxd -p -s 0x19 -l 2 /sys/bus/pci/devices/0000:00:05.0/config") == f"{bus:02x}" * 2
        assert peek(guest, config(bus, 0, 0)) == NOTHING
        guest.run(f"peek /dev/mem {config(bus, 0, 0x10):#x} 0")
        assert peek(guest, config(bus, 0, 0x10)) == NOTHING


def test_a_followed_function_is_followed_on_its_new_bus(guest):
    bar = "/sys/bus/pci/devices/0000:02:00.0"
    guest.run(f"[ $(cat {bar}/enable) = 1 ] || echo 1 >{bar}/enable")
    at = re.findall(r"mavis: gpu-bar: BAR 2 of 0000:02:00\.0 at (0x[0-9a-f]+), 64 MiB, force Normal-WB", guest.console)[-1]
    assert int(at, 16) == int(guest.run(f"sed -n 3p {bar}/resource").split()[0], 16)
    assert "unaligned: works" in guest.run(f"unaligned {bar}/resource2_wc 0")
