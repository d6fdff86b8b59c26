# SPDX-License-Identifier: Apache-2.0
"""Debian's newer kernel, of its backports, as the guest's: `make run LINUX=backports`."""

import pytest

import boards
import bundles
import machine
import observe

NEWER = machine.DEPS / "backports"
RAMDISK = machine.BUILD / "guest/ramdisk-backports.cpio.gz"

pytestmark = pytest.mark.skipif(not (NEWER / "Image").exists(),
                                reason="no kernel of Debian's backports here (on Debian 13 the stable one is as new)")

ALL = [("virt", "cortex-a72"), *((b.name, "") for b in boards.BOARDS[1:])]


@pytest.mark.parametrize("name, cpu", [("virt", ""), *(pytest.param(*one, marks=pytest.mark.all) for one in ALL)],
                         ids=lambda text: text or "its-own")
def test_the_newer_kernel_boots_as_it_does_natively(start, name, cpu, tmp_path):
    board = boards.find(name)
    tree = tmp_path / "board.dtb"
    boards.write_tree(board, NEWER, tree, machine.QEMU)
    bundle = bundles.make(tmp_path / "guest.cpio", board.config, kernel=NEWER / "Image", ramdisk=RAMDISK)
    args = ["-cpu", cpu] if cpu else []
    guest = start(f"{name}-{cpu}-mavis", board=board, dtb=tree, args=args, loaded=machine.mavis(bundle)).login()
    bare = start(f"{name}-{cpu}-native", board=board, dtb=tree, args=args, unjudged="Mavis is not in it",
                 loaded=["-kernel", NEWER / "Image", "-initrd", RAMDISK, "-append", f"console={board.console}"]).login()
    release = (NEWER / "kernel-release").read_text().strip()
    assert guest.run("uname -r") == release
    assert guest.run("nproc") == str(board.cpus)
    assert observe.new_warnings(guest, bare) == set()
