# SPDX-License-Identifier: Apache-2.0
"""build/mavis.img is what every arm64 loader takes, and small."""

import os
import pathlib
import struct

import pytest

IMAGE = pathlib.Path(__file__).resolve().parents[2] / os.environ.get("MAVIS_BUILD", "build") / "mavis.img"
KIB = 1 << 10


@pytest.fixture(scope="module")
def image():
    return IMAGE.read_bytes()


def test_it_has_an_arm64_image_header(image):
    _, _, text_offset, size, flags, _, _, _, magic, _ = struct.unpack_from("<IIQQQQQQ4sI", image)
    assert magic == b"ARM\x64"
    assert text_offset == 0
    assert size >= len(image), "with what is zeroed at the start"
    assert flags & 1 == 0, "little-endian"
    assert flags & 8, "anywhere in memory"


def test_it_is_under_96_kib(image):
    assert len(image) < 96 * KIB
