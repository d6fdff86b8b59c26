# SPDX-License-Identifier: Apache-2.0
"""Every CPU model, interrupt controller, number of CPUs and memory size boots. A few in `make test`, all in `make test-all`."""

import re

import pytest

import machine

CPUS = ["cortex-a53", "cortex-a57", "cortex-a72", "cortex-a76", "cortex-a710", "neoverse-n1", "neoverse-v1", "neoverse-n2",
        "max"]
SIZES = {"512M": 512, "1G": 1024, "2G": 2048, "4G": 4096, "16G": 16384}

SAMPLE = [
    ("cortex-a53", 2, 1, "512M"),
    ("cortex-a72", 2, 8, "4G"),
    ("cortex-a76", 3, 2, "16G"),
    ("neoverse-v1", 3, 3, "2G"),
    ("neoverse-n2", 3, 8, "1G"),
    ("max", 2, 2, "512M"),
]


def everything():
    """All CPU models with both GICs and 1 to 8 CPUs; the memory sizes take turns."""
    for c, cpu in enumerate(CPUS):
        for gic in (2, 3):
            for smp in range(1, 9):
                yield cpu, gic, smp, list(SIZES)[(c + gic + smp) % len(SIZES)]


@pytest.mark.parametrize("cpu,gic,smp,mem", SAMPLE + [
    pytest.param(*p, marks=pytest.mark.all) for p in everything() if p not in SAMPLE])
def test_linux_boots_with_all_cpus_and_memory(start, cpu, gic, smp, mem):
    m = start(f"{cpu}-{gic}-{smp}-{mem}", cpu=cpu, gic=gic, smp=smp, mem=mem, loaded=machine.mavis())
    m.login()
    assert m.run("nproc") == str(smp)
    assert "CPU: All CPU(s) started at EL1" in m.run("dmesg | grep 'CPU: All'")
    ranges = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", m.run("cat /proc/iomem"))
    # Eight CPUs' stacks and an ITS's tables are more than 4 MiB.
    assert sum(int(b, 16) - int(a, 16) + 1 for a, b in ranges) >= (SIZES[mem] - 6) << 20
    m.send("poweroff -f")
    m.expect_end()
