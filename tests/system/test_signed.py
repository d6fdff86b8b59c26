# SPDX-License-Identifier: Apache-2.0
"""Verified boot by the loaders' own means: Debian's U-Boot takes a FIT image that is signed and no other, and EDK2 with Secure
Boot the image that sbsign has signed and no other.

What these machines run first at EL2 is a loader.
"""

import pathlib
import shutil
import subprocess

import pytest

import machine

UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
AAVMF = pathlib.Path("/usr/share/AAVMF")
SNAKEOIL = pathlib.Path("/usr/share/qemu-efi-aarch64/PkKek-1-snakeoil.key")
CPU, CPUS = "cortex-a72", 2


def key(folder, name="dev"):
    subprocess.run(["openssl", "req", "-batch", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650",
                    "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt", "-subj", f"/CN={name}"], check=True,
                   capture_output=True)
    return folder / f"{name}.key"


def card(path, *more):
    subprocess.run([machine.TOP / "tools/card", "image", "virt", "--loader", "fit", "--image", machine.IMAGE, "--bundle",
                    machine.BUNDLE, "--deps", machine.DEPS, "--quiet", "-o", path, *more], check=True,
                   timeout=machine.patience(60))
    return path


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A machine's tree, in which U-Boot finds the key that it is to ask for; and a card that is signed with it."""
    folder = tmp_path_factory.mktemp("keyed")
    tree = folder / "virt.dtb"
    dump = machine.virt_args(cpu=CPU, smp=CPUS, machine=f",dumpdtb={tree}")
    subprocess.run([machine.QEMU, *dump, "-bios", UBOOT], check=True, timeout=machine.patience(60), capture_output=True)
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", folder / "packed.dtb", tree], check=True)
    return folder, folder / "packed.dtb", card(folder / "signed.img", "--key", key(folder), "--trust", folder / "packed.dtb")


def u_boot(start, name, tree, disk):
    return start(name, cpu=CPU, smp=CPUS, unjudged="what is looked at is U-Boot's verdict",
                 loaded=["-bios", UBOOT, "-dtb", tree, "-drive", f"if=virtio,format=raw,file={disk}"])


def test_u_boot_boots_what_is_signed_with_its_key(start, keyed):
    _, tree, signed = keyed
    m = u_boot(start, "signed", tree, signed)
    m.expect(r"sha256,rsa2048:dev\+")
    m.expect("Guest: ")


def test_u_boot_boots_nothing_that_is_not_signed(start, keyed, tmp_path):
    m = u_boot(start, "unsigned", keyed[1], card(tmp_path / "unsigned.img"))
    m.expect("Failed to verify required signature 'key-dev'")
    m.expect(["=> ", "ERROR"])
    assert "Mavis 0" not in m.console


@pytest.mark.all
def test_u_boot_boots_nothing_that_another_key_has_signed(start, keyed, tmp_path):
    m = u_boot(start, "other-key", keyed[1], card(tmp_path / "other.img", "--key", key(tmp_path, "other")))
    m.expect("Failed to verify required signature 'key-dev'")


def test_u_boot_boots_nothing_that_was_changed_since(start, keyed, tmp_path):
    """A byte of the bundle's ramdisk."""
    changed = tmp_path / "changed.img"
    data = bytearray(keyed[2].read_bytes())
    at = data.index(machine.RAMDISK.read_bytes()[:64]) + 40
    data[at] ^= 1
    changed.write_bytes(data)
    m = u_boot(start, "changed", keyed[1], changed)
    m.expect("Bad hash value for 'hash-1'|Bad Data Hash")
    m.expect(["=> ", "ERROR"])
    assert "Mavis 0" not in m.console


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """EDK2 that asks for Debian's test key, and that key."""
    if not (AAVMF / "AAVMF_CODE.snakeoil.fd").exists() and not (AAVMF / "AAVMF_VARS.snakeoil.fd").exists():
        pytest.skip("this Debian's qemu-efi-aarch64 has no firmware with Secure Boot")
    folder = tmp_path_factory.mktemp("secure")
    subprocess.run(["openssl", "rsa", "-passin", "pass:snakeoil", "-in", SNAKEOIL, "-out", folder / "test.key"], check=True,
                   capture_output=True)
    shutil.copy(SNAKEOIL.with_suffix(".pem"), folder / "test.crt")
    return folder


def edk2(start, name, folder, image):
    code = next(p for p in (AAVMF / f"AAVMF_CODE.{n}.fd" for n in ("snakeoil", "secboot", "ms")) if p.exists())
    shutil.copy(AAVMF / "AAVMF_VARS.snakeoil.fd", folder / f"{name}.vars")
    flash = [f"if=pflash,format=raw,unit=0,readonly=on,file={code}", f"if=pflash,format=raw,unit=1,file={folder / name}.vars"]
    return start(name, cpu=CPU, smp=CPUS, unjudged="EDK2 runs at EL2, too",
                 loaded=[*(a for f in flash for a in ("-drive", f)), "-M", "acpi=off", "-kernel", image,
                         "-initrd", machine.BUNDLE])


@pytest.mark.all
def test_secure_boot_starts_what_is_signed(start, secure):
    done = subprocess.run(["make", "-s", "efi", f"O={machine.BUILD}", f"KEY={secure / 'test.key'}"], cwd=machine.TOP,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    m = edk2(start, "secure", secure, machine.BUILD / "mavis.efi")
    m.expect("Guest: ", 300)


@pytest.mark.all
def test_secure_boot_starts_nothing_that_is_not_signed(start, secure):
    m = edk2(start, "insecure", secure, machine.IMAGE)
    m.expect("Access Denied|Security Violation|Secure Boot|not found|Shell>", 300)
    assert "Mavis 0" not in m.console
