# SPDX-License-Identifier: Apache-2.0
"""QEMU's arguments for the strict machine, and what it has reported (docs/strict.md)."""

import functools
import os
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("MAVIS_BUILD", "build")

# From this version on QEMU loads only plugins that are built for version 7 of its API, or later.
NEWER = (11, 1)

NOTE = "strict: note: "


@functools.cache
def plugin(qemu):
    """The plugin that this QEMU loads."""
    said = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(map(int, re.search(r"version (\d+)\.(\d+)", said).groups()))
    return BUILD / "strict" / f"strict-{7 if version >= NEWER else 4}.so"


def arguments(qemu, command, log, loader="dirty", size=None):
    """What is added to a command line of QEMU's: reports go to `log`, which must not be there yet.

    The loader has cleaned `size` bytes, by default the file that -kernel names.
    """
    command = list(map(str, command))
    options = [str(plugin(qemu)), f"out={log}", f"loader={loader}"]
    if size is None and "-kernel" in command[:-1]:
        size = os.stat(command[command.index("-kernel") + 1]).st_size
    if size:
        options.append(f"bytes={size}")
    if "-icount" in command or any("thread=single" in c for c in command):
        options.append("thread=single")
    return ["-plugin", ",".join(options)]


def lines(log):
    return pathlib.Path(log).read_text(encoding="utf-8").splitlines() if os.path.exists(log) else []


def reports(log):
    """The lines that tell of a broken rule."""
    return [line for line in lines(log) if not line.startswith(NOTE)]


def rule(report):
    """Its rule's name."""
    return report.split(": ")[1]


def started(log):
    """True if there was something to judge."""
    return any(line.startswith(f"{NOTE}starts: ") for line in lines(log))


def first_address(elf):
    """Where the image begins in its ELF file's addresses."""
    told = subprocess.run(["readelf", "-lW", elf], capture_output=True, text=True, check=True).stdout
    return min((int(m[1], 16) for m in re.finditer(r"LOAD +0x\w+ 0x(\w+)", told)), default=0)


def with_names(text, elf, addr2line="aarch64-linux-gnu-addr2line"):
    """The text with functions and lines beside offsets in the image."""
    base = first_address(elf)

    def name(match):
        address = hex(base + int(match[1], 16))
        told = subprocess.run([addr2line, "-e", elf, "-f", "-s", address], capture_output=True, text=True, check=True)
        function, line = told.stdout.split("\n")[:2]
        return f"{match[0]} ({function} {line})"

    return re.sub(r"image\+0x([0-9a-f]+)", name, text)
