# SPDX-License-Identifier: Apache-2.0
"""Bundles as a test wants them: made by tools/bundle, or broken on purpose."""

import importlib.machinery
import importlib.util
import sys

import machine

sys.path.insert(0, str(machine.TOP / "tools"))

import newc  # noqa: E402  (found through the line above)

_loader = importlib.machinery.SourceFileLoader("bundle_tool", str(machine.TOP / "tools/bundle"))
_spec = importlib.util.spec_from_loader("bundle_tool", _loader)
tool = importlib.util.module_from_spec(_spec)
_loader.exec_module(tool)

CONFIG = """/dts-v1/;
/ {
    compatible = "mavis,config";
    guest {
        bootargs = "console=ttyAMA0";
        %s
    };
};
"""


def config(path, guest="", text=None):
    """Writes a config with more properties and nodes for its guest node (or all of it) and gives its path."""
    path.write_text(text or CONFIG % guest)
    return path


def make(path, config_path, kernel=machine.KERNEL, ramdisk=machine.RAMDISK, force=True, load=None, args=()):
    """A bundle as tools/bundle makes it, without its own checks; with `load`, of a program that starts there.

    `args` are more for the tool.
    """
    argv = sys.argv
    sys.argv = ["bundle", "--kernel", str(kernel), "--config", str(config_path), "-o", str(path)]
    sys.argv += ["--ramdisk", str(ramdisk)] if ramdisk else []
    sys.argv += ["--force"] if force else []
    sys.argv += ["--load", str(load), "--entry", str(load)] if load else []
    sys.argv += args
    try:
        tool.main()
    finally:
        sys.argv = argv
    return path


def members(data):
    """The (name, data) pairs of an archive."""
    found, at = [], 0
    while True:
        size, name_size = int(data[at + 54:at + 62], 16), int(data[at + 94:at + 102], 16)
        name = data[at + 110:at + 109 + name_size].decode()
        at = (at + 110 + name_size + 3) & ~3
        if name == newc.TRAILER:
            return found
        found.append((name, data[at:at + size]))
        at = (at + size + 3) & ~3


def archive(pairs):
    a = newc.Archive()
    for name, data in pairs:
        a.member(name, data)
    return a.finish()
