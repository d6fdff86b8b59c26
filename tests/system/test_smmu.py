# SPDX-License-Identifier: Apache-2.0
"""Devices behind an SMMUv3 reach what the guest has, and nothing of Mavis."""

import hashlib
import re
import subprocess

import pytest

import bundles
import debugger
import dts
import machine

EDU = "/sys/bus/pci/devices/0000:00:02.0"
DISK = machine.IMAGE
DEVICES = ["-device", "virtio-rng-pci,addr=1,iommu_platform=on,disable-legacy=on",
           "-device", "edu,addr=2,dma_mask=0xffffffffffffffff",
           "-drive", f"if=none,id=disk,file={DISK},format=raw,readonly=on", "-device", "nvme,addr=3,serial=1,drive=disk"]
# Nothing of the machine's: what is read there brings the guest to EL2, which then looks for events.
NOTHING = 0x0b000000
SECRET = 0x6d617669732e2e21


@pytest.fixture(scope="module")
def guest(start):
    sockets = debugger.Sockets()
    args = ["-qmp", f"unix:{sockets.qmp},server=on,wait=off", *DEVICES]
    m = start("smmu", smp=2, machine=",iommu=smmuv3", loaded=machine.mavis(), args=args)
    m.monitor = debugger.Monitor(sockets.qmp)
    yield m.login()
    m.monitor.close()
    m.close()
    sockets.close()


def dma(guest, *words):
    """What edu was told to do, and what Mavis says of it: two lines, of which it has one a second."""
    said = guest.run(f"sleep 2; edu {EDU} {' '.join(map(str, words))}")
    return said, guest.run(f"devmem {NOTHING:#x} 32", check=False)[0]


def lines(text):
    return re.findall(r"mavis: DMA .*", text)


def mavis_at(guest):
    size, base = re.search(r"Mavis keeps (\d+) KiB at (0x[0-9a-f]+)", guest.boot_log()).groups()
    return int(base, 16), int(size) << 10


def test_the_boot_says_what_is_contained_and_what_is_not(guest):
    log = guest.boot_log()
    assert "DMA: contained: pcie@10000000, but for virtio-pci without iommu_platform=on\n" in log
    listed = re.search("DMA: not contained: (.*)", log)[1]
    assert "virtio_mmio@a000000 (32 alike)" in listed
    assert "pcie" not in listed


def test_the_guest_sees_no_smmu(guest):
    nodes = guest.run("ls /proc/device-tree /proc/device-tree/pcie*")
    assert "smmu" not in nodes and "iommu" not in nodes


def test_devices_work(guest):
    assert guest.run("dd if=/dev/hwrng bs=32 count=1 2>/dev/null | wc -c") == "32"
    assert guest.run(f"dd if=/dev/nvme0n1 bs=512 count={DISK.stat().st_size // 512} 2>/dev/null | md5sum").split()[0] == \
        hashlib.md5(DISK.read_bytes()[:DISK.stat().st_size // 512 * 512]).hexdigest()


def test_dma_into_the_guests_memory_arrives(guest):
    said, mavis = dma(guest, "own")
    assert "edu: arrived" in said
    assert not lines(mavis)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_dma_into_mavis_writes_nothing_and_is_a_line(guest, place):
    base, size = mavis_at(guest)
    # In the middle are its constants, which do not change by themselves; at the end, pages that nobody uses.
    at = {"first": base, "middle": base + 0x10000, "last": base + size - 0x1000}[place]
    before = guest.monitor.read_physical(at, 8)
    _, mavis = dma(guest, "write", hex(at), hex(SECRET))
    assert guest.monitor.read_physical(at, 8) == before != SECRET.to_bytes(8, "little")
    said, = lines(mavis)
    assert said == (f"mavis: DMA by pcie@10000000 00:02.0 (stream 0x10), write to {at:#x}: not for DMA; "
                    "aborted (F_TRANSLATION)")


def test_dma_from_mavis_reads_nothing(guest):
    base, _ = mavis_at(guest)
    said, mavis = dma(guest, "read", hex(base))
    assert said == "edu: 0"
    assert re.search(r"read of 0x[0-9a-f]+: not for DMA", lines(mavis)[0])


@pytest.mark.parametrize("at, what", [(0x9000000, "the UART"), (0x9050000, "the SMMU"), (0x8080000, "the ITS"),
                                      (0x80a0000, "a redistributor"), (0x9020000, "fw_cfg"),
                                      (0x4010000000, "configuration space"), (0x80000000, "behind all memory")])
def test_dma_into_registers_is_stopped(guest, at, what):
    _, mavis = dma(guest, "write", hex(at), "0x42")
    assert f"write to {at:#x}: not for DMA" in lines(mavis)[0], what


def test_the_doorbell_of_message_interrupts_is_open(guest):
    _, mavis = dma(guest, "write", "0x8090040", "0x0")
    assert not lines(mavis)


def test_a_storm_is_a_few_lines(guest):
    base, _ = mavis_at(guest)
    guest.run(f"for i in $(seq 40); do edu {EDU} write {base + 0x1000:#x} $i >/dev/null; done")
    assert len(lines(guest.run(f"for i in 1 2 3; do devmem {NOTHING:#x} 32; done; true"))) < 15


def decode(guest, function, command):
    """Whether it answers to its BARs: the kernel leaves that on."""
    guest.run(rf"printf '\x{command:02x}\x00' | dd of={function}/config bs=1 seek=4 conv=notrunc 2>/dev/null")


BAR = ["-object", "memory-backend-ram,id=bar,size=64M,share=on", "-device", "ivshmem-plain,memdev=bar,addr=4"]
REGIONS = """require-smmu; regions { gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; %s };
                       kept { reg = <0x0 0x7c000000 0x0 0x100000>; type = "ram"; expose = "reserved"; no-dma; };
                       open { reg = <0x0 0x7d000000 0x0 0x100000>; type = "ram"; expose = "reserved"; }; };"""


@pytest.mark.parametrize("more", ["", "no-dma;"], ids=["open", "no-dma"])
def test_a_bar_that_is_a_region_is_reached_where_it_is(start, tmp_path, more):
    bundle = bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", REGIONS % more))
    m = start(f"bar-{bool(more)}", smp=2, machine=",iommu=smmuv3", loaded=machine.mavis(bundle), args=[*DEVICES, *BAR]).login()
    bar = "/sys/bus/pci/devices/0000:00:04.0"
    m.run(f"echo 1 >{bar}/enable")
    for _ in range(3):
        at = int(m.run(f"sed -n 3p {bar}/resource").split()[0], 16) + 0x2000
        m.run(f"peek {bar}/resource2 0x2000 0x5555")
        _, mavis = dma(m, "write", hex(at), hex(SECRET))
        assert bool(lines(mavis)) == bool(more)
        assert int(m.run(f"peek {bar}/resource2 0x2000"), 16) == (0x5555 if more else SECRET)
        # Off, and nothing of it is there for devices any more, whatever the SMMU had cached.
        decode(m, bar, 0)
        assert lines(dma(m, "write", hex(at), "0x1")[1])
        decode(m, bar, 2)
        assert int(m.run(f"peek {bar}/resource2 0x2000"), 16) == (0x5555 if more else SECRET)
    assert f"write to {0x7c000000:#x}: not for DMA" in dma(m, "write", "0x7c000000", "0x1")[1]
    assert not lines(dma(m, "write", "0x7d000000", "0x1")[1])
    m.close()


@pytest.mark.parametrize("options", [{"gic": 2}, {"cpu": "cortex-a72"}], ids=["gicv2", "cortex-a72"])
def test_other_machines(start, options):
    name = "smmu-" + "-".join(map(str, options.values()))
    m = start(name, smp=2, machine=",iommu=smmuv3", loaded=machine.mavis(), args=DEVICES, **options).login()
    base, _ = mavis_at(m)
    assert m.run("dd if=/dev/nvme0n1 bs=4096 count=8 2>/dev/null | wc -c") == "32768"
    assert "arrived" in dma(m, "own")[0]
    assert len(lines(dma(m, "write", hex(base), "0x1")[1])) == 1
    m.close()


def test_a_device_that_the_tree_does_not_bind_reaches_nothing(start, tmp_path):
    """And the few streams that there are have a table of one level, in an SMMU that looks past the caches."""
    devices = [*DEVICES[:4], "-device", "edu,addr=3,dma_mask=0xffffffffffffffff"]
    dumped, path = tmp_path / "dumped.dtb", tmp_path / "machine.dtb"
    subprocess.run([machine.QEMU, *machine.virt_args(smp=2, machine=f",iommu=smmuv3,dumpdtb={dumped}"), *devices], check=True,
                   capture_output=True)
    tree = dts.Tree(dumped)
    _, smmu, _, _ = tree.cells("/pcie@10000000", "iommu-map")
    tree.put("/pcie@10000000", "iommu-map", f"<0x0 {smmu:#x} 0x0 0x18>")
    tree.drop("/smmuv3@9050000", "dma-coherent")
    tree.write(path)
    m = start("unbound", smp=2, machine=",iommu=smmuv3", loaded=machine.mavis(), args=["-dtb", path, *devices]).login()
    assert re.search("DMA: not contained: .*pcie@10000000", m.boot_log())
    assert "arrived" in m.run(f"edu {EDU} own")
    said = m.run(f"edu {EDU.replace('02.0', '03.0')} own")
    assert said.startswith("edu: did not arrive")
    said += m.run(f"devmem {NOTHING:#x} 32", check=False)[0]
    why = "no device of the guest's has this stream; aborted (C_BAD_STE)"
    assert f"mavis: DMA by stream 0x18 of smmuv3@9050000: {why}" in said
    m.close()


def test_an_smmu_without_stage_2_contains_nothing_and_all_works(start):
    """QEMU's before 9.2."""
    old = "virt-9.1,virtualization=on,gic-version=3,iommu=smmuv3"
    m = start("stage-1", smp=2, loaded=machine.mavis(), args=["-M", old, *DEVICES]).login()
    assert "DMA: smmuv3@9050000 contains nothing: it has no stage 2" in m.boot_log()
    assert re.search("DMA: not contained: .*pcie@10000000", m.boot_log())
    assert m.run("dd if=/dev/nvme0n1 bs=4096 count=8 2>/dev/null | wc -c") == "32768"
    assert "arrived" in dma(m, "own")[0]
    m.close()


def test_without_an_smmu_the_list_has_all(start):
    m = start("none", smp=1, loaded=machine.mavis()).login()
    listed = re.search(r"DMA: not contained \(no SMMUv3\): (.*)", m.boot_log())[1]
    assert "pcie@10000000" in listed and "virtio_mmio@a000000 (32 alike)" in listed
    m.close()


@pytest.mark.parametrize("options, said", [("", "has no SMMUv3"), (",iommu=smmuv3", "contains nothing: it has no stage 2")],
                         ids=["none", "no-stage-2"])
def test_one_that_is_required_must_be_there(start, tmp_path, options, said):
    bundle = bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", "require-smmu;"))
    m = start(f"required-{bool(options)}", smp=1, loaded=machine.mavis(bundle),
              args=["-M", "virt-9.1,virtualization=on,gic-version=3" + options])
    assert re.search("mavis: error: /guest: require-smmu: .*" + said, m.expect_end())
