# SPDX-License-Identifier: Apache-2.0
"""Mavis has a console on every board of Debian's kernel packages whose tree names one."""

import pathlib

import pytest

import board_census

DEPS = pathlib.Path(__file__).resolve().parents[2] / "build/deps"


@pytest.mark.parametrize("package, fewest", [("backports", 900), (".", 300)])
def test_every_stdout_is_known(package, fewest):
    trees = sorted((DEPS / package).glob("arm64/usr/lib/linux-image-*/*/*.dtb"))
    if not trees:
        pytest.skip(f"no trees in build/deps/{package}: make deps fetches Debian's kernel packages, which have them")
    found = board_census.census(trees)
    assert [(b.name, b.compatible) for b in board_census.unknown(found)] == []
    assert sum(bool(b.stdout) for b in found) > fewest
    # Where none is named, the tool says of what it takes instead that it is a guess.
    rest = [b for b in found if not b.stdout]
    assert all(b.guess for b in rest if b.found)
    assert any(b.guess for b in rest) and any(not b.found for b in rest)
