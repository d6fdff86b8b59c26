# SPDX-License-Identifier: Apache-2.0
"""Mavis as a UEFI application: started by EDK2 itself, and by GRUB from a disk.

What these machines run first at EL2 is EDK2, so they are no strict ones.
"""

import re
import subprocess

import pytest

import bundles
import machine

FIRMWARE = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
CPUS = 2
# Longer than a boot without: EDK2 takes its time.
SECONDS = 180


@pytest.fixture
def boot(start, request):
    def run(*loaded, firmware="acpi=off", **options):
        return start(request.node.name, smp=CPUS, loaded=["-bios", FIRMWARE, "-M", firmware, *loaded],
                     unjudged="EDK2 runs at EL2, too", **options)
    return run


def is_at_home(m):
    m.expect(re.escape(machine.READY), SECONDS)
    m.expect("# ")
    m.qemu.sendline("stty -echo; dmesg -n 1; PS1= PS2=; echo log''in")
    m.expect("login\r*\n")
    assert m.run("nproc") == str(CPUS)
    assert "CPU: All CPU(s) started at EL1" in m.run("dmesg")
    log = m.boot_log()
    assert "Bundle: checksums verified" in log, "the command line has come along"
    assert "Command line: passed over" not in log, "the loader's own words have not"


def ranges(text):
    return [(int(a, 16), int(b, 16)) for a, b in text]


# Where FEAT_VHE is, newer EDK2 runs with HCR_EL2.E2H = 1; with 8 GiB it puts what it loads above 4 GiB.
@pytest.mark.parametrize("cpu, mem", [("max", "1G"), ("cortex-a72", "8G")])
def test_edk2_starts_it_with_the_ramdisk_and_command_line_of_qemu(boot, cpu, mem):
    m = boot(*machine.mavis(append="verify"), cpu=cpu, mem=mem)
    is_at_home(m)
    home = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", m.boot_log())[1], 16)
    ram = ranges(re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", m.run("cat /proc/iomem")))
    assert not any(a <= home <= b for a, b in ram)
    assert len(ram) > 1, "runtime services' memory is not the guest's"


def test_a_firmware_without_a_device_tree_gets_its_machine_back(boot):
    m = boot(*machine.mavis(), cpu="max", firmware="acpi=on")
    m.expect("Mavis: error: this firmware has no device tree, and Mavis reads no ACPI: .*acpi=off", SECONDS)
    m.expect(r"\w+", SECONDS)


def test_a_firmware_at_el1_is_told_how_to_be_at_el2(boot):
    m = boot(*machine.mavis(), cpu="max", firmware="acpi=off,virtualization=off")
    m.expect("Mavis: error: this firmware runs at EL1: .*virtualization=on", SECONDS)


def test_grub_boots_it_from_a_disk(boot, tmp_path):
    bundle = bundles.make(tmp_path / "guest.cpio", machine.TOP / "tests/system/plain.dts")
    disk = tmp_path / "disk.img"
    subprocess.run([machine.TOP / "tools/card", "image", "virt", "--loader", "grub", "--append", "verify",
                    "--image", machine.IMAGE, "--bundle", bundle, "--deps", machine.DEPS, "-q", "-o", disk],
                   check=True, timeout=machine.patience())
    is_at_home(boot("-drive", f"if=virtio,format=raw,file={disk}", cpu="max"))
