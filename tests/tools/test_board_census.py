# SPDX-License-Identifier: Apache-2.0
"""The boards of Debian's kernel packages: a console for all whose tree names one, their nodes' calls, a table for all."""

import pathlib

import pytest

import board_census

DEPS = pathlib.Path(__file__).resolve().parents[2] / "build/deps"


def trees_of(package):
    trees = sorted((DEPS / package).glob("arm64/usr/lib/linux-image-*/*/*.dtb"))
    if not trees:
        pytest.skip(f"no trees in build/deps/{package}: make deps fetches Debian's kernel packages, which have them")
    return trees


@pytest.mark.parametrize("package, fewest", [pytest.param("backports", 900, marks=pytest.mark.all), (".", 300)])
def test_every_stdout_is_known(package, fewest):
    trees = trees_of(package)
    found = board_census.census(trees)
    assert [(b.name, b.compatible) for b in board_census.unknown(found)] == []
    assert sum(bool(b.stdout) for b in found) > fewest
    # Where none is named, the tool says of what it takes instead that it is a guess.
    rest = [b for b in found if not b.stdout]
    assert all(b.guess for b in rest if b.found)
    assert any(b.guess for b in rest) and any(not b.found for b in rest)


# What nodes get where the config says nothing of it: plain and checked calls, with the memory behind them, all.
OUTCOMES = {
    "Qualcomm SCM": "plain ones pass, trusted ones are refused",
    "OP-TEE": "pass if the firmware keeps to one place, which it is asked",
    "Amlogic SM": "pass, with memory that the firmware is asked for",
    "SCMI by SMC": "pass, with memory",
    "ZynqMP": "plain ones pass, trusted ones are refused",
    "Tegra PMC": "trusted: refused",
    "i.MX cores": "trusted: refused",
}


@pytest.mark.parametrize("package, fewest", [pytest.param("backports", 800, marks=pytest.mark.all), (".", 300)])
def test_nodes_get_their_calls_and_the_memory_behind_them(package, fewest):
    rows = board_census.call_census(trees_of(package))
    assert len(rows) > fewest
    for path, kind, text in rows:
        got = board_census.outcome(text)
        if kind == "gs101":
            assert got in ("pass", "trusted: refused"), (path, text)
        else:
            assert got == OUTCOMES.get(kind, "pass"), (path, kind, text)


@pytest.mark.parametrize("package", ["backports", "."])
def test_every_board_has_a_region_table(package):
    assert {path: why for path, why in board_census.tables(trees_of(package)).items() if why} == {}
