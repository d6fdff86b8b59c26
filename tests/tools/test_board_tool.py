# SPDX-License-Identifier: Apache-2.0
"""tools/board, from outside: what it cannot do is a line that names it."""

import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]


def board(*args):
    return subprocess.run([TOP / "tools/board", *args], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("args, why", [
    (["tree", "nosuch", "-o", "{}/x"], "board: nosuch: no such board; there are virt "),
    (["tree", "npcm845", "-o", "{}/none/x"], "board: dtc: FATAL ERROR: Couldn't open output file {}/none/x"),
    (["tree", "versal", "--qemu", "{}/qemu", "-o", "{}/x"], "board: {}/qemu: No such file or directory"),
    (["tree", "versal", "--qemu", "false", "-o", "{}/x"], "board: false: status 1"),
    (["tree", "raspi4b", "--deps", "{}", "-o", "{}/x"], "board: broadcom/bcm2711-rpi-4-b.dtb: in no kernel package under {}"),
])
def test_what_cannot_be_made_is_one_line(tmp_path, args, why):
    done = board(*(a.format(tmp_path) for a in args))
    assert done.returncode == 1 and done.stderr.startswith(why.format(tmp_path)) and done.stderr.count("\n") == 1, done.stderr


def test_a_disk_that_is_full_is_said_by_the_files_name(tmp_path):
    tree = tmp_path / "arm64/usr/lib/linux-image-6/broadcom/bcm2711-rpi-4-b.dtb"
    tree.parent.mkdir(parents=True)
    tree.write_bytes(bytes(1 << 16))
    done = board("tree", "raspi4b", "--deps", tmp_path, "-o", "/dev/full")
    assert (done.returncode, done.stderr) == (1, "board: /dev/full: No space left on device\n")


@pytest.mark.parametrize("args, why", [(["tree", "virt"], "-o FILE"), (["qemu", "zcu102"], "--dtb FILE")])
def test_what_is_missing_on_its_command_line_is_said(args, why):
    done = board(*args)
    assert done.returncode == 2 and why in done.stderr and not done.stdout
