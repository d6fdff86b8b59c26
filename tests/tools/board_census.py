#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""board_census.py TREE...: how many of these boards have a console, nodes with their firmware calls, and a region table.

The trees are also read here, by other code.

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

# Of drivers that call the firmware, the big kinds and what the others' compatible is.
CALLERS = {
    "Qualcomm SCM": r"qcom,scm(-.*)?", "OP-TEE": r"linaro,optee-tz", "Amlogic SM": r"amlogic,meson-gxbb-sm",
    "SCMI by SMC": r"(arm|qcom),scmi-smc", "ZynqMP": r"xlnx,zynqmp-firmware", "ZynqMP IPI": r"xlnx,zynqmp-ipi-mailbox",
    "i.MX DDR": r"fsl,imx8m-ddrc", "i.MX revision": r"fsl,imx8mq", "i.MX cores": r"fsl,imx(8m[np]-cm7|93-cm33)",
    "i.MX RTC": r"fsl,imx8qxp-sc-rtc", "i.MX fuses": r"fsl,imx8q(xp|m)-scu-ocotp", "i.MX clocks": r"fsl,scu-clk",
    "RK3399 DDR": r"rockchip,rk3399-(cru|dmc)", "CP110": r"marvell,comphy-cp110", "watchdog": r"arm,smc-wdt",
    "MTK display": r"mediatek,mt(8188|8195)-e?dp-tx", "MTK HDMI": r"mediatek,mt8173-hdmi",
    "MTK DVFSRC": r"mediatek,mt(8183|8195)-dvfsrc",
    "Tegra PMC": r"nvidia,tegra210-pmc", "gs101": r"google,gs101-(pmu|ufs)", "Exynos TRNG": r"samsung,exynos850-trng",
}


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


def calls(paths):
    """What the tool says of each tree's firmware calls: [(node, what becomes of its calls)], or a text where it cannot tell."""
    made = subprocess.run([TOOL, "--calls", *paths], check=True, capture_output=True, text=True, timeout=600)
    said = {str(path): [] for path in paths}
    for line in made.stdout.splitlines():
        path, _, rest = line.partition(".dtb: ")
        path += ".dtb"
        if rest.startswith("cannot be read: "):
            said[path] = rest
        elif rest != "no node calls the firmware":
            said[path].append(tuple(rest.split(": ", 1)))
    return said


def callers(nodes):
    """(kind, node's name) of the tree's enabled nodes that call the firmware; of a kind with the same calls, the first."""
    found = {}
    for path, props in nodes.items():
        words = strings(props.get("compatible", b""))
        for kind, pattern in CALLERS.items():
            if any(re.fullmatch(pattern, word) for word in words) and enabled(nodes, path):
                key = (kind, path) if kind == "SCMI by SMC" or kind == "gs101" else kind
                found.setdefault(key, (kind, path.rsplit("/", 1)[1] or "/"))
    return list(found.values())


def call_census(paths):
    """(tree, kind, what its calls get) of each node that is found here; a node that only one side sees is an error."""
    rows = []
    for path, said in calls(paths).items():
        own = callers(read_nodes(pathlib.Path(path).read_bytes()))
        if isinstance(said, str):
            rows += [(path, kind, said) for kind, _ in own]
            continue
        assert sorted(name for _, name in own) == sorted(name for name, _ in said), (path, own, said)
        rows += [(path, kind, dict(said)[name]) for kind, name in own]
    return rows


def tables(paths):
    """tree -> None if Mavis makes a region table for it (its loader adds the memory), or why not."""
    return {path: said if isinstance(said, str) else None for path, said in calls(paths).items()}


def outcome(text):
    for start, what in (("passed, but for", "plain ones pass, trusted ones are refused"),
                        ("passed, with memory", "pass, with memory"),
                        ("passed with the memory", "pass, with memory that the firmware is asked for"),
                        ("passed if", "pass if the firmware keeps to one place, which it is asked"), ("passed", "pass"),
                        ("refused: they can", "trusted: refused"), ("cannot be read", "the loader has to complete the tree")):
        if text.startswith(start):
            return what
    return text


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
    rows = call_census(paths)
    print_counts(f"\nnodes that call the firmware, on {len({path for path, *_ in rows})} boards:",
                 collections.Counter(f"{kind}: {outcome(text)}" for _, kind, text in rows))
    made = tables(paths)
    print(f"\n{sum(why is None for why in made.values())} of {len(made)} trees have a region table")
    for path, why in made.items():
        if why:
            print(f"        {path}: {why}")


if __name__ == "__main__":
    main(sys.argv[1:])
