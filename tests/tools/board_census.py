#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""board_census.py TREE...: on how many of these boards Mavis finds its console; the trees are also read here, by other code.

For all boards of Debian's newer kernel: make build/tools/regions, and then
tests/tools/board_census.py $(find build/deps/backports/ -name '*.dtb')
"""

import collections
import os
import pathlib
import re
import struct
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"
BEGIN, END, PROP, NOP = 1, 2, 3, 4

# stdout is what the tree says: the path of an enabled node, or why there is none. found is what Mavis takes: a path, or None.
Board = collections.namedtuple("Board", "name stdout compatible found driver guess")


def read_nodes(data):
    """path -> {property: bytes} of every node."""
    structure, names = struct.unpack_from(">II", data, 8)
    at, path, nodes = structure, [], {}
    while True:
        token, = struct.unpack_from(">I", data, at)
        at += 4
        if token == BEGIN:
            end = data.index(0, at)
            path.append(data[at:end].decode())
            at = end + 4 & ~3
            props = nodes.setdefault("/" + "/".join(path[1:]), {})
        elif token == PROP:
            size, name = struct.unpack_from(">II", data, at)
            name = data[names + name:data.index(0, names + name)].decode()
            nodes["/" + "/".join(path[1:])][name] = data[at + 8:at + 8 + size]
            at += 8 + size + 3 & ~3
        elif token == END:
            path.pop()
        elif token != NOP:
            return nodes


def strings(value):
    return value.decode(errors="replace").rstrip("\0").split("\0")


def enabled(nodes, path):
    parts = path.split("/")
    return all(strings(nodes["/".join(parts[:n]) or "/"].get("status", b"okay"))[0] in ("okay", "ok")
               for n in range(1, len(parts) + 1))


def stdout_of(nodes):
    """(path, None) of the enabled node that /chosen names, or (None, why there is none)."""
    said = nodes.get("/chosen", {}).get("stdout-path")
    if not said:
        return None, "no stdout-path"
    path = strings(said)[0].split(":")[0]
    if not path.startswith("/"):
        path = strings(nodes.get("/aliases", {}).get(path, b""))[0]
    if path not in nodes:
        return None, "stdout-path leads nowhere"
    return (path, None) if enabled(nodes, path) else (None, "stdout is disabled")


def consoles(paths):
    """What Mavis would print on, by the tool: (path, compatible, whether it is a guess) or None for each tree."""
    made = subprocess.run([TOOL, "--console", *paths], check=True, capture_output=True, text=True, timeout=600)
    for line in made.stdout.splitlines():
        m = re.fullmatch(r".*?\.dtb: (?:none|(/\S+) \((.*)\)(, a guess)?)", line)
        yield (m[1], m[2], bool(m[3])) if m[1] else (None, None, False)


def census(paths):
    found = []
    for path, (uart, driver, guess) in zip(paths, consoles(paths), strict=True):
        nodes = read_nodes(path.read_bytes())
        stdout, why = stdout_of(nodes)
        compatible = strings(nodes[stdout]["compatible"]) if stdout else why
        found.append(Board(f"{path.parent.name}/{path.name}", stdout, compatible, uart, driver, guess))
    return found


def unknown(found):
    """The boards whose stdout is there and enabled, and is not what Mavis prints on."""
    return [b for b in found if b.stdout and (b.found != b.stdout or b.guess)]


def print_counts(title, counts):
    print(title)
    for what, number in counts.most_common():
        print(f"{number:6}  {what}")


def main(paths):
    found = census([pathlib.Path(p) for p in paths])
    rest = [b for b in found if not b.stdout]
    print(f"{len(found)} trees; {sum(bool(b.stdout) for b in found)} name an enabled UART, "
          f"of which {len(unknown(found))} are unknown to Mavis")
    for b in unknown(found):
        print(f"        {b.name}: {b.stdout}: {' '.join(b.compatible)}")
    print(f"{len(rest)} name none; for {sum(bool(b.found) for b in rest)} of these Mavis guesses")
    print_counts("\nwhy none is named:", collections.Counter(b.compatible for b in rest))
    print_counts("\nwhat Mavis prints on:", collections.Counter(b.driver or "nothing" for b in found))


if __name__ == "__main__":
    main(sys.argv[1:])
