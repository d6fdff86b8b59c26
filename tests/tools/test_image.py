# SPDX-License-Identifier: Apache-2.0
"""build/mavis.img is what every arm64 loader takes, and small."""

import os
import pathlib
import struct

import pytest

BUILD = pathlib.Path(__file__).resolve().parents[2] / os.environ.get("MAVIS_BUILD", "build")
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


def test_the_image_and_what_stays_are_small(image):
    size = sections((BUILD / "mavis.elf").read_bytes())
    assert len(image) <= 160 * KIB
    assert size[".text"] + size[".rodata"] + size.get(".data", 0) <= 56 * KIB, "what stays when boot/ has left"
