# SPDX-License-Identifier: Apache-2.0
"""From a board that labgrid turns on to the report, with QEMU as the board: tools/farm/collect, by labgrid's own drivers."""

import os
import re
import subprocess
import sys

import pytest

import bundles
import machine

sys.path.insert(0, str(machine.TOP / "tests/tools"))

from schemas import checked  # noqa: E402  (found through the line above)

pytest.importorskip("labgrid", reason="labgrid is not installed: Debian 12 has it as python3-labgrid")

FARM = machine.TOP / "tools/farm"
LAB_BASE = 0x44000000
TITLES = {"direct": "QEMU virt", "uboot": "QEMU virt, U-Boot"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What the environments want of a build, with a bundle that leaves out the litmus tests, which take most of the time."""
    folder = tmp_path_factory.mktemp("files")
    text = (machine.TOP / "configs/lab.dts").read_text()
    assert '"quick"' in text
    config = bundles.config(folder / "lab.dts", text=text.replace('"quick"', '"quick rounds=0"'))
    (folder / "lab").mkdir()
    bundles.make(folder / "lab/lab.cpio", config, kernel=machine.BUILD / "lab/lab.bin", ramdisk=None, load=LAB_BASE)
    (folder / "mavis.img").symlink_to(machine.IMAGE)
    return folder


def collect(out, *args, build=machine.BUILD, env=FARM / "qemu.yaml"):
    qemu = subprocess.run(["which", machine.QEMU], capture_output=True, text=True, check=True).stdout.strip()
    return subprocess.run([FARM / "collect", "--env", env, "-o", out, *args], capture_output=True, text=True, check=False,
                          timeout=machine.patience(300), env=dict(os.environ, LG_BUILD=build, LG_QEMU=qemu))


def test_from_power_on_to_the_report(tmp_path, files):
    said = collect(tmp_path, "uboot", build=files)
    check(tmp_path, said, "uboot")


@pytest.mark.all
@pytest.mark.parametrize("target", ["direct", "uboot"])
def test_all_of_it_as_make_farm_does(tmp_path, target):
    check(tmp_path, collect(tmp_path, target), target)


def check(tmp_path, said, target):
    assert (said.returncode, said.stderr) == (0, "")
    records = [checked(line, "lab") for line in (tmp_path / f"{target}.json").read_text().splitlines()]
    assert [r["t"] for r in records[:2]] == ["run", "lab"] and records[-1]["t"] == "end"
    assert records[0]["machine"] == TITLES[target] and len([r for r in records if r["t"] == "cell"]) == 128
    console = (tmp_path / f"console/console_{target}").read_text(errors="replace")
    assert f"Mavis {records[0]['mavis']}: EL2 on 2 CPUs" in console
    assert ("U-Boot 20" in console) == (target == "uboot")
    report = subprocess.run([machine.TOP / "tools/report", "--matrix", tmp_path, "-o", tmp_path / "matrix.html"],
                            capture_output=True, text=True, check=True, timeout=machine.patience(60))
    assert re.match(rf"{TITLES[target]}\b.*\bcells", report.stdout), report.stdout
    assert TITLES[target] in (tmp_path / "matrix.html").read_text()


def test_a_board_that_fails_is_said_and_the_others_go_on(tmp_path):
    """The first has a bundle that is none; of the second there is no such thing."""
    (tmp_path / "none.cpio").write_bytes(b"no bundle" * 100)
    text = (FARM / "qemu.yaml").read_text().replace("$LG_BUILD/lab/lab.cpio", f"{tmp_path}/none.cpio")
    env = tmp_path / "env.yaml"
    env.write_text(text.replace("- strategy.py", f"- {FARM}/strategy.py"))
    said = collect(tmp_path / "out", "direct", "nosuch", env=env)
    first, second = said.stderr.splitlines()
    assert said.returncode == 1 and re.match(r"direct: mavis: error: .*bundle.*\(all that it said is in ", first)
    assert second == "nosuch: no such target; there are direct uboot"
    assert not list((tmp_path / "out").glob("*.json"))
    assert "mavis: error: " in (tmp_path / "out/console/console_direct").read_text(errors="replace")
