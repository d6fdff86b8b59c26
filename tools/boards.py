# SPDX-License-Identifier: Apache-2.0
"""The boards: how QEMU is called for each, and the device tree that it starts with.

A board's tree is that of Debian's kernel package, unless it says otherwise. QEMU does not model all of a board, and a
driver that waits for what is not there keeps Linux from booting, without Mavis too. `edits` take that out of the tree,
for QEMU alone: a real board has its tree as it is.
"""

import dataclasses
import fnmatch
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Board:
    name: str
    title: str
    machine: str                # QEMU's -M
    args: tuple = ()            # more for QEMU: its own defaults are the board's
    tree: str = ""              # in the kernel package, or a .dts of this project; "": QEMU makes it
    edits: tuple = ()           # (what, node or pattern, ...): see EDITS
    cpus: int = 4
    gic: int = 2                # 0: none
    console: str = "ttyAMA0"    # Linux's name
    serial: tuple = ("-serial", "stdio")
    powers_off: bool = True     # QEMU ends when the guest turns off the machine
    aliases: tuple = ()
    # What the board's loader writes into its tree, where that has no memory: "base,size,...", of the largest of its kind.
    memory: str = ""

    @property
    def config(self):
        return TOP / "configs" / f"{self.name}.dts"

    def qemu(self, dtb=None):
        """QEMU's arguments for the machine, to which -kernel and -initrd come."""
        return ["-display", "none", "-audio", "none", "-no-reboot", *self.serial, "-M", self.machine, *self.args,
                *(["-dtb", str(dtb)] if self.tree else [])]


ZCU102_UART = "/axi/serial@ff000000"

BOARDS = (
    Board("virt", "QEMU virt", "virt,virtualization=on,gic-version=3", ("-nodefaults", "-cpu", "max", "-smp", "4", "-m", "1G"),
          gic=3),
    Board("raspi4b", "Raspberry Pi 4 Model B", "raspi4b", ("-accel", "tcg,thread=single"), "broadcom/bcm2711-rpi-4-b.dtb",
          edits=(
              # The display, the analog parts beside it, and a mini-UART whose interrupt never ends once it is opened.
              *(("disable", f"/soc/{p}") for p in (
                  "interrupt-controller@7ef*", "i2c@7ef*", "hdmi@*", "clock@7ef*", "avs-monitor@*", "hvs@*",
                  "pixelvalve@*", "vec@*", "txp@*", "pwm@*", "dsi@*", "dpi@*", "serial@7e215040")),
              ("disable", "/gpu"),
              ("remove", "/soc/serial@7e201000/bluetooth"),     # the PL011 is the console, not Bluetooth's
              ("string", "/chosen", "stdout-path", "serial0:115200n8"),
          ),
          powers_off=False, aliases=("rpi4",), memory="0x0,0xfc000000,0x100000000,0x100000000"),
    Board("zcu102", "Xilinx ZCU102", "xlnx-zcu102,virtualization=on", ("-smp", "4", "-m", "2G"),
          "xilinx/zynqmp-zcu102-rev1.1.dtb", edits=(
              # No power management firmware, so no clocks, resets and pins that it would set.
              ("phandles", ZCU102_UART, "clocks", "/pss?ref?clk", "/pss?ref?clk"),
              ("delete", ZCU102_UART, "resets", "power-domains", "pinctrl-names", "pinctrl-0"),
              ("disable", "/firmware/zynqmp-firmware"),
          ),
          console="ttyPS0"),
    Board("imx8mp", "NXP i.MX 8M Plus EVK", "imx8mp-evk", ("-smp", "4", "-m", "2G"), "freescale/imx8mp-evk.dtb", gic=3,
          console="ttymxc1", serial=("-serial", "null", "-serial", "stdio")),
    Board("versal", "Xilinx Versal (QEMU's model)", "xlnx-versal-virt", ("-m", "2G"), cpus=2, gic=3),
    # Two that Mavis was not written for.
    Board("npcm845", "Nuvoton NPCM845 EVB", "npcm845-evb", ("-nodefaults",), "tests/data/npcm845.dts", cpus=1, console="ttyS0",
          powers_off=False),
    Board("raspi3b", "Raspberry Pi 3 Model B", "raspi3b", ("-accel", "tcg,thread=single"), "broadcom/bcm2837-rpi-3-b.dtb",
          edits=(
              ("disable", "/soc/serial@7e215040"),
              ("remove", "/soc/serial@7e201000/bluetooth"),
              ("string", "/chosen", "stdout-path", "serial0:115200n8"),
          ),
          gic=0, powers_off=False),
)


def find(name):
    """The board of this name or alias."""
    for board in BOARDS:
        if name in (board.name, *board.aliases):
            return board
    raise KeyError(f"{name}: no such board; there are {' '.join(b.name for b in BOARDS)}")


def _nodes(tree, pattern):
    """Paths of the nodes that match: the last component may be a pattern."""
    parent, _, name = pattern.rpartition("/")
    listed = subprocess.run(["fdtget", "-l", tree, parent or "/"], capture_output=True, text=True)
    return [f"{parent}/{n}" for n in listed.stdout.split() if fnmatch.fnmatchcase(n, name)]


def _put(tree, *args):
    subprocess.run(["fdtput", args[0], args[1], tree, *args[2:]], check=True, capture_output=True, text=True)


def _string(tree, node, prop, *values):
    _put(tree, "-t", "s", node, prop, *values)


def _phandles(tree, node, prop, *targets):
    got = [subprocess.run(["fdtget", "-t", "x", tree, _nodes(tree, t)[0], "phandle"], check=True, capture_output=True,
                          text=True).stdout.strip() for t in targets]
    _put(tree, "-t", "x", node, prop, *got)


def _delete(tree, node, *props):
    for prop in props:
        subprocess.run(["fdtput", "-d", tree, node, prop], check=False, capture_output=True)


def _remove(tree, node):
    subprocess.run(["fdtput", "-r", tree, node], check=True, capture_output=True, text=True)


EDITS = {
    "disable": lambda tree, node: _string(tree, node, "status", "disabled"),
    "remove": _remove,
    "string": _string,
    "phandles": _phandles,
    "delete": _delete,
}


def package_tree(board, deps):
    """The board's tree as its kernel package has it."""
    found = sorted(pathlib.Path(deps, "arm64/usr/lib").glob(f"linux-image-*/{board.tree}"))
    if not found:
        raise FileNotFoundError(f"{board.tree}: in no kernel package under {deps}: make deps")
    return found[-1]


def write_tree(board, deps, out, qemu="qemu-system-aarch64"):
    """Writes the tree that QEMU's machine of this board is given, or makes by itself."""
    out = pathlib.Path(out)
    if not board.tree:
        command = board.qemu()
        command[command.index(board.machine)] += f",dumpdtb={out}"
        subprocess.run([qemu, *command], check=True, capture_output=True, text=True)
    elif board.tree.endswith(".dts"):
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", out, TOP / board.tree], check=True, capture_output=True,
                       text=True)
    else:
        out.write_bytes(package_tree(board, deps).read_bytes())
    for what, pattern, *args in board.edits:
        for node in _nodes(out, pattern):
            EDITS[what](out, node, *args)
