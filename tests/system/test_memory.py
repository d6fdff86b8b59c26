# SPDX-License-Identifier: Apache-2.0
"""Memory far up, in banks with holes: QEMU's sbsa-ref has all of its own above 1 TiB, and the tree leaves some of it out."""

import re

import pytest

import boards
import bundles
import dts
import machine
import observe

BOARD = boards.Board("sbsa", "QEMU sbsa-ref", "sbsa-ref",
                     # Its display's ROM is a PC's, and in another package.
                     ("-nodefaults", "-cpu", "cortex-a72", "-smp", "1", "-m", "2G", "-global", "bochs-display.romfile="),
                     tree="tests/data/sbsa.dts", cpus=1, gic=3, powers_off=False)
RAM = 1 << 40
MAVIS_AT, TREE_AT, BUNDLE_AT = RAM + (16 << 20), RAM + (32 << 20), RAM + (256 << 20)
PAGE = 4096


def banks(tree):
    cells = tree.cells("/memory@10000000000", "reg")
    return [((cells[i] << 32) + cells[i + 1], (cells[i + 2] << 32) + cells[i + 3]) for i in range(0, len(cells), 4)]


def pages(ranges):
    return {page for base, size in ranges for page in range(base // PAGE, (base + size) // PAGE)}


@pytest.fixture(scope="module")
def tree():
    return dts.Tree(machine.board_tree(BOARD))


@pytest.fixture(scope="module")
def guest(start, tree, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sbsa")
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "guest.dts"))
    given = tree.copy()
    for name, addr in (("linux,initrd-start", BUNDLE_AT), ("linux,initrd-end", BUNDLE_AT + bundle.stat().st_size)):
        given.put("/chosen", name, f"<{addr >> 32:#x} {addr & 0xffffffff:#x}>")
    given.write(folder / "given.dtb")
    (folder / "entry").write_bytes(machine.entry(MAVIS_AT, TREE_AT))
    loaded = ["-kernel", folder / "entry"]
    for file, addr in ((machine.IMAGE, MAVIS_AT), (folder / "given.dtb", TREE_AT), (bundle, BUNDLE_AT)):
        loaded += ["-device", f"loader,file={file},addr={addr:#x},force-raw=on"]
    return start("sbsa", board=BOARD, loaded=loaded).login()


def test_every_region_has_the_attributes_it_asked_for(guest):
    rows = observe.regions(guest.boot_log())
    assert [name for *_, name in rows].count("memory") == 3
    assert {found for _, found, _ in rows} == {"ok"}


def test_the_guest_has_all_of_the_banks_but_what_mavis_keeps(guest, tree):
    kept = re.findall(r"Mavis keeps (\d+) KiB", guest.boot_log())
    rows = re.findall(r"(?m)^([0-9a-f]+)-([0-9a-f]+) : System RAM", guest.run("cat /proc/iomem"))
    ram = pages((int(first, 16), int(last, 16) + 1 - int(first, 16)) for first, last in rows)
    there = pages(banks(tree))
    assert ram < there
    assert len(there - ram) * PAGE <= sum(map(int, kept)) * 1024 <= 4 << 20


def test_a_hole_is_not_the_guests(guest, tree):
    (first, size), (second, _), *_ = banks(tree)
    assert second - (first + size) == 3 * PAGE
    for page in range(first + size, second, PAGE):
        assert "Bus error" in guest.run(f"devmem {page:#x} 32", check=False)[0]


def test_the_guest_uses_what_is_beside_a_hole(guest, tree):
    (first, size), (second, _), *_ = banks(tree)
    seen = guest.run("cat /proc/iomem")
    assert f"{first + size - 1:x} : System RAM" in seen and f"{second:x}-" in seen
