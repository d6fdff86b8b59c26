# SPDX-License-Identifier: Apache-2.0
"""The Makefile, from outside: what it does with what its users give it. Nothing is built here."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
# Another make may have started these tests.
ENV = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")}
INPUTS = ("BUNDLE", "KERNEL", "RAMDISK", "CONFIG", "MACHINE")


def make(*args, cwd=TOP):
    return subprocess.run(["make", *args], cwd=cwd, env=ENV, capture_output=True, text=True, timeout=120)


def known(*args):
    """What make knows of each target, by its own account of the Makefile: a paragraph each."""
    said = make("-n", "-p", "help", *args).stdout
    assert "# Files" in said
    return said[said.index("# Files"):].split("\n\n")


def rules(*args):
    """Targets that have a recipe."""
    found = set()
    for paragraph in known(*args):
        lines = [line for line in paragraph.splitlines() if line and not line.startswith("#")]
        if lines and "recipe to execute" in paragraph and not lines[0].startswith("\t") and ":" in lines[0]:
            found.update(lines[0].split(":")[0].split())
    return found


def test_every_goal_does_something():
    """make says "Nothing to be done" of a name in .PHONY that has no rule, and succeeds."""
    text = "\n\n".join(known())
    (goals,) = re.findall(r"(?m)^\.PHONY: (.*)$", text)
    done = rules() | set(re.findall(r"(?m)^([\w.-]+): \S", text))
    assert {"all", "run", "dist"} <= done
    assert set(goals.split()) - done == {"FORCE"}


@pytest.fixture(params=["plain", "with spaces"])
def files(request, tmp_path):
    folder = tmp_path / request.param
    folder.mkdir()
    for name in INPUTS:
        (folder / name).write_text("mine")
    return folder


def test_what_a_user_names_is_never_written(files):
    """Of no variable in `make help` the value is a file that some rule makes."""
    plain = rules()
    assert {"build/guest.cpio", "build/mavis.elf", "build/tools/regions"} <= plain
    given = rules(*(f"{name}={files}/{name}" for name in INPUTS), "FIRMWARE=%s/x" % files, "QEMU=%s/qemu" % files)
    assert {"build/guest.cpio", "build/mavis.elf", "build/tools/regions"} <= given
    assert not [target for target in given if str(files).split()[0] in target]


@pytest.mark.parametrize("name", INPUTS)
def test_a_file_that_a_user_names_is_read(files, name):
    said = make("-n", "run", f"{name}={files}/{name}")
    assert said.returncode == 0, said.stderr
    assert f"'{files}/{name}'" in said.stdout
    for line in said.stdout.splitlines():
        assert not re.search(rf"(-o|>) ?'?{re.escape(str(files))}", line)


@pytest.mark.parametrize("name", INPUTS)
def test_a_file_that_is_not_there_is_named(files, name):
    said = make("-n", "run", f"{name}={files}/none")
    assert said.returncode != 0 and f"{name}={files}/none: no such file" in said.stderr


def test_another_kernel_makes_another_bundle(tmp_path):
    """Also one that was compiled again, under the same name."""
    (tmp_path / "Image").write_text("x")
    listed = make("-n", "-p", "help", f"KERNEL={tmp_path}/Image").stdout
    (rule,) = re.findall(r"(?m)^build/guest\.cpio: (.*)$", listed)
    assert f"{tmp_path}/Image" in rule.split("|")[0].split()


@pytest.mark.parametrize("target", ["run", "native", "image", "fit", "bundle"])
def test_an_unknown_board_is_answered_with_the_boards(target):
    said = make(target, "BOARD=nosuch")
    listed = subprocess.run([TOP / "tools/board", "list"], capture_output=True, text=True, check=True).stdout
    assert said.returncode != 0
    assert "BOARD=nosuch: no such board; there are " in said.stderr
    for line in listed.splitlines():
        assert line.split()[0] in said.stderr.split("there are")[1]


def test_a_board_has_its_second_name():
    assert make("-n", "run", "BOARD=rpi4").returncode == 0


def test_an_unknown_kernel_is_answered_with_the_one_there_is():
    assert "LINUX=newest: no such kernel; there is backports" in make("run", "LINUX=newest").stderr


def test_mavis_is_built_in_a_path_with_a_space(tmp_path):
    """Its commands, with tools that take them for granted."""
    folder = tmp_path / "a checkout, with spaces"
    shutil.copytree(TOP, folder, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"))
    (folder / "build").mkdir()
    (folder / "build/deps").symlink_to(TOP / "build/deps")
    said = make("-s", "build/target/lib/format.c.o", "build/host/lib/format.c.o", cwd=folder)
    assert said.returncode == 0, said.stderr
    assert (folder / "build/target/lib/format.c.o").exists()


def test_no_two_test_files_have_one_name():
    """pytest collects them all together, and would stop there."""
    names = [path.name for path in (TOP / "tests").glob("*/test_*.py")]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("tool, first", [("plot", "make bench"), ("scale-plot", "make scale")])
def test_a_picture_of_what_was_not_counted_says_what_to_do_first(tmp_path, tool, first):
    done = subprocess.run([TOP / "bench" / tool, tmp_path / "x.json", tmp_path / "x.svg"], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 1 and done.stderr == f"{tool}: {tmp_path}/x.json: No such file or directory: {first}\n"
