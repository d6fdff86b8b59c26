# SPDX-License-Identifier: Apache-2.0
"""tools/regions on the trees of real boards, as Debian's kernel package has them: no code for any of them.

Such a tree is not all that a machine has: its loader adds the memory. Where it does, --memory stands for it.
"""

import os
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"
MEMORY = (0x80000000, 0x20000000)

FAMILIES = ["rockchip/rk3399-*", "allwinner/sun50i-a64-*", "amlogic/meson-g12b-*", "freescale/imx8mq-*", "qcom/apq*",
            "qcom/msm*", "qcom/s[cdm]*"]
# Of the newer kernel: RK3588, AM62x, LS1028A, i.MX 93 and 95, Raspberry Pi 5, RZ, MediaTek, newer Qualcomm.
NEWER_FAMILIES = ["rockchip/rk3588-r*", "ti/k3-am625-*", "freescale/fsl-ls1028a-[kr]*", "freescale/imx9[35]-*",
                  "broadcom/bcm2712-*", "renesas/r9a07g0*", "mediatek/mt8195-*", "qcom/sm8[56]*"]


def trees(pattern, kernel="."):
    packages = sorted((TOP / "build/deps" / kernel).glob("arm64/usr/lib/linux-image-*"))
    found = sorted(packages[0].glob(pattern)) if packages else []
    if not found:
        pytest.skip(f"no {pattern} in build/deps: make deps fetches Debian's kernel package, which has such trees")
    return [path for path in found if path.suffix == ".dtb"]


def run(*args):
    return subprocess.run([TOOL, *args], capture_output=True, text=True, timeout=60)


def reserved(path):
    listed = subprocess.run(["fdtget", "-l", path, "/reserved-memory"], capture_output=True, text=True, timeout=60)
    return listed.stdout.split()


def starter(path):
    """The starter for a board and what had to be said of its memory."""
    made = run("--starter", path)
    if made.returncode == 0:
        return made.stdout, []
    # It may only be the memory, of which the node is named, and what to do.
    assert re.search(r"^regions: error: .*: /memory", made.stderr), made.stderr
    assert "with --memory base,size" in made.stderr, made.stderr
    more = ["--memory", "%#x,%#x" % MEMORY]
    made = run("--starter", path, *more)
    assert made.returncode == 0, made.stderr
    return made.stdout, more


def table(path, config, more):
    """(start, end, type, stage 2, name) of each row."""
    made = run("--machine", path, *more, config)
    assert made.returncode == 0 and made.stderr == "", made.stderr
    rows = []
    for line in made.stdout.split("\nFree for ")[0].splitlines():
        cells = re.split(r" {2,}", line.strip())
        if m := re.fullmatch(r"([0-9a-f]{12})-([0-9a-f]{12})", cells[0]):
            rows.append((int(m[1], 16), int(m[2], 16), cells[2], cells[3], cells[-1]))
    return rows


def check(path, folder):
    """The starter is a config for the board; the table that it comes to is sound."""
    text, more = starter(path)
    config = folder / "starter.dts"
    config.write_text(text)
    rows = table(path, config, more)
    for (_, end, *_), (start, *_) in zip(rows, rows[1:]):
        assert end < start, "in order, without overlap"
    for start, end, kind, stage2, _ in rows:
        assert start % 4096 == 0 and end % 4096 == 4095
        assert kind in ("ram", "mmio", "prefetchable")
        assert stage2.startswith("rwx" if kind == "ram" else "rw-")
    ram = [(start, end, name) for start, end, kind, _, name in rows if kind == "ram"]
    assert ram and len(ram) < len(rows)
    for start, end, name in ram if more else []:
        # What is reserved for a driver is memory wherever it lies.
        assert MEMORY[0] <= start and end < sum(MEMORY) or name in reserved(path), name
    if "no UART that Mavis knows" in text:
        return
    # What it suggests for the console is right too: the console has a row of its own then.
    suggestion = re.compile(r"/\* (Another type for a device, by its node:)\n(.*?\};) \*/", re.S)
    assert len(suggestion.findall(text)) == 1
    config.write_text(suggestion.sub(r"/* \1 */\n\2", text))
    made = [stage2 for *_, stage2, name in table(path, config, more) if name.startswith("console:")]
    assert made == ["rw- 0b0000 Device-nGnRnE"]


@pytest.mark.parametrize("kernel, pattern", [(".", p) for p in FAMILIES] + [("backports", p) for p in NEWER_FAMILIES])
def test_every_board_has_a_starter_and_a_table(tmp_path, kernel, pattern):
    for path in trees(pattern, kernel):
        try:
            check(path, tmp_path)
        except AssertionError as e:
            raise AssertionError(f"{path.relative_to(TOP)}: {e}") from None


@pytest.mark.parametrize("pattern, tty", [
    ("rockchip/rk3399-rockpro64.dtb", "ttyS2,1500000"), ("allwinner/sun50i-a64-pine64.dtb", "ttyS0,115200"),
    ("amlogic/meson-g12b-odroid-n2.dtb", "ttyAML0,115200"), ("freescale/imx8mq-evk.dtb", "ttymxc0"),
    ("qcom/sdm845-db845c.dtb", "ttyMSM0,115200"), ("qcom/apq8016-sbc.dtb", "ttyMSM0"),
])
def test_the_console_is_the_boards(pattern, tty):
    text, _ = starter(trees(pattern)[0])
    assert f'bootargs = "console={tty}";' in text
    assert "no UART that Mavis knows" not in text and "A guess" not in text


def test_a_pci_host_without_ecam_is_said_before_the_boot_with_the_way_that_works(tmp_path):
    path = trees("rockchip/rk3399-rockpro64.dtb")[0]
    text, more = starter(path)
    assert "configuration space of pcie@f8000000 is no ECAM" in text and 'pci = "' not in text
    config = tmp_path / "config.dts"
    config.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { regions { gpu { pci = "1af4:1110"; bar = <2>; '
                      'type = "device-memory"; }; }; }; };')
    made = run("--machine", path, *more, config)
    assert made.returncode == 1
    assert re.search(r"region gpu: pci: .*pcie@f8000000 is another: give the region `reg` over its window, \w+ bytes at 0xfa0",
                     made.stderr), made.stderr
    # The way that it names is one.
    suggestion = re.search(r"keeps the BAR:\n(.*?\};) \*/", text, re.S)[1]
    config.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { regions { %s }; }; };' % suggestion)
    assert (0xfa000000, 0xfbdfffff, "device-memory") in [row[:3] for row in table(path, config, more)]


def test_a_starter_names_the_nodes_that_call_the_firmware():
    text, _ = starter(trees("rockchip/rk3588-rock-5b.dtb", "backports")[0])
    assert "docs/firmware-calls.md" in text
    assert re.search(r"\n\t+     optee: passed if .*\n\t+     scmi: passed, with memory at 0x10f000\n", text)
    text, _ = starter(trees("allwinner/sun50i-a64-pine64.dtb")[0])
    assert "firmware-calls" not in text


@pytest.mark.all
@pytest.mark.parametrize("kernel", [".", "backports"])
def test_every_other_board_too(tmp_path, kernel):
    test_every_board_has_a_starter_and_a_table(tmp_path, kernel, "*/*")
