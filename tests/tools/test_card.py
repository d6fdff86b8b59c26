# SPDX-License-Identifier: Apache-2.0
"""tools/card, from outside: its images are read back with the tools that others read them with."""

import json
import os
import pathlib
import struct
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
MAVIS = bytes(56) + b"ARM\x64" + bytes(range(256)) * 20
BUNDLE = b"070701" + bytes(i * 7 & 0xff for i in range(1_234_567))
# What a board's folder is to hold besides Mavis and the bundle.
CONFIGURED = {
    "virt": {"extlinux/extlinux.conf", "boot.scr"},
    "raspi4b": {"config.txt", "cmdline.txt", "board.dtb"},
    "zcu102": {"extlinux/extlinux.conf", "boot.scr", "board.dtb"},
    "imx8mp": {"extlinux/extlinux.conf", "boot.scr", "board.dtb"},
}
WITH_U_BOOT = ["virt", "zcu102", "imx8mp"]
# What the Raspberry Pi's firmware reads before U-Boot.
FIRST = {"config.txt", "cmdline.txt", "u-boot.bin"}
ENV = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin", TZ="UTC")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "mavis").write_bytes(MAVIS)
    (tmp_path / "bundle").write_bytes(BUNDLE)
    (tmp_path / "board.dts").write_text('/dts-v1/; / { compatible = "board"; };')
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", tmp_path / "board.dtb", tmp_path / "board.dts"], check=True)
    return tmp_path


def card(folder, what, board, *args, out="out", force=True):
    """Most of these bundles are none, so that their configs are not looked at."""
    command = [TOP / "tools/card", what, board, "--image", folder / "mavis", "--bundle", folder / "bundle",
               "-o", folder / out, *(["--force"] if force else []), *args]
    if board != "virt" and "--dtb" not in args:
        command += ["--dtb", folder / "board.dtb"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def made(folder, *args, out="out"):
    result = card(folder, *args, out=out)
    assert result.returncode == 0, result.stderr
    assert sorted(p.name for p in folder.iterdir() if "new" in p.name or p.name.startswith("card.")) == []
    return folder / out


def refusal(folder, *args):
    result = card(folder, *args)
    assert result.returncode != 0 and not (folder / "out").exists()
    assert result.stderr.startswith("card: ")
    return result.stderr


def table(image):
    out = subprocess.run(["sfdisk", "-J", image], capture_output=True, check=True, text=True, env=ENV).stdout
    return json.loads(out)["partitiontable"]


def partition(image):
    (only,) = table(image)["partitions"]
    return only["start"] * 512, only["size"] * 512


def where(image):
    return f"{image}@@{partition(image)[0]}"


def content(image, name):
    return subprocess.run(["mtype", "-i", where(image), f"::{name}"], capture_output=True, check=True, env=ENV).stdout


def names(image):
    listed = subprocess.run(["mdir", "-i", where(image), "-b", "-/", "-a", "::"], capture_output=True, check=True, text=True,
                            env=ENV).stdout
    return {line[3:] for line in listed.splitlines() if not line.endswith("/")}


def scripted(image):
    """The commands in boot.scr: a legacy image header of 64 bytes, a table of one length, then the text."""
    data = content(image, "boot.scr")
    length = struct.unpack_from(">I", data, 64)[0]
    return data[72:72 + length].decode().splitlines()


@pytest.mark.parametrize("board", CONFIGURED)
def test_the_fat_holds_what_the_board_boots(files, board):
    image = made(files, "image", board)
    assert names(image) == {"mavis.img", "guest.cpio"} | CONFIGURED[board]
    assert content(image, "mavis.img") == MAVIS
    assert content(image, "guest.cpio") == BUNDLE
    if board != "virt":
        assert content(image, "board.dtb") == (files / "board.dtb").read_bytes()


@pytest.mark.parametrize("board", CONFIGURED)
def test_the_file_system_is_sound_and_fat32(files, board):
    image = made(files, "image", board)
    start, size = partition(image)
    fat = files / "fat"
    fat.write_bytes(image.read_bytes()[start:start + size])
    checked = subprocess.run(["fsck.fat", "-n", "-v", fat], capture_output=True, text=True, env=ENV)
    assert checked.returncode == 0, checked.stdout
    assert "32 bit entries" in checked.stdout


@pytest.mark.parametrize("board", CONFIGURED)
def test_the_partition_is_one_that_the_board_looks_for(files, board):
    image = made(files, "image", board)
    found = table(image)
    (only,) = found["partitions"]
    if board == "virt":
        assert found["label"] == "gpt" and only["attrs"] == "LegacyBIOSBootable"
    else:
        assert found["label"] == "dos" and only["type"] == "c" and only["bootable"]
    start, size = partition(image)
    assert start == (8 * MIB if board == "imx8mp" else MIB)
    assert start + size <= image.stat().st_size <= start + size + MIB
    assert struct.unpack_from("<I", image.read_bytes(), start + 28)[0] * 512 == start, "the FAT knows where it begins"


@pytest.mark.parametrize("board", CONFIGURED)
def test_the_same_input_gives_the_same_bytes(files, board):
    first = made(files, "image", board).read_bytes()
    itb = made(files, "fit", board, out="first.itb").read_bytes()
    for name in ("mavis", "bundle", "board.dtb"):
        os.utime(files / name, (1, 1))
    (files / "elsewhere").mkdir()
    assert made(files, "image", board, out="elsewhere/again").read_bytes() == first
    assert made(files, "fit", board, out="elsewhere/again.itb").read_bytes() == itb


def test_other_contents_give_other_ids(files):
    first = table(made(files, "image", "zcu102"))["id"]
    (files / "bundle").write_bytes(BUNDLE + b"x")
    assert table(made(files, "image", "zcu102"))["id"] != first


@pytest.mark.parametrize("size", [1, 33 * MIB, 40 * MIB - 12345, 70 * MIB])
def test_bundles_of_all_sizes_fit_and_the_image_is_small(files, size):
    (files / "bundle").write_bytes(b"070701" + bytes([7]) * size)
    image = made(files, "image", "virt")
    assert content(image, "guest.cpio") == b"070701" + bytes([7]) * size
    assert image.stat().st_size <= max(size * 1.02 + 4 * MIB, 37 * MIB)


def test_the_image_is_sparse(files):
    image = made(files, "image", "imx8mp")
    assert image.stat().st_blocks * 512 < 8 * MIB < image.stat().st_size


@pytest.mark.parametrize("board", WITH_U_BOOT)
def test_extlinux_names_files_that_are_there(files, board):
    image = made(files, "image", board, "--loader", "extlinux", "--append", "verify")
    assert "boot.scr" not in names(image)
    lines = [line.split(None, 1) for line in content(image, "extlinux/extlinux.conf").decode().splitlines() if line]
    options = {k: v.strip() for k, v in lines}
    assert options["default"] == options["label"] and options["append"] == "verify"
    paths = {options[k].lstrip("/") for k in ("kernel", "initrd", "fdt") if k in options}
    assert paths == names(image) - {"extlinux/extlinux.conf"}


def test_on_a_raspberry_pi_the_firmware_starts_u_boot_where_that_is_wanted(files):
    (files / "u-boot.bin").write_bytes(b"u")
    for loader, read in (("extlinux", "extlinux/extlinux.conf"), ("script", "boot.scr")):
        image = made(files, "image", "rpi4", "--loader", loader, "--firmware", str(files / "u-boot.bin"))
        assert names(image) == {"mavis.img", "guest.cpio", "board.dtb", read} | FIRST
        lines = content(image, "config.txt").decode().splitlines()
        assert "kernel=u-boot.bin" in lines and "device_tree=board.dtb" in lines and "initramfs" not in "".join(lines)
        # The tree is then the firmware's: the one on the card with memory and more put into it.
        assert b"board.dtb" not in content(image, read)


@pytest.mark.parametrize("board", WITH_U_BOOT)
def test_boot_scr_loads_files_that_are_there_to_places_that_do_not_overlap(files, board):
    image = made(files, "image", board, "--loader", "script", "--append", "verify")
    lines = scripted(image)
    assert lines[0] == "setenv bootargs verify"
    loads = [line.split() for line in lines if line.startswith("load ")]
    assert {words[-1].removeprefix("${prefix}") for words in loads} == names(image) - {"boot.scr"}
    assert "guest.cpio" in loads[-1][-1], "${filesize} is that of the last file"
    places = [int(words[3], 16) for words in loads]
    assert lines[-1].startswith(f"booti {places[0]:#x} {places[-1]:#x}:${{filesize}} ")
    # Mavis's image with its bss, and a bundle of 64 MiB.
    assert abs(places[0] - places[-1]) >= (4 * MIB if places[0] < places[-1] else 64 * MIB)
    assert places[0] % (2 * MIB) == 0, "else booti moves it"


@pytest.mark.parametrize("board", WITH_U_BOOT)
def test_a_card_with_a_fit_holds_that_and_a_script(files, board):
    image = made(files, "image", board, "--loader", "fit")
    assert names(image) == {"mavis.itb", "boot.scr"}
    assert content(image, "mavis.itb") == made(files, "fit", board, out="itb").read_bytes()
    assert scripted(image)[-1].startswith("bootm 0x")
    assert ("${fdtcontroladdr}" in scripted(image)[-1]) == (board == "virt")


@pytest.mark.parametrize("board", CONFIGURED)
def test_dumpimage_finds_mavis_bundle_and_tree_in_the_fit(files, board):
    itb = made(files, "fit", board)
    listed = subprocess.run(["dumpimage", "-l", itb], capture_output=True, check=True, text=True).stdout
    words = [line.split(":", 1)[1].strip() for line in listed.splitlines() if ":" in line]
    for word in ("Kernel Image", "AArch64", "Linux", "RAMDisk Image", "sha256", "crc32"):
        assert word in words
    assert ("Flat Device Tree" in words) == (board != "virt")
    loads = [int(line.split(":")[1], 16) for line in listed.splitlines() if "Load Address: 0x" in line]
    assert len(set(loads)) == (1 if board == "virt" else 2) and loads[0] % (2 * MIB) == 0
    for i, data in enumerate((MAVIS, BUNDLE)):
        subprocess.run(["dumpimage", "-T", "flat_dt", "-p", str(i), "-o", files / "part", itb], check=True, capture_output=True)
        assert (files / "part").read_bytes() == data


def test_the_raspberry_pi_firmware_is_told_what_to_load(files):
    image = made(files, "image", "rpi4", "--append", "verify")
    lines = content(image, "config.txt").decode().splitlines()
    for line in ("arm_64bit=1", "kernel=mavis.img", "initramfs guest.cpio 0x2800000", "device_tree=board.dtb"):
        assert line in lines
    assert content(image, "cmdline.txt") == b"verify\n"


def test_what_has_to_be_added_is_said_and_may_be_given(files):
    (files / "start4.elf").write_bytes(b"s" * 2_000_000)
    (files / "fixup4.dat").write_bytes(b"f" * 5000)
    assert "start4.elf" in card(files, "image", "rpi4").stdout
    assert "To add" in card(files, "image", "rpi4", "--firmware", files / "start4.elf").stdout
    result = card(files, "image", "rpi4", "--firmware", files / "start4.elf", files / "fixup4.dat")
    assert result.returncode == 0 and "To add" not in result.stdout and "To flash" in result.stdout
    assert content(files / "out", "start4.elf") == b"s" * 2_000_000


def test_without_the_firmware_there_is_room_for_it(files):
    (files / "bundle").write_bytes(b"070701" + bytes(37 * MIB))
    image = made(files, "image", "zcu102")
    (files / "BOOT.BIN").write_bytes(bytes([5]) * 7 * MIB)
    subprocess.run(["mcopy", "-i", where(image), files / "BOOT.BIN", "::"], check=True, env=ENV)
    assert content(image, "BOOT.BIN") == bytes([5]) * 7 * MIB


def test_imx8mp_s_boot_loader_stands_before_the_partition(files):
    (files / "flash.bin").write_bytes(b"\xd1" * 1_900_000)
    assert "seek=32" in card(files, "image", "imx8mp").stdout
    image = made(files, "image", "imx8mp", "--firmware", str(files / "flash.bin"))
    assert image.read_bytes()[32 << 10:][:1_900_001] == b"\xd1" * 1_900_000 + b"\0"
    assert content(image, "mavis.img") == MAVIS
    (files / "out").unlink()
    (files / "flash.bin").write_bytes(bytes(8 * MIB - (32 << 10) + 1))
    assert "reach into the partition" in refusal(files, "image", "imx8mp", "--firmware", str(files / "flash.bin"))


@pytest.mark.parametrize("args,words", [
    (("image", "nowhere"), ("nowhere: no such board", "virt")),
    (("image", "versal"), ("versal", "raspi4b")),
    (("image", "raspi4b", "--loader", "fit"), ("raspi4b boots by firmware", "fit")),
    (("image", "virt", "--image", "/dev/null"), ("/dev/null", "empty")),
    (("image", "virt", "--bundle", "/none"), ("/none: bundle", "No such file")),
    (("fit", "virt", "--bundle", __file__), ("cpio", "tools/bundle")),
    (("fit", "virt", "--image", __file__), ("arm64 Image header",)),
    (("fit", "zcu102", "--dtb", __file__), ("no compiled device tree",)),
    (("image", "zcu102", "--firmware", "/none/BOOT.BIN"), ("/none/BOOT.BIN: firmware",)),
])
def test_what_cannot_boot_is_refused_by_name(files, args, words):
    line = refusal(files, *args)
    for word in words:
        assert word in line


def real_bundle(folder, config):
    """A bundle with this config, whatever Mavis would say to it."""
    (folder / "config.dts").write_text('/dts-v1/;\n/ { compatible = "mavis,config"; guest { %s }; };\n' % config)
    (folder / "program").write_bytes(b"program")
    subprocess.run([TOP / "tools/bundle", "--force", "--kernel", folder / "program", "--load", "0x10000", "--entry", "0x10000",
                    "--config", folder / "config.dts", "-o", folder / "bundle"], check=True, timeout=60)


CONFIGS = {
    "fine": ("cpus = <2>;", None),
    "a misspelled type": ('regions { x { reg = <0 0x50000000 0 0x1000>; type = "rum"; }; };', "/guest/regions/x: type: "),
    "a long name": ("regions { %s { reg = <0 0x50000000 0 0x1000>; type = \"ram\"; }; };" % ("x" * 46), "46 characters"),
    "too many CPUs": ("cpus = <5>;", "/guest: cpus: "),
}


@pytest.mark.parametrize("what", ["image", "fit"])
@pytest.mark.parametrize("out, why", [("mavis/out", "File exists"), ("folder", "Is a directory")])
def test_where_it_cannot_go_it_leaves_a_line_and_nothing_else(files, what, out, why):
    (files / "folder").mkdir()
    before = sorted(files.rglob("*"))
    result = card(files, what, "virt", out=out)
    assert result.returncode == 1
    assert result.stderr == f"card: {files}/{out.split('/')[0]}: {why}\n"
    assert sorted(files.rglob("*")) == before


def test_what_to_call_next_can_be_copied(files):
    (files / "a folder").mkdir()
    said = card(files, "image", "virt", out="a folder/out").stdout
    assert f"-drive 'if=virtio,format=raw,file={files}/a folder/out'" in said
    assert f"dd 'if={files}/a folder/out' of=" in card(files, "image", "zcu102", out="a folder/out").stdout


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_that_the_boot_would_refuse_makes_no_card(files, name):
    config, said = CONFIGS[name]
    real_bundle(files, config)
    tree = TOP / "tests/data/zcu102.dts"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", files / "zcu102.dtb", tree], check=True)
    for what in ("image", "fit"):
        result = card(files, what, "zcu102", "--dtb", files / "zcu102.dtb", force=False)
        if said is None:
            assert result.returncode == 0, result.stderr
        else:
            assert result.returncode != 0 and not (files / "out").exists()
            assert result.stderr.startswith(f"card: {files}/bundle: its config: ") and said in result.stderr
            assert f"(on the machine of {files}/zcu102.dtb)" in result.stderr


def test_without_a_tree_the_config_s_words_are_checked(files):
    real_bundle(files, CONFIGS["a misspelled type"][0])
    assert CONFIGS["a misspelled type"][1] in card(files, "image", "virt", force=False).stderr
    real_bundle(files, CONFIGS["too many CPUs"][0])
    assert card(files, "image", "virt", force=False).returncode == 0, "this machine may have five"


def test_the_loader_s_memory_stands_for_what_the_tree_lacks(files):
    """As a Raspberry Pi's tree has none. Its largest has 8 GiB."""
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", files / "pi.dtb", TOP / "tests/data/raspi4b.dts"], check=True)
    for node in ("/memory@0", "/memory@40000000"):
        subprocess.run(["fdtput", "-r", files / "pi.dtb", node], check=False, capture_output=True)
    for gib, ok in ((7, True), (9, False)):
        real_bundle(files, f"memory = <{gib >> 2} {(gib & 3) << 30:#x}>;")
        result = card(files, "image", "raspi4b", "--dtb", files / "pi.dtb", force=False)
        assert (result.returncode == 0) == ok and ("/guest: memory" in result.stderr) != ok, result.stderr


def test_what_is_no_bundle_makes_no_card(files):
    assert "has no config.dtb" in card(files, "image", "virt", force=False).stderr
