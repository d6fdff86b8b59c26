# SPDX-License-Identifier: Apache-2.0
"""Bad input: Mavis names the cause and the remedy in one line and stops the machine, before any guest runs."""

import gzip
import lzma
import re
import struct
import subprocess

import pytest

import bundles
import dts
import machine

RAM_BASE = 0x40000000


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A good but small bundle's bytes: the kernel is only its header."""
    folder = tmp_path_factory.mktemp("good")
    kernel = folder / "kernel"
    kernel.write_bytes(arm64_kernel())
    ramdisk = folder / "ramdisk"
    ramdisk.write_bytes(bytes(range(256)) * 16)
    return bundles.make(folder / "bundle", bundles.config(folder / "config.dts"), kernel, ramdisk).read_bytes()


def arm64_kernel(flags=0xa, size=0x10000, magic=b"ARM\x64"):
    """An arm64 Image with nothing behind its header but a branch to itself."""
    header = struct.pack("<IIQQQQQQ4sI", 0x14000000, 0, 0, size, flags, 0, 0, 0, magic, 0)
    return header + bytes(4096 - len(header))


@pytest.fixture
def refuses(start, request, tmp_path):
    """refuses(bundle bytes, words) starts Mavis with the bundle and looks for the words in its one line of error."""
    def check(data, *words, append="", **options):
        bundle = None
        if data is not None:
            bundle = tmp_path / "bundle"
            bundle.write_bytes(data)
        options = {"smp": 2, "mem": "256M", **options}
        m = start(request.node.name, loaded=machine.mavis(bundle, append), **options)
        log = m.expect_end(30)
        errors = re.findall(r"(?m)^mavis: error: (.*)$", log)
        assert len(errors) == 1, log
        for word in words:
            assert re.search(word, errors[0], re.IGNORECASE), f"{word!r} is not in: {errors[0]}"
        assert "Guest: " not in log and "unexpected" not in log

    return check


@pytest.fixture
def configured(tmp_path, good):
    """configured(...) gives the good bundle with another config."""
    def make(guest="", text=None, kernel=None):
        path = tmp_path / "kernel"
        path.write_bytes(kernel or arm64_kernel())
        return bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", guest, text), path,
                            machine.RAMDISK).read_bytes()

    return make


def replaced(data, name, new):
    """The bundle with one member's data replaced; None: without that member."""
    pairs = [(n, new if n == name else d) for n, d in bundles.members(data) if n != name or new is not None]
    return bundles.archive(pairs)


# --- The bundle -----------------------------------------------------------------------------------

def test_no_bundle(refuses):
    refuses(None, "bundle", "initrd", "tools/bundle")


def test_a_bundle_that_is_not_a_cpio_archive(refuses):
    refuses(b"not an archive at all" * 1000, "bundle", "cpio", "tools/bundle")


def test_a_ramdisk_in_place_of_the_bundle(refuses):
    refuses(machine.RAMDISK.read_bytes(), "gzip", "tools/bundle")


def test_a_bundle_that_is_cut_short(refuses, good):
    refuses(good[:len(good) // 2], "cut short|truncated|ends")


@pytest.mark.parametrize("name", ["config.dtb", "kernel"])
def test_a_bundle_without_a_member(refuses, good, name):
    refuses(replaced(good, name, None), name)


@pytest.mark.parametrize("name", ["config.dtb", "ramdisk", "kernel"])
def test_a_bundle_with_a_member_twice(refuses, good, name):
    pairs = bundles.members(good)
    refuses(bundles.archive(pairs + [p for p in pairs if p[0] == name]), name, "twice|second")


@pytest.mark.parametrize("name", ["ramdisk", "kernel"])
def test_a_wrong_checksum_is_found_on_demand(refuses, good, name):
    data = dict(bundles.members(good))[name]
    refuses(replaced(good, name, data[:-1] + b"?"), name, "checksum", append="verify")


def test_unknown_words_on_the_command_line_are_said(start, tmp_path, good):
    (tmp_path / "b").write_bytes(good)
    m = start("command-line", smp=1, mem="256M", loaded=machine.mavis(tmp_path / "b", "verfy console=ttyAMA0 verify"))
    m.expect("starts at EL1")
    lines = re.findall(r"(?m)^Command line: (.*?)\r*$", m.console)
    assert len(lines) == 1 and lines[0].startswith("passed over: verfy, console=ttyAMA0: Mavis knows "), m.console
    assert "Bundle: checksums verified" in m.console
    m.close()


# --- The kernel -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name,compress", [("gzip", gzip.compress), ("xz", lzma.compress)])
def test_a_compressed_kernel(refuses, good, name, compress):
    refuses(replaced(good, "kernel", compress(arm64_kernel())), "kernel", name, "decompress|unxz|gunzip")


def test_a_kernel_without_the_arm64_magic(refuses, good):
    refuses(replaced(good, "kernel", arm64_kernel(magic=b"ABCD")), "kernel", "magic|header", "Image")


def test_a_big_endian_kernel(refuses, good):
    refuses(replaced(good, "kernel", arm64_kernel(flags=0xb)), "big-endian")


@pytest.mark.parametrize("magic,words", [
    (b"\x27\x05\x19\x56", ["uImage", "dumpimage -T kernel"]),
    (b"\xd0\x0d\xfe\xed" + bytes(52) + b"\0\0\0\1images\0", ["FIT image", "dumpimage -T flat_dt"]),
    (b"ANDROID!", ["Android boot image", "unpack_bootimg"]),
    (bytes(0x202) + b"HdrS", ["x86", "arm64"]),
], ids=["uImage", "FIT", "Android", "bzImage"])
@pytest.mark.parametrize("member", ["kernel", "ramdisk"])
def test_a_wrapped_or_foreign_member(refuses, good, member, magic, words):
    if member == "ramdisk":
        words = [word.replace("-T kernel", "-T ramdisk").replace("arm64", "cpio -H newc") for word in words]
    refuses(replaced(good, member, magic + bytes(4000)), f"{member}: is ", *words)


@pytest.mark.parametrize("flags,said", [(0xc, "16 KiB .*TGran16.*: give one with pages of 4 KiB"), (0xa, None)])
def test_a_kernel_with_pages_that_the_cpu_lacks(start, refuses, good, tmp_path, flags, said):
    data = replaced(good, "kernel", arm64_kernel(flags=flags))
    if said:
        refuses(data, "kernel: has pages of " + said, cpu="cortex-a72")
    (tmp_path / "b").write_bytes(data)
    m = start(f"pages-{flags}", cpu="max", smp=1, mem="256M", loaded=machine.mavis(tmp_path / "b"))
    m.expect("starts at EL1")
    m.close()


def test_no_room_for_the_kernel(refuses, good):
    refuses(replaced(good, "kernel", arm64_kernel(size=1 << 30)), "no room", "kernel")


# --- The config -----------------------------------------------------------------------------------

def test_a_config_without_a_guest(refuses, configured):
    refuses(configured(text='/dts-v1/;\n/ { compatible = "mavis,config"; };\n'), "guest")


def test_an_unknown_property(refuses, configured):
    refuses(configured("colour = <1>;"), "colour", "guest")


def test_an_unknown_value(refuses, configured):
    refuses(configured('regions { odd { reg = <0 0x48000000 0 0x1000>; type = "cheese"; }; };'), "odd", "type", "cheese")


def test_more_cpus_than_the_machine_has(refuses, configured):
    refuses(configured("cpus = <5>;"), "cpus", "5", "2")


def test_overlapping_regions(refuses, configured):
    refuses(configured('''regions {
        one { reg = <0 0x48000000 0 0x200000>; type = "ram"; };
        other { reg = <0 0x48100000 0 0x200000>; type = "ram"; };
    };'''), "one", "other", "overlap")


def test_a_region_over_mavis_itself(refuses, configured):
    refuses(configured(f'regions {{ greedy {{ reg = <0 {RAM_BASE:#x} 0 0x40000000>; type = "ram"; }}; }};'),
            "greedy", "Mavis")


def test_an_ipa_beyond_the_cpus_reach_is_named_as_that(refuses, configured):
    refuses(configured('regions { far { reg = <0 0x48000000 0 0x200000>; ipa = <0x100 0>; type = "mmio"; }; };'),
            "region far: ipa: .* beyond the 40 bits", cpu="cortex-a53")


def test_memory_over_the_gic(refuses, configured):
    refuses(configured('regions { odd { reg = <0 0x8000000 0 0x1000>; type = "device-memory"; }; };'),
            "region odd: type: device-memory is over the GIC's distributor")


DOUBTS = {
    "nowhere": ("<0x5 0 0 0x200000>", "ram", "is ram, but of it no memory node .* 0x500000000 to 0x5001fffff, nor has it"),
    "half": ("<0 0x4ff00000 0 0x200000>", "ram", "is ram, but of it no memory node .* 0x50000000 to 0x500fffff, nor has it"),
    "window": ("<0 0x10000000 0 0x200000>", "ram", "is ram, .* 0x10000000 to 0x101fffff, where it has pcie@10000000"),
    "uart": ("<0 0x9000000 0 0x1000>", "device-memory", "is device-memory over the registers of pl011@9000000"),
}


def test_what_the_tree_does_not_bear_out_is_said_before_the_guest_starts(start, configured, tmp_path):
    regions = "".join(f'{name} {{ reg = {reg}; type = "{kind}"; }};' for name, (reg, kind, _) in DOUBTS.items())
    (tmp_path / "doubts").write_bytes(configured(f"regions {{ {regions} }};"))
    m = start("doubts", smp=1, mem="256M", loaded=machine.mavis(tmp_path / "doubts"))
    m.expect("starts at EL1")
    lines = re.findall(r"(?m)^Warning: (.*?)\r*$", m.console)
    assert len(lines) == len(DOUBTS), lines
    for name, (_, _, said) in DOUBTS.items():
        assert any(re.match(f"region {name}: {said}", line) for line in lines), (name, lines)
    m.close()


# --- The machine ----------------------------------------------------------------------------------

def test_entered_at_el1(refuses, good):
    refuses(good, "EL1", "EL2", machine=",virtualization=off")


@pytest.fixture(scope="module")
def host_tree(tmp_path_factory):
    path = tmp_path_factory.mktemp("tree") / "virt.dtb"
    subprocess.run([machine.QEMU, "-nodefaults", "-display", "none", "-M", f"virt,virtualization=on,dumpdtb={path}",
                    "-cpu", "max"], check=True, timeout=machine.patience(30), capture_output=True)
    return path.read_bytes()


@pytest.fixture
def starts_with_tree(start, request, tmp_path):
    """starts_with_tree(address, bytes or None) enters Mavis with x0 = address and the bytes there; gives its error.

    What it said before is in starts_with_tree.console.
    """
    def check(address, data, smp=1):
        image_at, stub_at = RAM_BASE + 0x200000, RAM_BASE + 0x8000000
        stub = tmp_path / "stub"
        # ldr x0, 1f; ldr x1, 2f; br x1; nop; 1: .quad address; 2: .quad image_at
        stub.write_bytes(struct.pack("<IIIIQQ", 0x58000080, 0x580000a1, 0xd61f0020, 0xd503201f, address, image_at))
        loaded = ["-device", f"loader,file={machine.IMAGE},addr={image_at:#x},force-raw=on",
                  "-device", f"loader,file={stub},addr={stub_at:#x},force-raw=on",
                  "-device", f"loader,addr={stub_at:#x},cpu-num=0"]
        if data:
            tree = tmp_path / "tree"
            tree.write_bytes(data)
            loaded += ["-device", f"loader,file={tree},addr={address:#x},force-raw=on"]
        m = start(request.node.name, smp=smp, mem="256M", loaded=loaded)
        # Without a tree Mavis cannot know how to power the machine off.
        m.expect("mavis: stopped", 30)
        check.console = m.console.replace("\r", "")
        errors = re.findall(r"(?m)^mavis: error: (.*)$", check.console)
        m.close()
        assert len(errors) == 1, m.console
        return errors[0]

    return check


TREE_AT = RAM_BASE + 0x4000000


def test_no_device_tree(starts_with_tree):
    assert re.search("device tree", starts_with_tree(0, None))


def test_a_device_tree_of_noise(starts_with_tree):
    assert re.search("device tree", starts_with_tree(TREE_AT, bytes(range(1, 256)) * 16))


def test_a_device_tree_at_an_odd_address(starts_with_tree, host_tree):
    assert re.search("device tree.*align", starts_with_tree(TREE_AT + 4, host_tree))


def test_a_device_tree_whose_structure_is_damaged(starts_with_tree, host_tree):
    offset = struct.unpack_from(">I", host_tree, 8)[0] + 0x400
    assert re.search("device tree", starts_with_tree(TREE_AT, host_tree[:offset] + b"\xff" * 64 + host_tree[offset + 64:]))


def test_a_device_tree_that_is_mostly_room(starts_with_tree, host_tree, tmp_path):
    """QEMU dumps its own at a length of 1 MiB, and doubles what it is given."""
    (tmp_path / "dump").write_bytes(host_tree)
    subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dtb", "-S", "2200000", "-o", tmp_path / "wide", tmp_path / "dump"],
                   check=True)
    error = starts_with_tree(TREE_AT, (tmp_path / "wide").read_bytes())
    assert re.search("device tree at .* too large: its header says 2200000 bytes, .* pack it: dtc -I dtb -O dtb", error)


# What is done to a tree of four CPUs; how many are left; what is said of the others.
CPUS = {
    "hvc": (lambda t: t.put("/psci", "method", '"hvc"'), 1, "3 CPUs .* /psci: method: an HVC from EL2 does not reach"),
    "no node": (lambda t: t.remove("/psci"), 1, "3 CPUs .* CPU 0x1: enable-method: is \"psci\", and .* no enabled PSCI node"),
    "old": (lambda t: t.put("/psci", "compatible", '"arm,psci"'), 1, "3 CPUs .* /psci: compatible: is PSCI 0.1"),
    "unknown": (lambda t: t.put("/cpus/cpu@2", "reg", "<0x700>"), 3, "1 CPU .* CPU 0x700: the firmware does not know it"),
}


@pytest.mark.parametrize("case", CPUS)
def test_cpus_that_cannot_be_started_are_not_counted(starts_with_tree, tmp_path, case):
    edit, left, said = CPUS[case]
    subprocess.run([machine.QEMU, *machine.virt_args(mem="256M", machine=f",dumpdtb={tmp_path}/4")], check=True, timeout=30,
                   capture_output=True)
    tree = dts.Tree(tmp_path / "4")
    edit(tree)
    tree.write(tmp_path / "edited")
    error = starts_with_tree(TREE_AT, (tmp_path / "edited").read_bytes(), smp=4)
    assert "no bundle" in error
    assert f"EL2 on {left} CPU{'s' if left > 1 else ''} (" in starts_with_tree.console
    warnings = re.findall("(?m)^Warning: (.*)$", starts_with_tree.console)
    assert len(warnings) == 1 and re.match(said, warnings[0]), warnings


def test_all_cpus_of_a_good_tree_are_counted(start, good, tmp_path):
    (tmp_path / "b").write_bytes(good)
    m = start("four", smp=4, mem="256M", loaded=machine.mavis(tmp_path / "b"))
    m.expect("; 4 CPUs; starts at EL1")
    assert "EL2 on 4 CPUs (" in m.console and "Warning: " not in m.console
    m.close()
