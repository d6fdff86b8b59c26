# SPDX-License-Identifier: Apache-2.0
"""tools/version: what the boot, a bundle and the lab say of where they come from."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]


def git(folder, *command):
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", folder, *command], check=True,
                   capture_output=True)


def version(folder):
    return subprocess.run([folder / "tools/version"], check=True, capture_output=True, text=True).stdout


def commit(folder):
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=all")


@pytest.fixture
def tree(tmp_path):
    """A source tree without git, in a folder of its own."""
    top = tmp_path / "mavis"
    (top / "tools").mkdir(parents=True)
    shutil.copy(TOP / "tools/version", top / "tools")
    (top / "VERSION").write_text("1.2\n")
    return top


def test_a_tarball_says_the_version_alone(tree):
    assert version(tree) == "1.2\n"


def test_a_tarball_inside_another_repository_does_not_say_that_ones_commit(tree):
    commit(tree.parent)
    assert version(tree) == "1.2\n"


def test_a_checkout_says_its_commit_and_whether_it_was_changed(tree):
    commit(tree)
    clean = version(tree)
    assert re.fullmatch(r"1\.2 \([0-9a-f]{12}\)\n", clean)
    git(tree, "tag", "v1")
    assert version(tree) == clean, "a tag changes nothing: it need not be there in another clone"
    (tree / "VERSION").write_text("1.3\n")
    assert version(tree) == clean.replace("1.2", "1.3").replace(")", "-dirty)")


@pytest.mark.skipif(os.geteuid() != 0, reason="giving files away takes root")
def test_a_checkout_of_another_users_says_its_commit(tree):
    commit(tree)
    mine = version(tree)
    for path in [tree, *tree.rglob("*")]:
        os.chown(path, 65534, 65534)
    assert version(tree) == mine


def test_this_tree_has_a_version():
    assert re.fullmatch(r"\d+\.\d+( \([0-9a-f]{12}(-dirty)?\))?\n", version(TOP))
