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


def test_a_program_starts_at_its_beginning_if_nothing_else_is_said(files):
    made(files, "--load", "0x48000000")
    assert kernel_cells(files, "load", "entry") == [0x48000000, 0x48000000]
    (files / "out").unlink()
    assert "--entry needs --load" in refusal(files, "--entry", "0x48000000")


@pytest.mark.parametrize("size, is_", [("0x4000", 0x4000), ("64K", 64 << 10), ("4M", 4 * MIB), ("1g", 1 << 30)])
def test_what_a_program_uses_and_where_its_tree_lies_is_in_the_config(files, size, is_):
    made(files, "--load", "0x48000000", "--size", size, "--dtb-at", "0")
    assert kernel_cells(files, "memory", "dtb-at") == [is_, 0]


def test_sizes_and_addresses_that_cannot_be_are_refused(files):
    assert "more than --size 0x10" in refusal(files, "--load", "0x48000000", "--size", "16")
    for option, value in (("--size", "0"), ("--size", "x"), ("--size", "M"), ("--size", "-1"), ("--dtb-at", "0x800"),
                          ("--dtb-at", "1" + "0" * 20)):
        result = bundle(files, "--load", "0x48000000", option, value)
        assert result.returncode and option in result.stderr and "Traceback" not in result.stderr


def elf(*segments, entry=0x48000000, kind=2, machine=183, ident=b"\x7fELF\2\1\1", interpreter=False, cut=0):
    """An ELF file. A segment is (address in memory, its bytes, its size in memory[, its virtual address])."""
    heads, body = [], b""
    at = 64 + 56 * (len(segments) + interpreter)
    for pa, data, size, *va in segments:
        heads.append(struct.pack("<IIQQQQQQ", 1, 7, at + len(body), *(va or [pa]), pa, len(data), size, 0x1000))
        body += data
    if interpreter:
        heads.append(struct.pack("<IIQQQQQQ", 3, 4, 64, 0, 0, 1, 1, 1))
    head = ident.ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(heads), 0, 0, 0)
    data = head + b"".join(heads) + body
    return data[:len(data) - cut]


def kernel_cells(folder, *names):
    """Numbers of the config's node /bundle/kernel."""
    tree = libfdt.FdtRo(extract(folder, "config.dtb"))
    return [struct.unpack(">Q", property_of(tree, "/bundle/kernel", name))[0] for name in names]


# The gap is zeros, the bss at the end is none of the file; the entry's address is a virtual one.
@pytest.mark.parametrize("va, pa", [(0x48000000, 0x48000000), (0x88000000, 0x48000000), (0x48000000, 0)])
def test_an_elf_program_is_taken_apart(files, va, pa):
    far = 0 if pa == 0 else 0x3000
    (files / "Image").write_bytes(elf((pa + far, b"data", 0x2000, va + 0x3000), (pa, b"code", 0x100, va), entry=va + 8))
    made(files, "--dtb-at", "0x40000000")
    assert extract(files, "kernel") == b"code" + bytes(0x3000 - 4) + b"data"
    assert kernel_cells(files, "load", "entry", "memory", "dtb-at") == [0x48000000, 0x48000008, 0x5000, 0x40000000]
    made(files, "--load", "0x48000000", "--size", "1M")
    assert kernel_cells(files, "load", "entry", "memory") == [0x48000000, 0x48000008, MIB]


def test_an_elf_program_that_runs_anywhere_is_told_where(files):
    (files / "Image").write_bytes(elf((0, b"code", 8), (0x1000, b"data", 4), kind=3, entry=4))
    assert "say where by --load" in refusal(files)
    made(files, "--load", "0x50000000")
    assert extract(files, "kernel") == b"code" + bytes(0xffc) + b"data"
    assert kernel_cells(files, "load", "entry", "memory") == [0x50000000, 0x50000004, 0x1004]
    made(files, "--load", "0x50000000", "--entry", "0x50001000")
    assert kernel_cells(files, "entry") == [0x50001000]


CODE = (0x48000000, b"code", 4)


@pytest.mark.parametrize("content, words", [
    (elf(CODE, ident=b"\x7fELF\1\1\1"), "64 bits"),
    (elf(CODE, ident=b"\x7fELF\2\2\1"), "little-endian"),
    (elf(CODE, machine=62), "another machine (e_machine 62)"),
    (elf(CODE, kind=1), "not linked"),
    (elf(CODE, interpreter=True), "an interpreter"),
    (elf(CODE, cut=1), "without all of its segment at 0x48000000"),
    (elf(CODE, cut=10), "cut short"),
    (elf((0x48000000, b"code", 2)), "without all of its segment"),
    (elf(), "without a segment"),
    (elf((0x48000000, b"", 0)), "without a segment"),
    (elf((0x48000000, b"", 0x1000)), "zeros alone"),
    (elf(CODE, (0x48000002, b"data", 4)), "two segments at 0x48000002"),
    (elf((0x48000000, b"code", 0x2000), (0x48001000, b"data", 4)), "two segments at 0x48001000"),
    (elf(CODE, (0x58000000, b"data", 4)), "255 MiB between its segments, before 0x58000000"),
    (elf(CODE, entry=0x48000004), "starts at 0x48000004"),
    (elf((0xffff800080000000, b"code", 4), entry=0xffff800080000000), "arch/arm64/boot/Image instead of vmlinux"),
])
def test_an_elf_file_that_is_no_program_is_refused(files, content, words):
    (files / "Image").write_bytes(content)
    line = refusal(files)
    assert line.startswith(f"bundle: {files}/Image: the kernel is an ELF file") or "is no ELF file" in line
    assert words in line


def test_an_elf_program_stays_where_it_is_linked(files):
    (files / "Image").write_bytes(elf(CODE))
    assert "linked for 0x48000000, not for 0x50000000" in refusal(files, "--load", "0x50000000")


@pytest.mark.parametrize("content,words", [
    (gzip.compress(kernel(), mtime=0), ("gzip", "gunzip")),
    (b"\xfd7zXZ\0" + bytes(100), ("xz", "unxz")),
    (b"\x28\xb5\x2f\xfd" + bytes(100), ("zstd", "unzstd")),
    (b"\x5d\x00\x00\x80" + bytes(100), ("lzma", "unlzma")),
    (b"MZ\0\0zimg" + struct.pack("<II8x8s", 64, 1000, b"gzip") + bytes(100), ("zboot", "1000 bytes at 64", "gzip")),
    (b"\x7fELF" + bytes(100), ("ELF", "arm64")),
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
], ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
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


@pytest.mark.parametrize("name", ("Image", "rd"))
def test_what_a_member_cannot_hold_is_refused(files, name):
    with open(files / name, "r+b") as f:
        f.truncate(1 << 32)
    assert f"{files / name}: " in (line := refusal(files)) and "4 GiB or more" in line


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


@pytest.mark.parametrize("output, why", [("folder", "Is a directory"), ("Image/out", "Not a directory"),
                                         ("none/out", "No such file or directory")])
def test_where_it_cannot_go_it_leaves_a_line_and_nothing_else(files, output, why):
    (files / "folder").mkdir()
    before = sorted(files.rglob("*"))
    assert refusal(files, output=output) == f"bundle: {files}/{output}: {why}"
    assert sorted(files.rglob("*")) == before


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
