# SPDX-License-Identifier: Apache-2.0
"""An error of Mavis's own: it is said, every CPU stops, and an error in saying so does not go round in circles.

Mavis has no such error to show, so a debugger makes one: it puts an undefined instruction into a function.
"""

import contextlib
import re
import struct
import subprocess

import pytest

import bundles
import debugger
import machine
from patched import CPUS, RET, UDF, Patched


@pytest.fixture
def patched(start, request):
    with contextlib.ExitStack() as stack:
        yield lambda patches: Patched(start, stack, request.node.name, patches)


def test_it_is_said_and_the_machine_goes_off(patched):
    m = patched({("smccc_call", 0): UDF}).m
    said = m.expect_end()
    assert said.count("mavis: unexpected synchronous exception from EL2 on CPU ") == 1
    assert said.count("mavis: stopped") == 1
    assert "  at mavis+0x" in said and "another while" not in said
    notes = subprocess.run(["readelf", "-n", machine.BUILD / "mavis.elf"], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Build ID: (\w+)", notes)[1] == re.search(r"(?m)^  build (\w+)$", said)[1]


def test_where_nothing_turns_the_machine_off_every_cpu_is_stopped(patched):
    p = patched({("smccc_call", 0): UDF, ("firmware_power_off", 0): RET})
    p.m.expect("mavis: stopped")
    p.m.listen(2)
    places = list(p.where())
    assert len(places) == CPUS
    assert {level for _, level in places} == {2}, places
    assert {function for function, _ in places} == {"panic_wait"}, places


def test_the_end_that_the_guest_would_have_elsewhere_is_one_on_every_cpu(start, tmp_path):
    """As KVM before 6.9 has it, which ends the guest at an unaligned store to what stage 2 makes Device memory."""
    region = 'regions { card { pci = "0000:00:02.0"; bar = <2>; type = "prefetchable"; as = "kvm-6.8"; }; };'
    bar = "/sys/bus/pci/devices/0000:00:02.0"
    with contextlib.ExitStack() as stack:
        p = Patched(start, stack, "end-as", {("firmware_power_off", 0): RET},
                    bundle=bundles.make(tmp_path / "b", bundles.config(tmp_path / "config.dts", region)),
                    args=["-object", "memory-backend-ram,id=card,size=1M,share=on",
                          "-device", "ivshmem-plain,memdev=card,addr=2"],
                    before=f"echo 1 >{bar}/enable", last=f"taskset -c 2 unaligned {bar}/resource2_wc 0")
        p.m.expect("mavis: error: CPU 2 at .*: as kvm-6.8, ")
        p.m.expect("mavis: stopped")
        p.m.listen(2)
        places = list(p.where())
    assert {level for _, level in places} == {2}, places
    assert {function for function, _ in places} == {"panic_wait"}, places


def test_who_may_have_filled_stage_2_meanwhile_empties_it_again(start):
    """A CPU that is at EL2 when another panics: no lock keeps either from stage 2."""
    symbols = debugger.symbols(machine.BUILD / "mavis.elf")
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("meanwhile", smp=1, args=sockets.args(), loaded=machine.mavis(machine.BUNDLE), unjudged="no CPU panics")
        stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp))).ask("cont")
        m.login()
        base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)", m.boot_log())[1], 16)
        with contextlib.closing(debugger.Stub(sockets.gdb)) as stub:
            stub.break_at(base + symbols["inject_abort"])
            m.send("peek /dev/mem 0xb000000")
            stub.go_on()
            debugger.panics_meanwhile(stub, base, "inject_abort")


def test_an_error_on_the_way_is_said_once_and_the_machine_goes_off(patched):
    """Where it believes stage 2's root to be nothing is."""
    said = patched({("smccc_call", 0): UDF, ("guest", 8): struct.pack("<Q", 0x1000)}).m.expect_end()
    assert said.count("mavis: and another while that was said: ") == 1
    assert said.count("mavis: stopped") == 1


def test_where_nothing_can_be_said_the_machine_still_goes_off(patched):
    said = patched({("smccc_call", 0): UDF, ("vformat", 0): UDF}).m.expect_end()
    assert "mavis: unexpected" not in said and "mavis: stopped" not in said


def test_where_the_console_is_what_fails_the_machine_still_goes_off(patched):
    """Its UART where EL2 maps nothing: a translation fault, which no device answers with."""
    said = patched({("console", 8): struct.pack("<Q", 0x1000)}).m.expect_end()
    assert "mavis: unexpected" not in said
