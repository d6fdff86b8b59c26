# SPDX-License-Identifier: Apache-2.0
"""A guest that attacks, class by class (tests/guests/hostile). Mavis is whole after each, seen from inside and from outside."""

import contextlib
import re
import subprocess

import pexpect
import pytest

import boards
import bundles
import debugger
import dts
import firmware
import machine
import observe

# Where the guest is linked for: QEMU's virt and the Raspberry Pi have memory at different addresses.
AT = {"raspi4b": 0x10000000}
VIRT_AT = 0x44000000
CLASSES = ["memory", "walks", "calls", "power", "registers", "flash", "control", "pci", "buses",
           "races", "dma", "lpis", "gic", "console", "its"]
# What changes although all is withstood: the guest has what is adjustable changed, and BARs moved; the ITS is driven.
CHANGES = {"stage 2": {"control", "pci", "buses", "races", "dma"}, "ITS": {"its"}}
CONFIG = """/dts-v1/;
/ {
    compatible = "mavis,config";
    guest { control; bootargs = "%s"; %s };
};
"""
# To have something to size and to move; what is hidden is behind a bridge, to which firmware has given a number.
PCI = ["-device", "virtio-rng-pci", "-device", "e1000e,romfile=,addr=3", "-device", "pcie-root-port,id=root,addr=5",
       "-device", "edu,dma_mask=0xffffffffffffffff", *firmware.memory("root", 0)]
REGIONS = """regions {
    card { pci = "8086:10d3"; bar = <0>; type = "device-memory"; adjustable; };
    hidden { pci = "0000:07:00.0"; bar = <2>; type = "device-memory"; expose = "reserved"; };
    tables { reg = <0x0 0x50000000 0x0 0x10000>; type = "ram"; adjustable; expose = "reserved"; };
};"""

# Memory that firmware keeps, amid the guest's: less than the 64 KiB at which a pending table begins.
FIRMWARE = {
    "/reserved-memory": {"#address-cells": "<2>", "#size-cells": "<2>", "ranges": None},
    "/reserved-memory/firmware@48000000": {"reg": "<0 0x48000000 0 0x3000>", "no-map": None},
}

MACHINES = {
    "gicv3-max": {"gic": 3, "cpu": "max", "args": PCI},
    "gicv2-a72": {"gic": 2, "cpu": "cortex-a72", "args": PCI},
    "gicv2-max": {"gic": 2, "cpu": "max", "args": PCI},
    "gicv3-a72": {"gic": 3, "cpu": "cortex-a72", "args": PCI},
    "smmu": {"gic": 3, "cpu": "max", "machine": ",iommu=smmuv3", "args": PCI},
    "raspi4b": {"board": boards.find("raspi4b")},
}
# What each machine has nothing to attack for.
NOTHING = {"raspi4b": {"pci", "flash", "buses", "races"}}
SOON = ["gicv3-max", "gicv2-a72"]
# What a class may take, by how the guest is told to do it: as ever, or with a hundred thousand of each.
SECONDS = {"": machine.ENOUGH, "thorough": 1200}

RUNS = [*((name, "", []) for name in SOON),
        *((name, "", [pytest.mark.all]) for name in MACHINES if name not in SOON),
        *((name, "thorough", [pytest.mark.all]) for name in MACHINES)]


def with_firmware(path, machine_of="", **virt):
    """virt's tree, and FIRMWARE."""
    command = machine.virt_args(machine=f"{machine_of},dumpdtb={path}", **virt)
    subprocess.run([machine.QEMU, *command], check=True, capture_output=True)
    tree = dts.Tree(path)
    for node, props in FIRMWARE.items():
        parent, name = node.rsplit("/", 1)
        tree.add(parent or "/", name)
        for prop, value in props.items():
            tree.put(node, prop, value)
    tree.write(path)
    return ["-dtb", path]


def stop(m, monitor, ended):
    """Stops the machine, to look at it from outside; gives which class it is in, if so many were seen to have ended.

    It has gone on meanwhile, on a busy host through whole classes. What it said of them is left for the next expect().
    """
    monitor.ask("stop")
    m.qemu.expect(pexpect.TIMEOUT, timeout=0.1)
    return ended + len(re.findall(r"hostile: \w+: \d+ tried", m.qemu.before))


@pytest.mark.parametrize("name, how", [pytest.param(name, how, marks=marks, id=f"{name}{how and '-' + how}")
                                       for name, how, marks in RUNS])
def test_it_is_withstood(start, tmp_path, name, how):
    virt = "board" not in MACHINES[name]
    words = f"{how} {'hidden' if virt else ''} {name}"
    config = bundles.config(tmp_path / "config.dts", text=CONFIG % (words, REGIONS if virt else ""))
    at = AT.get(name, VIRT_AT)
    bundle = bundles.make(tmp_path / "b", config, kernel=machine.BUILD / f"test/hostile-{at:x}.bin", ramdisk=None, load=at)
    options = dict(MACHINES[name])
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        args = options.pop("args", []) + sockets.args() + firmware.args(sockets)
        if virt:
            args += with_firmware(tmp_path / "virt.dtb", options.get("machine", ""), cpu=options["cpu"], gic=options["gic"])
        m = start(f"{name}-{how}", loaded=machine.mavis(bundle), args=args, **options)
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        if virt:
            firmware.write(sockets, firmware.number(5, 7, firmware.WINDOW_END - firmware.SIZE))
        monitor.ask("cont")
        m.expect("hostile: begins, whole\r*\n")
        now = stop(m, monitor, 0)
        mavis = observe.Mavis(m, monitor)
        monitor.ask("cont")
        for ended, attack in enumerate(CLASSES, 1):
            said = m.expect(rf"hostile: {attack}: (\d+) tried, (\d+) withstood, (.*?)\r*\n", seconds=SECONDS[how])
            tried, withstood, state = said.groups()
            assert state == "whole"
            before, now = now, stop(m, monitor, ended)
            assert mavis.is_whole(), f"{attack}: Mavis's text or constants have changed"
            for what, changed_by in CHANGES.items():
                since = CLASSES[before:now + 1]
                assert mavis.keeps(what) or changed_by & {*since}, f"{since}: Mavis's tables have changed: {what}"
            monitor.ask("cont")
            assert tried == withstood, m.console[-2000:]
            nothing = NOTHING.get(name, set()) | (set() if name == "smmu" else {"dma"})
            nothing |= set() if name.startswith(("gicv3", "smmu")) else {"its", "lpis"}
            assert int(tried) > 10 or attack in nothing
        m.expect("hostile: done")
        m.close()
