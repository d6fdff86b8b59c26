# SPDX-License-Identifier: Apache-2.0
"""What undoes the isolation, and what the config withholds, is not the guest's: neither the node nor the registers."""

import pytest

import bundles
import machine

TREE = "/proc/device-tree"
# On QEMU's virt.
FW_CFG, SMMU, RTC, GPIO = 0x09020000, 0x09050000, 0x09010000, 0x09030000
LAST_VIRTIO = 0x0a003e00


@pytest.fixture(scope="module")
def guest(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    config = bundles.config(folder / "config.dts", 'withhold = "/pl031@9010000", "/gpio-keys", "/pl061";')
    return start("withheld", smp=2, machine=",iommu=smmuv3", loaded=machine.mavis(bundles.make(folder / "b", config)),
                 args=["-device", "virtio-rng-pci"]).login()


def refused(guest, address, write=False):
    output, status = guest.run(f"devmem {address:#x} 32 {'0x1' if write else ''}", check=False)
    assert status == 128 + 7, f"not SIGBUS but status {status}: {output}"
    return output


def test_a_line_says_why_an_access_ended(guest):
    assert f"read of {FW_CFG:#x}: no region: it is not for guests" in refused(guest, FW_CFG)


@pytest.mark.parametrize("address", [FW_CFG, FW_CFG + 0x10, SMMU, SMMU + 0x10000, RTC, GPIO], ids=hex)
def test_its_registers_are_out_of_reach(guest, address):
    refused(guest, address)
    refused(guest, address, write=True)


@pytest.mark.parametrize("node", ["fw-cfg@9020000", "smmuv3@9050000", "pl031@9010000", "pl061@9030000", "gpio-keys"])
def test_the_guests_tree_does_not_have_it(guest, node):
    assert guest.run(f"ls -d {TREE}/{node}", check=False)[1] != 0


def test_nothing_in_the_guests_tree_refers_to_the_smmu(guest):
    assert guest.run(f"ls {TREE}/pcie@10000000/iommu-map", check=False)[1] != 0


def test_the_rest_is_the_guests(guest):
    """Its PCI functions are, though the SMMU before them is not."""
    guest.run(f"devmem {LAST_VIRTIO:#x} 32")
    assert guest.run("cat /sys/devices/virtual/misc/hw_random/rng_available").startswith("virtio_rng")
    assert len(guest.run("dd if=/dev/hwrng bs=16 count=1 2>/dev/null | od -An -tx1 -v").split()) == 16


@pytest.mark.parametrize("said", [
    r"Not for guests: fw-cfg@9020000 (its DMA writes any memory)",
    r"Not for guests: smmuv3@9050000 (writes any memory by itself, and says where devices may)",
    r"Not for guests: pl061@9030000 and 1 more (withheld by the config)",
], ids=lambda s: s.split()[3])
def test_the_boot_says_so(guest, said):
    assert guest.boot_log().count(said) == 1


@pytest.mark.parametrize("withheld, said", [
    ("/pl031@9010001", "did you mean /pl031@9010000?"),
    ("/cpus/cpu@1", "said by `cpus`"),
    ("/intc@8000000", "interrupts come from it"),
])
def test_what_cannot_be_withheld_stops_the_boot(start, tmp_path, withheld, said):
    config = bundles.config(tmp_path / "config.dts", f'withhold = "{withheld}";')
    m = start(withheld, smp=2, loaded=machine.mavis(bundles.make(tmp_path / "b", config)))
    m.expect(rf"/guest: withhold: .*\n")
    assert said in m.console and "Guest: " not in m.console
    m.close()


def test_a_region_cannot_bring_it_back(start, tmp_path):
    config = bundles.config(tmp_path / "config.dts", 'regions { mine { host-node = "/fw-cfg@9020000"; type = "mmio"; }; };')
    m = start("brought-back", smp=2, loaded=machine.mavis(bundles.make(tmp_path / "b", config)))
    m.expect(r"region mine: reg: .* overlap fw-cfg@9020000 \(not for guests: its DMA writes any memory\)")
    m.close()
