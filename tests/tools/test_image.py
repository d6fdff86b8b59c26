# SPDX-License-Identifier: Apache-2.0
"""build/mavis.img is what every arm64 loader takes, and small."""

import os
import pathlib
import re
import struct
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("MAVIS_BUILD", "build")
KIB = 1 << 10


@pytest.fixture(scope="module")
def image():
    return (BUILD / "mavis.img").read_bytes()


def sections(elf):
    """The size of each section of an ELF file, by name."""
    table, = struct.unpack_from("<Q", elf, 0x28)
    size, count, names = struct.unpack_from("<HHH", elf, 0x3a)
    headers = [struct.unpack_from("<IIQQQQ", elf, table + i * size) for i in range(count)]
    strings = elf[headers[names][4]:]
    return {strings[h[0]:].split(b"\0", 1)[0].decode(): h[5] for h in headers}


def test_it_has_an_arm64_image_header(image):
    _, _, text_offset, size, flags, _, _, _, magic, _ = struct.unpack_from("<IIQQQQQQ4sI", image)
    assert magic == b"ARM\x64"
    assert text_offset == 0
    assert size >= len(image), "with what is zeroed at the start"
    assert flags & 1 == 0, "little-endian"
    assert flags & 8, "anywhere in memory"


def size(*files):
    return subprocess.run([TOP / "tools/size", *files], capture_output=True, text=True, check=False)


def test_the_image_and_what_stays_are_small():
    done = size(BUILD / "mavis.map", BUILD / "mavis.img")
    assert (done.returncode, done.stderr) == (0, "")
    # All is counted, and once: each half adds up to what the ELF file says.
    sums = [list(map(int, row)) for row in re.findall(r"(?m)^ {20} +(\d+) +(\d+) +(\d+) +(\d+)$", done.stdout)]
    of = sections((BUILD / "mavis.elf").read_bytes())
    left, *parts, stays = sums
    assert left[:3] == [of[".boot.text"], of[".boot.rodata"] + of[".rela.dyn"], of.get(".boot.data", 0)]
    assert [p[:3] for p in parts] == [[of[f".part.{name}"], 0, 0] for name in ("debug", "control")]
    assert (stays[0], stays[2]) == (of[".text"], of[".data"])
    # The build's identifier is filled up to 8 bytes.
    assert 0 <= stays[1] - of[".rodata"] - of.get(".note.gnu.build-id", 0) < 8
    assert sum(s[3] for s in sums) == of[".bss"]


def test_a_larger_image_is_refused(tmp_path):
    said = size(BUILD / "mavis.map", BUILD / "mavis.img").stdout
    image = tmp_path / "large.img"
    image.write_bytes(bytes((int(re.search(r"the image: .* of at most (\d+)", said)[1]) + 1) * KIB))
    done = size(BUILD / "mavis.map", image)
    assert done.returncode == 1 and done.stderr == "size: the image: 1024 bytes too many\n"


def test_more_that_stays_is_refused(tmp_path):
    """As if a function of hyp/ had grown by 64 KiB."""
    grown = tmp_path / "grown.map"
    text = (BUILD / "mavis.map").read_text()
    end = re.search(r"(?m)^\.text +0x([0-9a-f]+) +0x([0-9a-f]+)$", text)
    grown.write_text(text.replace(end[0], f".text 0x{end[1]} 0x{int(end[2], 16) + 64 * KIB:x}"))
    done = size(grown, BUILD / "mavis.img")
    assert done.returncode == 1 and "text and rodata that stay" in done.stderr


def test_what_is_answered_before_el2s_key_is_in_place_uses_no_key():
    """vectors.S calls trap_fast() with the guest's keys for return addresses."""
    objdump = ["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", "--disassemble=trap_fast", BUILD / "mavis.elf"]
    listing = subprocess.run(objdump, capture_output=True, text=True, check=True).stdout
    code = re.findall(r"(?m)^ +[0-9a-f]+:\t(\w+)(.*)$", listing)
    assert ("ret", "") in code
    assert not {name for name, _ in code} & {"bl", "blr", "br", "paciasp", "autiasp", "retaa"}


def test_hcr_el2_is_written_between_two_barriers():
    """AmpereOne erratum AC04_CPU_23 (hyp/hcr.h); but where a CPU starts, with its MMU off."""
    objdump = ["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", BUILD / "mavis.elf"]
    listing = subprocess.run(objdump, capture_output=True, text=True, check=True).stdout
    listing = re.sub(r"<cpu_reset_state>:\n(.+\n)+", "", listing)
    code = re.findall(r"(?m)^ +[0-9a-f]+:\t(.*)$", listing)
    writes = [i for i, insn in enumerate(code) if insn.startswith("msr\thcr_el2,")]
    assert len(writes) >= 4
    assert {(code[i - 1], code[i + 1]) for i in writes} == {("dsb\tnsh", "isb")}


def test_an_access_to_an_allocation_tag_may_be_answered_by_an_abort():
    """Where none is stored that is the machine's choice: vectors.S answers one in .guarded."""
    objdump = ["aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", BUILD / "mavis.elf"]
    listing = subprocess.run(objdump, capture_output=True, text=True, check=True).stdout
    nm = subprocess.run(["aarch64-linux-gnu-nm", BUILD / "mavis.elf"], capture_output=True, text=True, check=True).stdout
    start, end = (int(re.search(rf"(?m)^([0-9a-f]+) . __guarded_{which}$", nm)[1], 16) for which in ("start", "end"))
    places = [int(at, 16) for at in re.findall(r"(?m)^ +([0-9a-f]+):\t(?:stg|ldg|dc\tcigdvac)\b", listing)]
    assert len(places) >= 3 and all(start <= at < end for at in places)


def test_no_relocation_is_in_what_firmware_maps_read_only(image):
    """UEFI firmware may protect a section of code; head.S relocates the image before EL2 has a map of its own."""
    elf = (BUILD / "mavis.elf").read_bytes()
    table, = struct.unpack_from("<Q", elf, 0x28)
    size, count = struct.unpack_from("<HH", elf, 0x3a)
    headers = [struct.unpack_from("<IIQQQQ", elf, table + i * size) for i in range(count)]
    places = [struct.unpack_from("<Q", elf, at)[0] for _, kind, _, _, offset, length in headers if kind == 4
              for at in range(offset, offset + length, 24)]
    pe, = struct.unpack_from("<I", image, 60)
    optional, = struct.unpack_from("<H", image, pe + 20)
    sections = [struct.unpack_from("<8sIIIIIIHHI", image, pe + 24 + optional + 40 * i)
                for i in range(struct.unpack_from("<H", image, pe + 6)[0])]
    code = [(first, first + length) for _, length, first, *_, flags in sections if flags & 0x20]
    assert len(code) == 2 and len(places) > 100
    assert not [hex(p) for p in places if any(a <= p < b for a, b in code)]
