# SPDX-License-Identifier: Apache-2.0
"""Machines as large as servers are, and configs to match."""

import re

import pytest

import bundles
import machine

# The strict machine tells 16 CPUs apart.
MANY = "it has more CPUs than the strict machine can tell apart"
# Two instructions that wait for ever: the guest's CPU does nothing more.
WAIT = bytes.fromhex("5f2003d5ffffff17")


@pytest.fixture
def waiting(tmp_path):
    """waiting(the config's guest node) gives a bundle with a program that only waits."""
    def make(guest):
        (tmp_path / "wait").write_bytes(WAIT)
        text = f'/dts-v1/;\n/ {{ compatible = "mavis,config"; guest {{ {guest} }}; }};\n'
        return bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", text=text), tmp_path / "wait", None,
                            load=0x48000000)

    return make


@pytest.mark.parametrize("cpus", [130, pytest.param(512, marks=pytest.mark.all)])
def test_a_guest_has_a_few_of_very_many_cpus(start, waiting, cpus):
    m = start(f"{cpus}-cpus", cpu="cortex-a72", smp=cpus, unjudged=MANY, loaded=machine.mavis(waiting("cpus = <4>;")))
    m.expect(r"; 4 CPUs; starts at EL1")
    assert f"EL2 on {cpus} CPUs" in m.console
    m.close()


def test_a_guest_has_all_of_many_cpus(start, waiting):
    m = start("all-130", cpu="cortex-a72", smp=130, unjudged=MANY, loaded=machine.mavis(waiting("")))
    m.expect(r"; 130 CPUs; starts at EL1")
    kept = int(re.search(r"Mavis keeps 4096 KiB at (0x[0-9a-f]+) ", m.console)[1], 16)
    assert kept == 0x80000000 - (4 << 20)
    # Below the image are an ITS's tables, then the guest's memory.
    size, at = re.search(r"Mavis keeps (\d+) KiB more at (0x[0-9a-f]+), for an ITS's tables", m.console).groups()
    assert int(at, 16) + (int(size) << 10) == kept
    assert re.search(rf"-0000{int(at, 16) - 1:08x} .* memory", m.console) and f"-0000{0x7fffffff:08x}" not in m.console
    m.close()


@pytest.mark.parametrize("cpus", [17, pytest.param(72, marks=pytest.mark.all)])
def test_linux_has_a_few_of_many_cpus(start, tmp_path, cpus):
    bundle = bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", "cpus = <3>;"))
    m = start(f"linux-{cpus}", cpu="cortex-a72", smp=cpus, unjudged=MANY, loaded=machine.mavis(bundle)).login()
    assert m.run("cat /sys/devices/system/cpu/present") == "0-2"
    assert m.run("cat /sys/devices/system/cpu/online") == "0-2"
    m.close()


@pytest.mark.all
def test_linux_starts_all_of_many_cpus(start):
    """Their stacks are in a larger page pool than usual. (QEMU is too slow to come to a shell with as many.)"""
    m = start("linux-all", cpu="cortex-a72", smp=80, unjudged=MANY, loaded=machine.mavis())
    m.expect("Mavis keeps 4096 KiB at ")
    m.expect("smp: Brought up 1 node, 80 CPUs")
    m.close()


def test_a_config_of_nearly_a_mebibyte(start, waiting):
    # A region takes about 150 bytes, compiled; the rest is one long line for the guest.
    regions = "".join(f'r{i} {{ reg = <0x0 {0x50000000 + i * 0x1000:#x} 0x0 0x1000>; type = "ram"; }};' for i in range(1000))
    bundle = waiting(f'bootargs = "{"x" * 800000}"; regions {{ {regions} }};')
    m = start("large-config", cpu="cortex-a72", smp=1, loaded=machine.mavis(bundle))
    m.expect("starts at EL1")
    assert len(re.findall(r"(?m) r\d+\r*$", m.console)) == 1000
    m.close()
