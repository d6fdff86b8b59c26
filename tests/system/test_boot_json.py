# SPDX-License-Identifier: Apache-2.0
"""`json` on Mavis's command line: the table for programs, against the one for people."""

import re
import sys

import pytest

import bundles
import machine

sys.path.insert(0, str(machine.TOP / "tests/tools"))

from schemas import checked  # noqa: E402  (found through the line above)

MARKED = r"--- mavis begin\r?\n(\{.*\})\r?\n--- mavis end"


def table_in(text):
    (line,) = re.findall(MARKED, text)
    return checked(line, "table")


@pytest.fixture(scope="module")
def booted(start, tmp_path_factory):
    bundle = bundles.make(tmp_path_factory.mktemp("json") / "guest.cpio", machine.TOP / "configs/virt.dts")
    guest = start("json", smp=2, loaded=machine.mavis(bundle, append="json verbose"),
                  args=["-object", "memory-backend-ram,id=gpu,size=64M,share=on", "-device", "ivshmem-plain,memdev=gpu"])
    guest.expect("--- mavis end")
    guest.expect("Guest: ")
    return guest.console.replace("\r", "")


def test_the_table_is_the_one_for_people(booted):
    table = table_in(booted)
    assert table["cpus"] == 2 and table["midr"] in booted and f"Mavis {table['mavis']}: " in booted
    assert f"Features: {table['features']}\n" in booted
    rows = [r for r in booted.splitlines() if re.match(r"  [0-9a-f]{12}-[0-9a-f]{12} |  follows the BAR ", r)]
    assert len(rows) == len(table["regions"])
    for row, r in zip(rows, table["regions"]):
        said = " ".join(p.removeprefix("0x") for p in r["par"])
        for words in (r["type"], f"{r['rights']} 0b{r['memattr']:04b} {r['stage2']}", said, r["name"],
                      {"ok": " ok ", "differs": " DIFFERS "}[r["check"]]):
            assert words in row, (row, r)
    gpu = next(r for r in table["regions"] if "bar" in r)
    assert gpu["bar"] == 2 and f"(BAR 2 of {gpu['function']})" in booted


def test_without_the_word_there_is_no_line(start):
    guest = start("no-json", smp=1, mem="512M", loaded=machine.mavis())
    guest.expect("Guest: ")
    assert "--- mavis" not in guest.console
