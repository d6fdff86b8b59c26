# SPDX-License-Identifier: Apache-2.0
"""EL2's own accesses to devices may abort: that is a value and a line, not a lost CPU."""

import contextlib
import re
import struct

import pytest

import bundles
import debugger
import dts
import machine

VIRT = next(b for b in machine.boards.BOARDS if b.name == "virt")
PL011 = 0x9000000
NOTHING = 0xb000000             # on QEMU's virt an access there aborts
ECAM = 0x4010000000
REGION = 'regions { gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; %s }; };'


def line(address):
    return f"mavis: the device at {address:#x} answers with an external abort: reads of it give all ones"


@pytest.mark.parametrize("uart", ["pl011", "uart8250"])
def test_a_uart_where_nothing_is_gives_way_to_the_trees(start, uart):
    m = start(uart, smp=1, loaded=machine.mavis(append=f"earlycon={uart},mmio32,{NOTHING:#x}"))
    m.login()
    text = m.boot_log()
    assert text.count(line(NOTHING)) == 1
    assert "\nConsole: /pl011@9000000\n" in text


@pytest.mark.parametrize("optional", ["", "optional;"])
def test_configuration_space_where_nothing_is_has_no_functions(start, tmp_path, optional):
    """One page for each function that could be there; a line names the first few."""
    tree = dts.Tree(machine.board_tree(VIRT))
    node, = tree.compatible_with("pci-host-ecam-generic")
    assert tree.cells(node, "reg") == [ECAM >> 32, ECAM & 0xffffffff, 0, 0x10000000]
    tree.put(node, "reg", f"<0 {NOTHING:#x} 0 0x100000>")
    tree.put(node, "bus-range", "<0 0>")
    tree.write(tmp_path / "changed.dtb")
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", REGION % optional))
    m = start(f"ecam-{optional}", board=VIRT, loaded=[*machine.mavis(bundle), "-dtb", tmp_path / "changed.dtb"])
    m.expect("mavis: stopped" if not optional else r"\nGuest: ")
    text = m.console.replace("\r", "")
    assert "unexpected" not in text
    assert "region gpu-bar: pci: no function is 1af4:1110" in text
    assert text.count(line(NOTHING)) == 1
    m.close()


def test_a_uart_that_stops_answering_is_left_alone_and_the_log_goes_on(start):
    """No UART of QEMU's stops. A debugger moves Mavis's to a page that EL2 sees, where nothing is: the second of one that ends
    there, and of which the PL011 that is in the first answers all that it is asked."""
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("stops", smp=2, loaded=machine.mavis(append=f"earlycon=uart8250,mmio32,{PL011 + 0xf00:#x}"),
                  args=sockets.args())
        stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        symbols = debugger.symbols(machine.BUILD / "mavis.elf")
        base = stub.follow_move(monitor.loaded_at(machine.IMAGE), symbols)
        stub.break_at(base + symbols["trap_from_guest"])
        stub.go_on()
        console = base + symbols["console"]
        assert struct.unpack("<IIQ", stub.read(console, 16))[2] == PL011 + 0xf00
        assert stub.ask(f"M{console + 8:x},8:{struct.pack('<Q', PL011 + 0x1000).hex()}") == "OK"
        assert stub.ask(f"z1,{base + symbols['trap_from_guest']:x},4") == "OK"
        assert stub.ask("D") == "OK"
        m.login()
        before = m.console.count("mavis: ")
        for cpu in (0, 1, 0):
            assert "Bus error" in m.run(f"taskset -c {cpu} peek /dev/mem {NOTHING + 0x10000:#x}", check=False)[0]
        assert m.run("cat /sys/devices/system/cpu/online") == "0-1"
        assert m.console.count("mavis: ") == before
        log = monitor.read_physical(base + symbols["mavis_log"], 8 + 8192)
        said = log[8:8 + struct.unpack_from("<Q", log)[0]].decode()
        assert said.count(line(PL011 + 0x1000)) == 1
        refused = re.findall(r"mavis: CPU (\d) at 0x[0-9a-f]+: read of (0x[0-9a-f]+): no region", said)
        assert refused == [(cpu, hex(NOTHING + 0x10000)) for cpu in "010"]
        m.close()


def test_another_way_to_registers_that_mavis_works_is_refused(start, tmp_path):
    """A redistributor's page, where it would not trap."""
    config = bundles.config(tmp_path / "config.dts",
                            'regions { way { reg = <0 0x80a0000 0 0x1000>; ipa = <1 0x40000000>; type = "mmio"; }; };')
    m = start("alias", smp=1, loaded=machine.mavis(bundles.make(tmp_path / "bundle", config)))
    assert "mavis: error: region way: ipa: takes 0x1000 bytes of the GIC's redistributors at 0x80a0000" in m.expect_end()
