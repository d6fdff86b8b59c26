# SPDX-License-Identifier: Apache-2.0
"""What `expose` says is what Linux finds, and works: persistent memory, reserved memory, nothing."""

import re

import pytest

import bundles
import machine

REGIONS = """
regions {
    scratch { reg = <0x0 0x7c000000 0x0 0x4000000>; type = "ram"; expose = "pmem"; };
    vram { reg = <0x0 0x7b000000 0x0 0x1000000>; type = "prefetchable"; expose = "reserved"; };
    hidden { reg = <0x0 0x7a000000 0x0 0x1000000>; type = "ram"; expose = "none"; };
};
"""


@pytest.fixture(scope="module", params=["max", "cortex-a72"])
def guest(start, request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("expose")
    bundle = bundles.make(folder / "bundle", bundles.config(folder / "config.dts", REGIONS))
    m = start(request.param, cpu=request.param, smp=2, loaded=machine.mavis(bundle))
    yield m.login()
    m.close()


def test_a_file_system_on_pmem_keeps_its_data(guest):
    assert guest.run("cat /sys/block/pmem0/size") == str((64 << 20) // 512)
    guest.run("mke2fs -q /dev/pmem0 && mount -t ext4 /dev/pmem0 /mnt")
    guest.run("dd if=/dev/urandom of=/mnt/data bs=1M count=32")
    written = guest.run("md5sum </mnt/data")
    guest.run("umount /mnt && echo 3 >/proc/sys/vm/drop_caches && mount -t ext4 /dev/pmem0 /mnt")
    assert guest.run("md5sum </mnt/data") == written
    guest.run("umount /mnt")


def test_pmem_lies_where_the_region_says(guest):
    assert "7c000000-7fffffff : namespace" in guest.run("cat /proc/iomem")


def test_reserved_memory_is_named_and_can_be_mapped(guest):
    node = "/proc/device-tree/reserved-memory/vram@7b000000"
    assert guest.run(f"xxd -p {node}/reg || hexdump -ve '1/1 \"%02x\"' {node}/reg") == "000000007b0000000000000001000000"
    guest.run("devmem 0x7b800000 64 0x1122334455667788")
    assert guest.run("devmem 0x7b800000 64") == "0x1122334455667788"


def test_only_memory_is_system_ram(guest):
    # What is Mavis's lies below these regions.
    ram = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", guest.run("cat /proc/iomem"))
    assert 0x79800000 < max(int(end, 16) for _, end in ram) < 0x7a000000
    assert guest.run("ls /proc/device-tree | grep -c 7a000000; true") == "0"


def test_the_table_says_what_differs_from_the_default(guest):
    log = guest.boot_log()
    for name in "scratch", "vram", "hidden":
        assert f"  {name}\n" in log


# Most of the memory, the kernel's code in it, as stage 1 says with and without FEAT_S2FWB.
RAW = """
regions {
    main { reg = <0x0 0x48000000 0x0 0x37000000>; type = "raw"; memattr = <%d>; exec; expose = "memory"; };
};
"""


@pytest.mark.parametrize("cpu, memattr", [("max", 7), ("cortex-a72", 15)])
def test_memory_of_any_type_runs_all_cpus(start, tmp_path, cpu, memattr):
    config = bundles.config(tmp_path / "config.dts", RAW % memattr)
    m = start(cpu, cpu=cpu, loaded=machine.mavis(bundles.make(tmp_path / "bundle", config))).login()
    assert m.run("cat /sys/devices/system/cpu/online") == "0-3"
    assert re.search(rf"raw +rwx 0b{memattr:04b} .* main: as written\n", m.boot_log())
    m.close()
