# SPDX-License-Identifier: Apache-2.0
"""A real loader: Debian's U-Boot starts Mavis from what tools/card makes, and from what QEMU hands to it."""

import re
import subprocess
import time

import pexpect
import pytest

import boards
import bundles
import machine
import observe

UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
UBOOT_RPI = machine.DEPS / "arm64/usr/lib/u-boot/rpi_4/u-boot.bin"
CPU, CPUS = "cortex-a72", 2
# Reserved by a loader, in the middle of the guest's memory.
KEPT, KEPT_SIZE = 0x60000000, 0x200000


def card(path, loader, board="virt", bundle=machine.BUNDLE, more=()):
    subprocess.run([machine.TOP / "tools/card", "image", board, "--loader", loader, "--image", machine.IMAGE,
                    "--bundle", bundle, "--deps", machine.DEPS, "--quiet", "-o", path, *more], check=True,
                   timeout=machine.patience(60))
    return path


def u_boot(*args):
    return {"cpu": CPU, "smp": CPUS, "loaded": ["-bios", UBOOT, *args]}


def disk(path):
    return ["-drive", f"if=virtio,format=raw,file={path}"]


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    return lambda loader: card(folder / f"{loader}.img", loader)


@pytest.fixture(scope="module")
def direct(start):
    """What the guest has where QEMU itself loads Mavis."""
    m = start("direct", cpu=CPU, smp=CPUS, loaded=machine.mavis()).login()
    return memory(m)


def memory(m):
    """What the guest has (MiB), and what of that its kernel was given."""
    total = re.search(r"MemTotal:\s*(\d+) kB", m.run("cat /proc/meminfo"))[1]
    ram = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", m.run("cat /proc/iomem"))
    return int(total) / 1024, sum(int(end, 16) + 1 - int(begin, 16) for begin, end in ram) / (1 << 20)


def is_at_home(m, direct):
    """The guest works, has the attributes asked for, and all memory that it has without this loader."""
    m.expect(r"Mavis \d")
    m.login()
    rows = observe.regions(m.boot_log())
    assert rows
    assert [r for r in rows if r[1] != "ok"] == []
    assert m.run("nproc") == str(CPUS)
    for found, expected in zip(memory(m), direct):
        assert abs(found - expected) < 2


@pytest.mark.parametrize("loader", ["extlinux", "script", "fit"])
def test_u_boot_boots_the_card(start, cards, direct, loader):
    """Nothing but this loader's files is on the card, so that a guest that comes up came from them."""
    m = start(loader, **u_boot(*disk(cards(loader))))
    is_at_home(m, direct)
    assert "Firmware keeps" not in m.boot_log()
    assert "vda1" in m.run("cat /proc/partitions"), "the card is the guest's own now"
    m.send("poweroff -f")
    m.expect_end()


def as_ext4(image, fat):
    """Makes a disk with the files of a card, on an ext4 file system."""
    folder = image.with_suffix(".files")
    folder.mkdir()
    subprocess.run(["mcopy", "-s", "-n", "-i", f"{fat}@@1M", "::/", folder], check=True, timeout=machine.patience(60))
    with open(image, "wb") as f:
        f.truncate(128 << 20)
    subprocess.run(["/sbin/sfdisk", "-q", image], input="label: gpt\nstart=2048, size=253952, attrs=LegacyBIOSBootable\n",
                   text=True, check=True, timeout=machine.patience(60))
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-d", folder, "-E", "offset=1048576", image, "124M"], check=True,
                   timeout=machine.patience(60))
    return image


@pytest.mark.parametrize("loader", ["extlinux", "script"])
def test_u_boot_boots_from_ext4(start, cards, direct, tmp_path, loader):
    m = start(f"ext4-{loader}", **u_boot(*disk(as_ext4(tmp_path / "disk.img", cards(loader)))))
    is_at_home(m, direct)


def test_u_boot_boots_a_fit_image_that_has_the_board_s_tree(start, tmp_path, direct):
    """As it is on boards. The tree is that of just this machine: with -bios it has no GPIO."""
    dtb = tmp_path / "virt.dtb"
    dump = machine.virt_args(cpu=CPU, smp=CPUS, machine=f",dumpdtb={dtb}")
    subprocess.run([machine.QEMU, *dump, "-bios", UBOOT], check=True, timeout=machine.patience(60), capture_output=True)
    subprocess.run(["fdtput", "-t", "s", dtb, "/", "model", "the card's own"], check=True)
    m = start("fit-tree", **u_boot(*disk(card(tmp_path / "fit.img", "fit", more=["--dtb", dtb]))))
    is_at_home(m, direct)
    assert m.run("cat /proc/device-tree/model").strip("\0") == "the card's own"


def test_u_boot_boots_what_qemu_hands_to_it(start, direct):
    m = start("qfw", **u_boot(*machine.mavis(append="verify")))
    is_at_home(m, direct)


def stop_autoboot(m):
    """U-Boot waits two seconds for a key, so keys are pressed from the start. Those too many are blanks before a command."""
    until = time.monotonic() + machine.patience()
    while not m.qemu.expect([pexpect.TIMEOUT, "=> "], timeout=0.2) and time.monotonic() < until:
        m.qemu.send(" ")
    commands(m, "")


def commands(m, *lines):
    for line in lines:
        m.qemu.sendline(line)
        m.expect("=> ")


def test_memory_that_the_loader_reserves_is_not_the_guest_s(start, cards, direct):
    m = start("reserved", **u_boot(*disk(cards("script"))))
    stop_autoboot(m)
    commands(m, "virtio scan", "load virtio 0:1 0x40400000 mavis.img", "fdt addr ${fdtcontroladdr}",
             "fdt move ${fdtcontroladdr} 0x43000000 0x100000",
             f"fdt rsvmem add {KEPT:#x} {KEPT_SIZE:#x}", "load virtio 0:1 0x44000000 guest.cpio")
    m.send("booti 0x40400000 0x44000000:${filesize} 0x43000000")
    m.login()
    assert f"Firmware keeps {KEPT_SIZE >> 10} KiB at {KEPT:#x} (/memreserve/)" in m.boot_log()
    lost = direct[1] - memory(m)[1]
    assert abs(lost - (KEPT_SIZE >> 20)) < 1
    ram = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", m.run("cat /proc/iomem"))
    assert not [r for r in ram if int(r[0], 16) < KEPT + KEPT_SIZE and int(r[1], 16) >= KEPT]


def test_u_boot_of_a_raspberry_pi_boots_its_sd_card(start, tmp_path):
    """QEMU is no Raspberry Pi firmware: it starts U-Boot as that would, with the tree in memory."""
    board = boards.find("rpi4")
    bundle = bundles.make(tmp_path / "guest.cpio", board.config)
    image = card(tmp_path / "sd.img", "extlinux", board.name, bundle)
    with open(image, "r+b") as f:
        f.truncate(64 << 20)        # QEMU wants a power of two
    m = start("rpi4", board=board, loaded=["-kernel", UBOOT_RPI, "-drive", f"if=sd,format=raw,file={image}"])
    m.login()
    assert [r for r in observe.regions(m.boot_log()) if r[1] != "ok"] == []
    assert "Firmware keeps 4 KiB at 0x0 (/memreserve/)" in m.boot_log(), "the spin-table's page"
    assert m.run("nproc") == str(board.cpus)
