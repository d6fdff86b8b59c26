# SPDX-License-Identifier: Apache-2.0
"""Guests that are not Linux: an ELF program, and firmware of other machines."""

import re

import pytest

import bundles
import machine

CONFIG = machine.TOP / "tests/system/plain.dts"
UBOOT = "/usr/lib/u-boot/qemu_arm64/uboot.elf"
EDK2 = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"
# What the strict machine would report of them.
CARELESS = "the guest uses memory with its MMU off that is not in its bundle"


def bundle(tmp_path, program, *args, config=CONFIG, ramdisk=None):
    return bundles.make(tmp_path / "b", config, program, ramdisk, args=args)


def test_an_elf_program_has_its_segments_and_zeros_and_is_not_written_over(start, tmp_path):
    """It is linked for where its bundle lies, and fills its bss."""
    (tmp_path / "ramdisk").write_bytes(b"ramdisk!" * 100000)
    m = start("elf", cpu="cortex-a72", smp=2, loaded=machine.mavis(
        bundle(tmp_path, machine.BUILD / "test/bss.elf", ramdisk=tmp_path / "ramdisk")))
    log = m.expect_end()
    said = re.search(r"bss: (\w+), data (\w+), end (\w+), tree at (\w+) begins (\w+)", log).groups()
    bss, data, end, tree, magic = (int(s, 16) for s in said)
    assert (bss, data, magic) == (0, 0x600df00d, 0xd00dfeed)
    assert 0x48400000 < end <= tree
    assert tree < int(re.search(r"ramdisk \d+ KiB at (0x\w+)", log)[1], 16)


def test_u_boot_is_a_guest(start, tmp_path):
    """It takes its tree from where memory begins, and its first stack is below 0x40200000."""
    m = start("u-boot", smp=2, unjudged=CARELESS, loaded=machine.mavis(
        bundle(tmp_path, UBOOT, "--load", "0x40200000", "--dtb-at", "0x40000000")))
    m.expect("device tree at 0x40000000")
    m.expect("stop autoboot")
    m.send("")
    m.expect("=> ")
    m.send("fdt addr ${fdtcontroladdr}; fdt print /psci method")
    m.expect('method = "smc"')
    m.expect("=> ")
    m.send("poweroff")
    m.expect_end()


def test_memory_that_the_tree_was_made_in_is_left_clean(start, tmp_path):
    """Where it belongs the loader has put the bundle, so it is made elsewhere; there the guest writes with its MMU off."""
    m = start("made", cpu="cortex-a72", smp=2, loaded=machine.mavis(
        bundle(tmp_path, machine.BUILD / "test/made.bin", "--load", "0x44000000", "--dtb-at", "0x48000000")))
    log = m.expect_end()
    assert "device tree at 0x48000000" in log
    assert "made: d00dfeed d00dfeed\n" in log, "the tree was not made where the guest writes"


@pytest.mark.parametrize("cpu", ["cortex-a72", pytest.param("max", marks=pytest.mark.all)])
def test_edk2_is_a_guest(start, tmp_path, cpu):
    m = start(f"edk2-{cpu}", cpu=cpu, smp=2, unjudged=CARELESS, loaded=machine.mavis(
        bundle(tmp_path, EDK2, "--load", "0", "--dtb-at", "0x40000000", config=machine.TOP / "configs/edk2.dts")))
    m.expect("UEFI Interactive Shell", 120)
    m.expect("any other key")
    m.qemu.send("\r")
    m.expect("Shell>")
    m.qemu.send("reset -s\r")
    m.expect_end()
