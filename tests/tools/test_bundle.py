# SPDX-License-Identifier: Apache-2.0
"""tools/bundle, from outside: what the archive holds, where, and what it refuses."""

import gzip
import pathlib
import shutil
import struct
import subprocess
import zlib

import libfdt
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
CONFIG = '/dts-v1/;\n/ { compatible = "mavis,config"; guest { bootargs = "quiet"; }; };\n'
MIB = 1 << 20


def kernel(flags=0xa, magic=b"ARM\x64", size=3 * MIB):
    header = struct.pack("<IIQQQQQQ4sI", 0x14000000, 0, 0, size, flags, 0, 0, 0, magic, 0)
    return header + bytes(i & 0xff for i in range(1000))


@pytest.fixture
def files(tmp_path):
    (tmp_path / "Image").write_bytes(kernel())
    (tmp_path / "rd").write_bytes(b"ramdisk" * 999)
    (tmp_path / "x.dts").write_text(CONFIG)
    return tmp_path


def bundle(folder, *args, kernel="Image", ramdisk="rd", config="x.dts", output="out"):
    command = [TOP / "tools/bundle", "--kernel", folder / kernel, "--config", folder / config, "-o", folder / output, *args]
    if ramdisk:
        command += ["--ramdisk", folder / ramdisk]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def made(folder, *args, **options):
    result = bundle(folder, *args, **options)
    assert result.returncode == 0 and result.stdout + result.stderr == ""
    return (folder / options.get("output", "out")).read_bytes()


def refusal(folder, *args, **options):
    """The one line that says why."""
    result = bundle(folder, *args, **options)
    assert result.returncode != 0 and not (folder / "out").exists()
    lines = result.stderr.splitlines()
    assert lines[-1].startswith("bundle: ")
    return lines[-1]


def extract(folder, name):
    with open(folder / "out", "rb") as f:
        return subprocess.run(["cpio", "-i", "--quiet", "--to-stdout", name], stdin=f, capture_output=True, check=True).stdout


def names(folder):
    with open(folder / "out", "rb") as f:
        return subprocess.run(["cpio", "-t", "--quiet"], stdin=f, capture_output=True, check=True, text=True).stdout.split()


def property_of(tree, path, name):
    return bytes(tree.getprop(tree.path_offset(path), name))


def test_cpio_reads_it_and_the_kernel_is_last(files):
    made(files)
    assert [n for n in names(files) if n != "pad"] == ["config.dtb", "ramdisk", "kernel"]
    assert names(files)[-1] == "kernel"
    assert extract(files, "kernel") == kernel()
    assert extract(files, "ramdisk") == b"ramdisk" * 999


@pytest.mark.parametrize("size", [1, 3, 4095, 4096, 2 * MIB - 300, 2 * MIB - 240, 2 * MIB, 5 * MIB + 1])
def test_kernel_and_ramdisk_are_aligned_whatever_stands_before(files, size):
    content = b"\x55ramdisk" + bytes(size)
    (files / "rd").write_bytes(content)
    data = made(files)
    assert data.index(kernel()) % (2 * MIB) == 0
    assert data.index(content) % 4096 == 0


def test_the_config_describes_the_members(files):
    (files / "g.dtb").write_bytes(b"\xd0\x0d\xfe\xed" + struct.pack(">I", 40) + bytes(32))
    made(files, "--dtb", files / "g.dtb")
    tree = libfdt.FdtRo(extract(files, "config.dtb"))
    assert property_of(tree, "/guest", "bootargs") == b"quiet\0"
    version = subprocess.run([TOP / "tools/version"], check=True, capture_output=True).stdout.strip()
    assert property_of(tree, "/bundle", "mavis") == version + b"\0"
    for node, member in (("kernel", "kernel"), ("ramdisk", "ramdisk"), ("dtb", "guest.dtb")):
        content = extract(files, member)
        assert property_of(tree, f"/bundle/{node}", "size") == struct.pack(">Q", len(content))
        assert property_of(tree, f"/bundle/{node}", "crc32") == struct.pack(">I", zlib.crc32(content))


def test_a_bare_program_has_its_addresses_in_the_config(files):
    (files / "program").write_bytes(b"\x00\x01\x02\x03")
    made(files, "--load", "0x48000000", "--entry", "0x148000010", kernel="program", ramdisk=None)
    tree = libfdt.FdtRo(extract(files, "config.dtb"))
    assert property_of(tree, "/bundle/kernel", "load") == struct.pack(">Q", 0x48000000)
    assert property_of(tree, "/bundle/kernel", "entry") == struct.pack(">Q", 0x148000010)


def test_the_same_input_gives_the_same_bytes(files):
    first = made(files)
    for name in ("Image", "rd", "x.dts"):
        (files / name).touch()
    assert made(files, output="again") == first


def test_load_and_entry_go_together(files):
    assert "--entry" in bundle(files, "--load", "0x48000000").stderr


@pytest.mark.parametrize("content,words", [
    (gzip.compress(kernel()), ("gzip", "gunzip")),
    (b"\xfd7zXZ\0" + bytes(100), ("xz", "unxz")),
    (b"\x28\xb5\x2f\xfd" + bytes(100), ("zstd", "unzstd")),
    (b"\x5d\x00\x00\x80" + bytes(100), ("lzma", "unlzma")),
    (b"MZ\0\0zimg" + struct.pack("<II8x8s", 64, 1000, b"gzip") + bytes(100), ("zboot", "1000 bytes at 64", "gzip")),
    (b"\x7fELF" + bytes(100), ("ELF", "objcopy")),
    (b"\x27\x05\x19\x56" + bytes(100), ("the kernel is a uImage", "dumpimage -T kernel -o kernel ")),
    (b"\xd0\x0d\xfe\xed" + bytes(52) + b"\0\0\0\1images\0", ("the kernel is a FIT image", "dumpimage -T flat_dt -p NUMBER")),
    (b"\xd0\x0d\xfe\xed" + bytes(100), ("the kernel is a device tree",)),
    (b"ANDROID!" + bytes(100), ("the kernel is an Android boot image", "unpack_bootimg --boot_img")),
    (bytes(0x202) + b"HdrS" + bytes(100), ("x86", "arm64")),
    (bytes(0x24) + b"\x18\x28\x6f\x01" + bytes(100), ("32-bit Arm", "arm64")),
    (bytes(56) + b"RSC\x05" + bytes(100), ("RISC-V", "arm64")),
    (kernel(magic=b"XXXX"), ("arm64", "--load")),
    (b"short", ("arm64",)),
    (kernel(flags=0xb), ("big-endian",)),
    (b"", ("empty",)),
])
def test_an_unusable_kernel_is_refused_by_name(files, content, words):
    (files / "Image").write_bytes(content)
    line = refusal(files)
    for word in (str(files / "Image"), *words):
        assert word in line


@pytest.mark.parametrize("content,words", [
    (b"\x27\x05\x19\x56" + bytes(100), ("the ramdisk is a uImage", "dumpimage -T ramdisk -o ramdisk ")),
    (b"\xd0\x0d\xfe\xed" + bytes(52) + b"\0\0\0\1images\0", ("the ramdisk is a FIT image", "-T flat_dt", "-o ramdisk")),
    (b"ANDROID!" + bytes(100), ("the ramdisk is an Android boot image", "unpack_bootimg")),
    (b"VNDRBOOT" + bytes(100), ("vendor boot image", "--vendor_boot_img")),
    (b"\x7fELF" + bytes(100), ("ELF", "cpio -H newc")),
    (b"070707" + bytes(100), ("old format", "cpio -H newc")),
    (kernel(), ("a kernel for arm64", "cpio -H newc")),
])
def test_an_unusable_ramdisk_is_refused_by_name(files, content, words):
    (files / "rd").write_bytes(content)
    line = refusal(files)
    for word in (str(files / "rd"), *words):
        assert word in line
    made(files, "--force")


def test_what_mkimage_wrapped_comes_out_again_by_the_tool_that_is_named(files):
    if not shutil.which("mkimage"):
        pytest.skip("no mkimage: install Debian's u-boot-tools")
    for kind, name in (("kernel", "Image"), ("ramdisk", "rd")):
        content = (files / name).read_bytes()
        subprocess.run(["mkimage", "-A", "arm64", "-O", "linux", "-T", kind, "-C", "none", "-d", files / name,
                        files / "wrapped"], check=True, capture_output=True)
        (files / name).write_bytes((files / "wrapped").read_bytes())
        command = refusal(files).split("take it out: ")[1].split()
        subprocess.run(command, check=True, capture_output=True, cwd=files)
        assert (files / kind).read_bytes() == content
        (files / name).write_bytes(content)
    made(files)


def test_a_ramdisk_of_a_program_is_anything(files):
    (files / "rd").write_bytes(b"ANDROID!")
    made(files, "--load", "0x48000000", "--entry", "0x48000000")


def test_force_takes_an_unusable_kernel(files):
    (files / "Image").write_bytes(b"\x1f\x8b nonsense")
    made(files, "--force")
    assert extract(files, "kernel") == b"\x1f\x8b nonsense"


def test_a_missing_file_is_named(files):
    assert "nowhere: kernel" in refusal(files, kernel="nowhere")
    assert "nowhere: ramdisk" in refusal(files, ramdisk="nowhere")


def test_a_config_that_does_not_compile_is_shown_by_dtc(files):
    (files / "x.dts").write_text("/dts-v1/;\n/ { oops\n")
    result = bundle(files)
    assert "x.dts:" in result.stderr and "does not compile" in refusal(files)


def test_a_tree_that_is_none_is_refused(files):
    (files / "g.dtb").write_text("/dts-v1/;")
    assert "dtc" in refusal(files, "--dtb", files / "g.dtb")
    (files / "g.dtb").write_bytes(b"\xd0\x0d\xfe\xed" + struct.pack(">I", 4000) + bytes(32))
    assert "cut short" in refusal(files, "--dtb", files / "g.dtb")
    (files / "g.dtb").write_bytes(b"\xd0\x0d\xfe\xed" + struct.pack(">I", 2 * MIB + 8) + bytes(2 * MIB))
    assert "pack it: dtc -I dtb -O dtb" in refusal(files, "--dtb", files / "g.dtb")


@pytest.mark.parametrize("config, said", [
    ('regions { x { reg = <0 0x50000000 0 0x1000>; type = "rum"; }; };', '/guest/regions/x: type: "rum"'),
    ('regions { x { host-node = "/here"; type = "ram"; }; y { type = "ram"; }; };', "/guest/regions/y: reg: missing"),
    ("regions { %s { reg = <0 0x50000000 0 0x1000>; type = \"ram\"; }; };" % ("x" * 46), "46 characters"),
    ("mtee;", "/guest: mtee"),
])
def test_a_config_that_the_boot_would_refuse_makes_no_bundle(files, config, said):
    (files / "x.dts").write_text(CONFIG.replace('bootargs = "quiet";', config))
    line = refusal(files)
    assert line.startswith(f"bundle: {files}/x.dts: ") and said in line
    made(files, "--force")


def test_what_depends_on_the_machine_is_checked_on_a_machine(files):
    """Without one, nobody knows; of CPUs one that takes it is enough."""
    tree = TOP / "tests/data/virt-gicv3.dts"
    (files / "x.dts").write_text(CONFIG.replace('bootargs = "quiet";', "cpus = <9>;"))
    line = refusal(files, "--machine", tree)
    assert "/guest: cpus" in line and f"(on the machine of {tree})" in line
    made(files)
    for memattr in (4, 14):
        raw = "x { reg = <0 0x50000000 0 0x1000>; type = \"raw\"; memattr = <%d>; };" % memattr
        (files / "x.dts").write_text(CONFIG.replace('bootargs = "quiet";', "mte; regions { %s };" % raw))
        made(files, "--machine", tree, output=f"out{memattr}")
    (files / "x.dts").write_text(CONFIG.replace('bootargs = "quiet";', "memory = <1 0>;"))
    (files / "out").unlink()
    assert "/guest: memory" in refusal(files, "--machine", tree)
    made(files, "--machine", tree, "--memory", "0x40000000,0x80000000,0x100000000,0x100000000")
