# SPDX-License-Identifier: Apache-2.0
"""A stock Linux guest under Mavis is what it is without: the same kernel on the same machine tells."""

import re
import subprocess

import pytest

import bundles
import machine
import observe

MIB = 1 << 20
CPUS = 4


@pytest.fixture(scope="module")
def guest(start):
    return start("mavis", smp=CPUS, loaded=machine.mavis()).login()


@pytest.fixture(scope="module")
def bare(start):
    return start("native", smp=CPUS, loaded=machine.native()).login()


def features(m):
    lines = set(re.findall(r"(?m)^Features\s*: (.*)$", m.run("cat /proc/cpuinfo")))
    assert len(lines) == 1, "all CPUs have the same features"
    return set(lines.pop().split())


def system_ram(m):
    ranges = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", m.run("cat /proc/iomem"))
    return sum(int(end, 16) - int(start, 16) + 1 for start, end in ranges)


def mem_total(m):
    return int(re.search(r"MemTotal:\s*(\d+) kB", m.run("cat /proc/meminfo"))[1]) << 10


def test_the_console_tells_banner_then_regions_then_start_then_linux(guest):
    log = guest.boot_log()
    banner = log.index("Mavis ")
    table = log.index("guest physical", banner)
    started = log.index("Guest: ", table)
    assert log.index("Booting Linux on physical CPU", started)
    assert "EL2" in log[banner:table]
    rows = re.findall(r"(?m)^ *([0-9a-f]{12})-([0-9a-f]{12}) .*$", log[table:started])
    assert rows == sorted(rows)
    for (_, end), (begin, _) in zip(rows, rows[1:]):
        assert int(end, 16) < int(begin, 16), "regions do not overlap"


def test_the_table_fits_a_screen_by_default(start, tmp_path):
    """On the machine of `make run`, with its regions: 24 lines from its head to the guest's start."""
    gpu = ["-object", "memory-backend-ram,id=gpu,size=64M,share=on", "-device", "ivshmem-plain,memdev=gpu"]
    bundle = bundles.make(tmp_path / "guest.cpio", machine.TOP / "configs/virt.dts")
    m = start("screen", cpu="max", smp=CPUS, loaded=machine.mavis(bundle), args=gpu)
    m.expect("\nGuest: [^\n]*\n")
    table = m.console.replace("\r", "").split("\nGuest: ")[0].strip().split("\n\n", 1)[1]
    assert "guest physical" in table.splitlines()[0] and len(table.strip().splitlines()) <= 24
    for name in ("rtc", "untagged-ram", "write-combining", "gpu-memory", "memory", r"[\w-]+@[0-9a-f]+ and \d+ more"):
        assert re.search(rf"(?m)^  .* (ok|DIFFERS) +{name}\b", table), name
    assert "virtio_mmio@a001000" not in table


def test_the_banner_says_which_version_this_is(guest):
    version = subprocess.run([machine.TOP / "tools/version"], check=True, capture_output=True, text=True).stdout.strip()
    assert f"Mavis {version}: EL2 on {CPUS} CPUs" in guest.boot_log()


def test_all_cpus_are_online(guest):
    assert guest.run("cat /sys/devices/system/cpu/online") == f"0-{CPUS - 1}"


def test_all_cpus_started_at_el1(guest):
    assert "CPU: All CPU(s) started at EL1" in guest.run("dmesg | grep 'CPU: All'")


def test_linux_warns_of_nothing_that_it_does_not_warn_of_natively(guest, bare):
    assert observe.new_warnings(guest, bare) == set()


def test_cpu_features_are_the_native_ones(guest, bare):
    assert features(guest) == features(bare)
    assert {"sve", "sve2", "paca", "pacg", "mte"} <= features(guest)


def test_mavis_keeps_at_most_6_mib(guest, bare):
    assert 0 < system_ram(bare) - system_ram(guest) <= 6 * MIB
    # What the kernel itself spends differs by a few pages.
    assert mem_total(bare) - mem_total(guest) <= 6 * MIB + 256 * 1024


def test_the_pmu_counts_cycles(guest):
    assert int(re.search(r"pmu: (\d+) cycles", guest.run("pmu"))[1]) > 1000000


def test_a_cpu_goes_offline_and_comes_back(guest):
    online = "/sys/devices/system/cpu/cpu3/online"
    guest.run(f"echo 0 >{online}")
    assert guest.run("nproc") == str(CPUS - 1)
    guest.run(f"echo 1 >{online}")
    assert guest.run("nproc") == str(CPUS)
    assert guest.run("taskset 8 grep Cpus_allowed: /proc/self/status").endswith("8")


def test_reboot_boots_again_and_poweroff_ends_the_machine(guest):
    guest.send("reboot -f")
    guest.expect(r"Mavis \d")
    guest.login()
    assert guest.run("nproc") == str(CPUS)
    guest.send("poweroff -f")
    guest.expect_end()
