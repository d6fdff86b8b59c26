# SPDX-License-Identifier: Apache-2.0
"""Which UART Mavis prints on, where the tree names none that it knows."""

import pytest

import bundles
import dts
import machine

VIRT = next(b for b in machine.boards.BOARDS if b.name == "virt")
UART = "/pl011@9000000"


@pytest.fixture
def said(start, request, tmp_path):
    """said(change, command line): what Mavis says without a bundle, once the tree is changed."""
    def run(change, append):
        tree = dts.Tree(machine.board_tree(VIRT))
        change(tree)
        tree.write(tmp_path / "changed.dtb")
        m = start(request.node.name, board=VIRT,
                  loaded=["-kernel", machine.IMAGE, "-dtb", tmp_path / "changed.dtb", "-append", append])
        m.expect("mavis: stopped", 30)
        return m.console.replace("\r", "")
    return run


def unknown(tree):
    tree.put(UART, "compatible", '"acme,uart"')


def unnamed(tree):
    tree.put("/chosen", "stdout-path", '"nothing"')


def test_the_command_line_names_it(said):
    text = said(unknown, "verify earlycon=pl011,mmio32,0x9000000,115200n8")
    assert "\nConsole: by earlycon=\n" in text and "Warning" not in text


def test_a_name_that_is_wrong_is_said_on_the_trees(said):
    text = said(lambda tree: None, "earlycon=pl01,0x9000000")
    assert "Warning: earlycon=pl01,0x9000000: Mavis knows no UART of that name" in text
    assert f"\nConsole: {UART}\n" in text


def test_a_guess_is_said_as_one(said):
    assert f"\nConsole: {UART}, a guess: /chosen names none that Mavis knows\n" in said(unnamed, "")


def test_quiet_is_silent_until_linux_speaks(start, tmp_path):
    by_config = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "config.dts", "quiet;"))
    for name, loaded in (("config", machine.mavis(by_config)), ("line", machine.mavis(append="quiet"))):
        m = start(f"quiet-{name}", loaded=loaded)
        m.expect("Booting Linux")
        assert "avis" not in m.console


def test_quiet_says_what_stops_it(said):
    lines = said(lambda tree: None, "quiet").split("\n")
    assert [line[:14] for line in lines if line] == ["mavis: error: ", "mavis: stopped"]
