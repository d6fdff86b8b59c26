# SPDX-License-Identifier: Apache-2.0
"""A broken device tree: on every board Mavis names what is wrong with it, where it knows a console, and stops.

Without a console the same words are in its log ring. QEMU itself repairs the tree of a kernel that it loads, so the kernel
here is a few instructions that give Mavis another one.
"""

import re
import socket
import struct
import subprocess
import time

import pytest

import boards
import dts
import machine

MIB = 1 << 20
MAVIS_AT, TREE_AT, MEMORY = 16 * MIB, 32 * MIB, 512 * MIB       # from the start of memory
RAM = {"virt": 0x40000000, "imx8mp": 0x40000000}                # elsewhere 0

CONTROLLERS = r"arm,gic-v3|arm,gic-400|arm,cortex-a15-gic|brcm,bcm2836-l1-intc"
UARTS = r"arm,pl011|arm,sbsa-uart|ns16550a?|brcm,bcm2835-aux-uart|cdns,uart-r1p12|cdns,uart-r1p8|xlnx,xuartps|fsl,imx\w+-uart"

WFI = 0xd503207f


# --- The trees ------------------------------------------------------------------------------------

def good_tree(board):
    """As a loader leaves it: it has memory, and no more than the machine."""
    tree = dts.Tree(machine.board_tree(board))
    for path in memory_nodes(tree):
        tree.remove(path)
    tree.add("/", "memory@0")
    tree.put("/memory@0", "device_type", '"memory"')
    base, size = ("0x0 " * (tree.cells("/", f"#{what}-cells")[0] - 1) for what in ("address", "size"))
    tree.put("/memory@0", "reg", f"<{base}{RAM.get(board.name, 0):#x} {size}{MEMORY:#x}>")
    return tree


def memory_nodes(tree):
    return [path for path, *_ in tree.nodes() if tree.get(path, "device_type") == '"memory"']


def controller(tree):
    """The one at the root: others refer to it. (The Raspberry Pi 4 has a second, which is none there.)"""
    found = [path for path in tree.compatible_with(CONTROLLERS) if tree.get(path, "#interrupt-cells")]
    assert len(found) == 1, found
    return found[0]


def in_a_circle(tree):
    gic, other = controller(tree), (tree.compatible_with(UARTS))[0]
    if not tree.get(other, "phandle"):
        tree.put(other, "phandle", "<0x7777>")
    tree.put(gic, "interrupt-parent", tree.get(other, "phandle"))
    tree.put(other, "interrupt-parent", tree.get(gic, "phandle"))
    tree.put("/", "interrupt-parent", tree.get(gic, "phandle"))     # not all boards have it


def without_uarts(tree):
    for path in tree.compatible_with(UARTS):
        tree.put(path, "compatible", '"acme,uart"')


def cells_of_memory(tree):
    return tree.cells("/", "#address-cells")[0] + tree.cells("/", "#size-cells")[0]


# What is done to the tree; what is said; False: on no console.
CASES = {
    "nothing": (lambda t: None, ["bundle", "initrd"]),
    "no interrupt controller": (lambda t: t.remove(controller(t)), ["interrupt-parent: ", "missing", "phandle"]),
    "a disabled interrupt controller": (
        lambda t: t.put(controller(t), "status", '"disabled"'), ["@", ": status: ", "disabled"]),
    "an unknown interrupt controller": (
        lambda t: t.put(controller(t), "compatible", '"acme,intc"'), ["@", ": compatible: ", "acme,intc"]),
    "interrupt parents in a circle": (in_a_circle, ["@", ": interrupt-parent: ", "leads back"]),
    "no memory": (lambda t: t.remove("/memory@0"), ["/memory", "device_type"]),
    "memory without a size": (lambda t: t.put("/memory@0", "reg", f"<{'0 ' * cells_of_memory(t)}>"),
                              ["/memory@0: reg: ", "loader fills it in"]),
    "memory beyond all addresses": (
        lambda t: t.put("/memory@0", "reg", f"<{'0xffffffff ' * cells_of_memory(t)}>"), ["/memory@0: reg: ", "beyond"]),
    "no CPUs": (lambda t: t.remove("/cpus"), ["/cpus: "]),
    "addresses of seven cells": (lambda t: t.put("/", "#address-cells", "<7>"), ["#address-cells"], False),
    "no known UART": (without_uarts, ["bundle", "initrd"], False),
    "neither UART nor memory": (lambda t: (without_uarts(t), t.remove("/memory@0")), ["/memory", "device_type"], False),
}
# Two cells cannot say what is beyond 48 bits.
POSSIBLE = [(b, case) for b in boards.BOARDS for case in CASES if (b.name, case) != ("raspi3b", "memory beyond all addresses")]


# --- The machine ----------------------------------------------------------------------------------

class Monitor:
    """QEMU's own monitor, which looks at the machine from outside."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(machine.patience(30))
        until = time.monotonic() + machine.patience(10)
        while self.socket.connect_ex(str(path)) and time.monotonic() < until:
            time.sleep(0.05)
        self.wait()

    def wait(self):
        said = b""
        while not said.endswith(b"(qemu) "):
            said += self.socket.recv(4096)
        return said.decode(errors="replace")

    def run(self, command):
        self.socket.sendall(command.encode() + b"\n")
        return self.wait()

    def pc(self):
        return int(re.search(r"PC=([0-9a-f]{16})", self.run("info registers"))[1], 16)


def symbol(name):
    listed = subprocess.run(["aarch64-linux-gnu-nm", machine.BUILD / "mavis.elf"], check=True, capture_output=True, text=True)
    return int(re.search(rf"(?m)^([0-9a-f]+) \w {name}$", listed.stdout)[1], 16)


def log_ring(monitor, image_at, path):
    """What mavis_log holds: a count of 8 bytes, then as much text as there is."""
    monitor.run(f'pmemsave {image_at + symbol("mavis_log"):#x} 8200 "{path}"')
    data = path.read_bytes()
    return data[8:8 + struct.unpack_from("<Q", data)[0]].decode(errors="replace")


def waits(monitor, image_at):
    """The CPU is in Mavis's last loop, or off."""
    at = monitor.pc() - image_at
    image = machine.IMAGE.read_bytes()
    return "paused (shutdown)" in monitor.run("info status") or (
        4 <= at < len(image) - 4 and at % 4 == 0 and WFI in struct.unpack_from("<II", image, at - 4))


@pytest.fixture
def error_with(start, request, tmp_path):
    """error_with(board, tree, console) gives what Mavis says to the tree's bytes; that there is a console, or none."""
    def run(board, tree, console=True):
        ram = RAM.get(board.name, 0)
        (tmp_path / "given.dtb").write_bytes(tree)
        (tmp_path / "entry").write_bytes(machine.entry(ram + MAVIS_AT, ram + TREE_AT))
        m = start(request.node.name, board=board,
                  args=["-no-shutdown", "-monitor", f"unix:{tmp_path}/monitor,server=on,wait=off"],
                  loaded=["-kernel", tmp_path / "entry",
                          "-device", f"loader,file={machine.IMAGE},addr={ram + MAVIS_AT:#x},force-raw=on",
                          "-device", f"loader,file={tmp_path}/given.dtb,addr={ram + TREE_AT:#x},force-raw=on"])
        try:
            if console:
                m.expect("mavis: stopped", 30)
            monitor = Monitor(tmp_path / "monitor")
            until = time.monotonic() + machine.patience(20)
            while not waits(monitor, ram + MAVIS_AT) and time.monotonic() < until:
                time.sleep(0.1)
            assert waits(monitor, ram + MAVIS_AT), f"the CPU is at {monitor.pc():#x}"
            said = log_ring(monitor, ram + MAVIS_AT, tmp_path / "log")
            if not console:
                m.listen(0.2)
        finally:
            m.close()
        errors = re.findall(r"(?m)^mavis: error: (.*)$", said)
        assert len(errors) == 1, said
        assert "unexpected" not in said and "Guest: " not in said
        assert (errors[0] in m.console.replace("\r", "")) == console, m.console
        return errors[0]

    return run


@pytest.mark.parametrize("board,case", POSSIBLE, ids=[f"{b.name}-{case}" for b, case in POSSIBLE])
def test_a_broken_tree_is_named_and_the_machine_stops(error_with, tmp_path, board, case):
    edit, words, *console = CASES[case]
    tree = good_tree(board)
    edit(tree)
    tree.write(tmp_path / "tree.dtb")
    error = error_with(board, (tmp_path / "tree.dtb").read_bytes(), *console)
    assert all(word in error for word in words), error


@pytest.mark.parametrize("size", [0xffffffff, 0x7ffffff8, 16], ids=hex)
@pytest.mark.parametrize("board", boards.BOARDS, ids=lambda b: b.name)
def test_a_tree_that_claims_an_absurd_size_is_refused(error_with, tmp_path, board, size):
    good_tree(board).write(tmp_path / "tree.dtb")
    data = bytearray((tmp_path / "tree.dtb").read_bytes())
    struct.pack_into(">I", data, 4, size)
    # What a console is, only the tree says; QEMU's virt is the one machine where Mavis looks for one.
    assert "device tree" in error_with(board, bytes(data), console=board.name == "virt")
