# SPDX-License-Identifier: Apache-2.0
"""Calls of firmware at EL3 that nodes of the tree live on: what passes, what is refused, and the memory behind them.

The firmware is a stand-in (tests/firmware): its answers have the shapes of those of boards.
"""

import contextlib
import re
import struct
import subprocess

import pytest

import bundles
import debugger
import dts
import machine

FIRMWARE = machine.BUILD / "test/el3.bin"
PROGRAM = machine.BUILD / "test/calls.bin"
MAVIS_AT, TREE_AT, BUNDLE_AT, PROGRAM_AT, KNOBS_AT = 0x41000000, 0x42000000, 0x50000000, 0x60000000, 0x43fff000

# With firmware of a user's QEMU has other devices, unless there is no ACPI.
SECURE = ",secure=on,acpi=off"

# As in tests/firmware/el3.c.
OLD_SMCCC, OPTEE_ANY_MEMORY, ROOT_MEMORY = 1, 2, 4
SCMI_SHMEM, PAGE_IN, PAGE_OUT, OPTEE_SHM = 0x4010f000, 0x7e0fe000, 0x7e0ff000, 0x7e200000
REFUSED = (1 << 64) - 1
INVALID_PARAMETERS = (1 << 64) - 2
CPU_SUSPEND = 0xc4000001
SYSTEM_SUSPEND = 0xc400000e
CPU_OFF, AFFINITY_INFO, OFF = 0x84000002, 0xc4000004, 1
PEEK, POKE, EFAULT = 0xc600000f, 0xc6000010, -14 & REFUSED      # hyp/control_abi.h
NO_KIND = bytes.fromhex("e0031faac0035fd6")                     # mov x0, xzr; ret
NOTHING, ROOT_AT = 0xb000000, 0x9000000000
ITS = "/intc@8000000/its@8080000"

ZYNQMP = ("zynqmp-firmware", {"compatible": '"xlnx,zynqmp-firmware"', "method": '"smc"'})
SCM = ("scm", {"compatible": '"qcom,scm-sdm845", "qcom,scm"'})
AMLOGIC = ("secure-monitor", {"compatible": '"amlogic,meson-gxbb-sm"'})
OPTEE = ("optee", {"compatible": '"linaro,optee-tz"', "method": '"smc"'})
SCMI = ("scmi", {"compatible": '"arm,scmi-smc"', "arm,smc-id": "<0x82000010>", "shmem": "<0x9001>", "#address-cells": "<1>",
                 "#size-cells": "<0>"})

RESERVED = {
    "shmem@4010f000": {"compatible": '"arm,scmi-shmem"', "reg": "<0 0x4010f000 0 0x100>", "no-map": None,
                       "phandle": "<0x9001>"},
    "secmon@7e000000": {"reg": "<0 0x7e000000 0 0x200000>", "no-map": None},
    "optee@7e200000": {"reg": "<0 0x7e200000 0 0x100000>", "no-map": None},
}


def put_all(tree, path, props):
    for name, value in props.items():
        tree.put(path, name, value)


@pytest.fixture(scope="module")
def plain_tree(tmp_path_factory):
    """The machine with firmware of its own, as that firmware would describe it: memory has holes, and some is reserved."""
    path = tmp_path_factory.mktemp("tree") / "plain.dtb"
    subprocess.run([machine.QEMU, "-nodefaults", "-display", "none", "-cpu", "cortex-a72", "-smp", "2", "-m", "1G", "-M",
                    f"virt,virtualization=on,gic-version=3{SECURE},dumpdtb={path}"], check=True, capture_output=True)
    tree = dts.Tree(path)
    tree.put("/memory@40000000", "reg", "<0 0x40200000 0 0x3c00000 0 0x44000000 0 0x3c000000>")
    for cpu in ("/cpus/cpu@0", "/cpus/cpu@1"):
        tree.put(cpu, "enable-method", '"psci"')
    if not tree.compatible_with("arm,psci-1.0"):
        tree.add("/", "psci")
    put_all(tree, "/psci", {"compatible": '"arm,psci-1.0", "arm,psci-0.2"', "method": '"smc"'})
    tree.add("/", "reserved-memory")
    put_all(tree, "/reserved-memory", {"#address-cells": "<2>", "#size-cells": "<2>", "ranges": None})
    for name, props in RESERVED.items():
        tree.add("/reserved-memory", name)
        put_all(tree, f"/reserved-memory/{name}", props)
    tree.add("/", "firmware")
    return tree


class Calls:
    """What the guest's program is to do, and what it said."""

    def __init__(self):
        self.list = b""

    def _add(self, what, *numbers):
        self.list += struct.pack("<9Q", what, *numbers, *[0] * (8 - len(numbers)))
        return self

    def smc(self, *x):
        return self._add(1, *x)

    def load(self, address):
        return self._add(2, address)

    def store(self, address, value):
        return self._add(3, address, value)

    def second_cpu(self, *x):
        return self._add(4, *x)

    def streaming_cpu(self, *x):
        return self._add(5, *x)

    def smc_until(self, result, *x):
        return self._add(6, *x, *[0] * (7 - len(x)), result)


def loaded(tree, bundle, folder, knobs=0):
    tree.put("/chosen", "linux,initrd-start", f"<0 {BUNDLE_AT:#x}>")
    tree.put("/chosen", "linux,initrd-end", f"<0 {BUNDLE_AT + bundle.stat().st_size:#x}>")
    tree.write(folder / "machine.dtb")

    def at(path, address):
        return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]

    return ["-bios", FIRMWARE, *at(machine.IMAGE, MAVIS_AT), *at(folder / "machine.dtb", TREE_AT), *at(bundle, BUNDLE_AT),
            "-device", f"loader,addr={KNOBS_AT:#x},data={knobs},data-len=4"]


def with_nodes(plain, nodes):
    tree = plain.copy()
    for name, props in nodes:
        tree.add("/firmware", name)
        put_all(tree, f"/firmware/{name}", props)
    return tree


@pytest.fixture
def run(start, plain_tree, tmp_path, request):
    """run(calls, nodes..., guest="config", knobs=0) gives all that the console said, and the numbers of each answer."""

    def runner(calls, *nodes, guest="", knobs=0, cpu="cortex-a72"):
        program = tmp_path / "program.bin"
        program.write_bytes(PROGRAM.read_bytes() + calls.list + struct.pack("<9Q", *[0] * 9))
        config = bundles.config(tmp_path / "config.dts", guest)
        bundle = bundles.make(tmp_path / "guest.cpio", config, kernel=program, ramdisk=None, load=PROGRAM_AT)
        files = loaded(with_nodes(plain_tree, nodes), bundle, tmp_path, knobs)
        console = start(request.node.name, smp=2, cpu=cpu, machine=SECURE, loaded=files).expect_end()
        assert "guest: done" in console
        answers = re.findall(r"^guest: .*[0-9a-f]{16}$", console, re.M)
        return console, [[int(n, 16) for n in line.split()[1:]] for line in answers]

    return runner


def refusals(console):
    """(identifier, node) of each line about a call that was refused."""
    lines = re.finditer(r"mavis: CPU \d: firmware call (0x\w+)(?: of (\S+))?, x1 \S+: refused", console)
    return [(int(m[1], 16), m[2]) for m in lines]


def test_without_a_node_no_call_passes_and_each_is_said_once(run):
    calls = Calls().smc(0xc2000001).smc(0x82000010).smc(0xc2000001, 5).smc(0x8200ff00)
    console, got = run(calls)
    assert [a[0] for a in got] == [REFUSED] * 4
    assert refusals(console) == [(0xc2000001, None), (0x82000010, None), (0x8200ff00, None)]
    assert "allow-smc = <0x82000010 0x82000010>" in console
    assert "Firmware calls:" not in console


def test_zynqmps_calls_pass_but_for_what_starts_cpus_and_goes_to_memory(run):
    reset, ioctl, fpga = 0xc2000011, 0xc2000022, 0xc2000016
    calls = (Calls().smc(0xc2000001).smc(0xc2000a03).smc(0xc200003f, 1).smc(reset, 1004).smc(reset, 1028).smc(reset, 1020)
             .smc(ioctl, 7 << 32 | 9).smc(ioctl, 2 << 32 | 7).smc(fpga, 0x40000000).smc(fpga, 0))
    console, got = run(calls, ZYNQMP)
    assert [a[:2] for a in got] == [
        [0x10001 << 32, 0], [0x10000 << 32, 0], [1 << 32, 1], [0, 0x11], [REFUSED, 1028], [REFUSED, 1020], [0, 0x22],
        [REFUSED, 2 << 32 | 7], [REFUSED, 0x40000000], [REFUSED, 0]]
    assert refusals(console) == [(reset, "zynqmp-firmware"), (ioctl, "zynqmp-firmware"), (fpga, "zynqmp-firmware")]
    assert re.search(r'Firmware calls: zynqmp-firmware: passed, but for those that can start CPUs .*"trusted"', console)


def test_an_address_taking_call_passes_only_when_trusted(run):
    console, got = run(Calls().smc(0xc2000016, 0x40000000).smc(0xc2000011, 1028), ZYNQMP, guest='firmware-calls = "trusted";')
    assert [a[0] for a in got] == [0, REFUSED], "but a reset of the machine below EL2 never"
    assert refusals(console) == [(0xc2000011, "zynqmp-firmware")]
    assert "Firmware calls: zynqmp-firmware: passed; trusted: they can start CPUs at any address" in console


@pytest.mark.parametrize("node, fid, refusal", [(ZYNQMP, 0xc2000001, REFUSED), (AMLOGIC, 0x82000020, 0)])
def test_none_is_none_in_the_form_that_the_driver_knows(run, node, fid, refusal):
    console, got = run(Calls().smc(fid), node, guest='firmware-calls = "none";')
    assert got[0][0] == refusal
    assert refusals(console) == [(fid, node[0])]
    assert f'Firmware calls: {node[0]}: refused, by firmware-calls = "none"' in console


def test_allow_smc_passes_what_no_node_has(run):
    console, got = run(Calls().smc(0x8200ff01 | 1 << 30).smc(0xc200ff02), guest="allow-smc = <0xc200ff01 0xc200ff01>;")
    assert [a[0] for a in got] == [0x1000 + 0x100, REFUSED]
    assert "0xc200ff01 to 0xc200ff01: passed unchecked, by allow-smc" in console
    # SMCCC 1.2: all 18 are results.
    assert got[0][1:5] == [0x1001, 0x1002, 0x1003, 0x1006] and got[0][5] == 0


def test_firmware_before_smccc_1_1_changes_no_register_that_is_no_result(run):
    _, got = run(Calls().smc(0xc2000001, 0, 0, 0, 4, 5, 6, 7), ZYNQMP, knobs=OLD_SMCCC)
    assert got == [[0x10001 << 32, 0, 0, 0, 6, 1]]


def test_a_workaround_that_is_switched_reaches_the_firmware_with_what_is_asked_for(run):
    """SMCCC_ARCH_WORKAROUND_2; the stand-in says what it got."""
    _, got = run(Calls().smc(0x80007fff, 7 << 32 | 1, 2, 3, 4, 5, 6, 7).smc(0x80007fff, 0))
    assert [(a[0], a[5]) for a in got] == [(0x101, 1), (0x100, 1)]


def test_a_workaround_is_no_call_of_firmware_before_smccc_1_1(run):
    _, got = run(Calls().smc(0x80007fff, 1, 2, 3, 4, 5, 6, 7), knobs=OLD_SMCCC)
    assert got == [[REFUSED, 1, 2, 3, 6, 1]]


def test_only_w_registers_are_passed_in_the_32_bit_convention(run):
    _, got = run(Calls().smc(0x82000093, 7 << 32 | 1), AMLOGIC)
    assert got[0][:4] == [0, 1, 0, 0]


def test_scmi_has_its_shared_memory_though_it_lies_below_all_banks(run):
    """RK3588's does: in what its firmware keeps below the first bank."""
    version = 0x10 << 10
    calls = (Calls().store(SCMI_SHMEM + 0x18, version).store(SCMI_SHMEM + 4, 0).smc(0x82000010).load(SCMI_SHMEM + 4)
             .load(SCMI_SHMEM + 0x1c).load(SCMI_SHMEM + 0x20))
    console, got = run(calls, SCMI, guest="verbose;")
    assert [a[0] for a in got] == [0, 1, 0, 0x20000]
    assert "Firmware calls: scmi: passed, with memory at 0x4010f000" in console
    assert re.search(r"00004010f000-00004010ffff .*mmio.*shmem@4010f000", console)


def test_scmi_whose_shared_memory_is_not_the_guests_is_refused(run):
    _, props = SCMI
    console, got = run(Calls().smc(0x82000010), ("scmi", {**props, "shmem": "<0x4711>"}))
    assert got[0][0] == REFUSED
    assert "Firmware calls: scmi: refused: the node's shmem leads to no memory" in console


def test_a_scm_call_that_was_interrupted_is_resumed(run):
    calls = Calls().smc(1, 0x1234).smc(0xc2000601, 1).smc(1, 1, 0, 0, 0, 0, 0x5e55).smc(1).smc(0xc2000501, 1, PROGRAM_AT)
    console, got = run(calls, SCM)
    assert [a[0] for a in got] == [REFUSED, 1, 0, REFUSED, REFUSED]
    assert got[1][4] == 0x5e55 and got[2][1] == 1
    assert refusals(console) == [(0xc2000501, "scm")]


def test_scm_resumes_over_old_firmware_too(run):
    _, got = run(Calls().smc(0xc2000601, 1).smc(1, 1, 0, 0, 0, 0, 0x5e55), SCM, knobs=OLD_SMCCC)
    assert [(a[0], a[4], a[5]) for a in got] == [(1, 0x5e55, 1), (0, 0, 1)]


def test_amlogics_pages_are_the_guests_though_they_lie_in_the_firmwares_memory(run):
    calls = (Calls().smc(0x82000020).smc(0x82000021).store(PAGE_IN, 0x600d).load(PAGE_IN).smc(0x82000030, 0x10, 8)
             .load(PAGE_OUT + 4))
    console, got = run(calls, AMLOGIC, guest="verbose;")
    assert [a[0] for a in got] == [PAGE_IN, PAGE_OUT, 0x600d, 8, 0xf05e0014]
    assert "Firmware calls: secure-monitor: passed, with memory at 0x7e0fe000" in console
    assert re.search(r"00007e0fe000-00007e0fefff .*secure-monitor\n +00007e0ff000-00007e0fffff .*secure-monitor\n +00007e3",
                     console), "both pages, and nothing more of what the firmware keeps"


def test_optee_with_memory_at_a_fixed_place_is_passed(run):
    calls = (Calls().smc(0xb2000009).smc(0xb2000007).smc(0x32000004, 0, OPTEE_SHM, 0, 0, 0, 0, 9).load(OPTEE_SHM + 20)
             .smc(0xb200000d).smc(0xbf000002))
    console, got = run(calls, OPTEE)
    assert [a[0] for a in got] == [0, 0, 0, 0x0ca11ed, REFUSED, REFUSED]
    assert got[2][3] == 0, "who calls is not the guest's to say"
    assert refusals(console) == [(0xb200000d, "optee"), (0xbf000002, "OP-TEE")]


def test_optee_that_takes_any_memory_must_be_trusted(run):
    calls = Calls().smc(0xb2000009).smc(0x32000004, 0, PROGRAM_AT + 0x10000)
    console, got = run(calls, OPTEE, knobs=OPTEE_ANY_MEMORY)
    assert [a[0] for a in got] == [REFUSED] * 2
    assert re.search(r"Firmware calls: optee: refused: they can have OP-TEE read and write any memory", console)
    console, got = run(calls, OPTEE, guest='firmware-calls = "trusted";', knobs=OPTEE_ANY_MEMORY)
    assert [a[0] for a in got] == [0, 0]


def test_two_cpus_are_in_the_firmware_at_once(run):
    """It comes back to neither before both are there: no lock is held meanwhile."""
    _, got = run(Calls().second_cpu(0x8200ff00).smc(0x8200ff00), guest="allow-smc = <0x8200ff00 0x8200ff00>;")
    assert got[0][0] == 0x2ca115


def test_a_cpu_goes_off_in_streaming_mode_and_comes_back(run):
    """This firmware resets nothing: EL2 is entered in that mode, where it may not clear the registers of Advanced SIMD."""
    calls = Calls().streaming_cpu(CPU_OFF).smc_until(OFF, AFFINITY_INFO, 1)
    calls.second_cpu(0x8200ff00).smc(0x8200ff00)
    _, got = run(calls, guest="allow-smc = <0x8200ff00 0x8200ff00>;", cpu="max,pauth-impdef=on")
    assert got[-2][0] == OFF
    assert got[-1][0] == 0x2ca115


def test_the_system_is_not_suspended_where_mavis_works_an_its(run):
    """It would forget its tables, and the guest's driver cannot restore what is Mavis's."""
    _, got = run(Calls().smc(0x8400000a, SYSTEM_SUSPEND).smc(SYSTEM_SUSPEND, PROGRAM_AT)
                 .smc(0x8400000a, CPU_SUSPEND).smc(CPU_SUSPEND, 0x02010000, PROGRAM_AT).smc(CPU_SUSPEND, 1))
    assert [a[0] for a in got] == [REFUSED] * 2 + [0, INVALID_PARAMETERS, 0]


def test_memory_of_another_world_is_an_abort(run):
    """EL3 leaves granule protection faults to who makes the access, here EL2 in the guest's place."""
    at = [NOTHING, ROOT_AT + (1 << 30) - 8, ROOT_AT, ROOT_AT + 0x1234]
    calls = Calls().smc(PEEK, PROGRAM_AT, 4)
    for address in at:
        calls.smc(PEEK, address, 4).smc(POKE, address, 1, 0)
    _, got = run(calls, guest="debug; control;", knobs=ROOT_MEMORY, cpu="max,x-rme=on,pauth-impdef=on")
    assert [a[0] for a in got] == [0, *[EFAULT] * 2 * len(at)]


def test_a_cpu_that_does_not_fit_is_said_once(start, tmp_path):
    """However often the guest starts it. QEMU's CPUs are all alike: a debugger has the second be of a kind that is unknown."""
    calls = Calls()
    for _ in range(10000):
        calls.second_cpu()
    program = tmp_path / "program.bin"
    program.write_bytes(PROGRAM.read_bytes() + calls.list + struct.pack("<9Q", *[0] * 9))
    bundle = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "config.dts", ""), kernel=program, ramdisk=None,
                          load=PROGRAM_AT)
    with contextlib.ExitStack() as stack:
        sockets = stack.enter_context(contextlib.closing(debugger.Sockets()))
        m = start("unfit", smp=2, cpu="cortex-a72", loaded=machine.mavis(bundle), args=sockets.args(),
                  unjudged="what is put into Mavis is no code of its own")
        stub = stack.enter_context(contextlib.closing(debugger.Stub(sockets.gdb)))
        monitor = stack.enter_context(contextlib.closing(debugger.Monitor(sockets.qmp)))
        symbols = debugger.symbols(machine.BUILD / "mavis.elf")
        base = stub.follow_move(monitor.loaded_at(machine.IMAGE), symbols)
        starts, refused = (base + symbols[name] for name in ("guest_start", "psci_cpu_stays_off"))
        stub.break_at(starts)
        stub.go_on()
        assert stub.ask(f"M{base + symbols['kind_here']:x},8:{NO_KIND.hex()}") == "OK"
        assert stub.ask(f"z1,{starts:x},4") == "OK"
        stub.break_at(refused)
        for _ in range(3):
            stub.go_on()
        stub.let_go(refused)
        console = m.expect_end()
    assert console.count("is of one more kind than Mavis knows at a time, so it stays off") == 1


def test_linux_finds_its_firmware(start, plain_tree, tmp_path):
    """The drivers of Debian's kernel for Xilinx's and SCMI's shapes start, with what the firmware says."""
    config = bundles.config(tmp_path / "config.dts", "control;")
    bundle = bundles.make(tmp_path / "guest.cpio", config)
    tree = with_nodes(plain_tree, [ZYNQMP, SCMI])
    tree.put("/", "compatible", '"linux,dummy-virt", "xlnx,zynqmp"')        # else the driver does nothing
    tree.put(ITS, "status", '"disabled"')
    files = loaded(tree, bundle, tmp_path)
    guest = start("linux", smp=2, cpu="cortex-a72", machine=SECURE, loaded=files).login()
    log = guest.run("dmesg")
    assert "zynqmp_firmware_probe Platform Management API v1.1" in log
    assert "zynqmp_firmware_probe Trustzone version v1.0" in log
    assert re.search(r"SCMI Protocol v2.0 'standin:standin' Firmware version 0x2026", log)
    assert guest.run("nproc") == "2"
    stats = guest.run("mavisctl stats")
    assert re.search(r"firmware call 0xc2000001 zynqmp-firmware +[1-9]\d* passed +0 refused", stats), stats
    assert re.search(r"firmware call 0x82000010 scmi +[1-9]\d* passed +0 refused", stats), stats

    # Suspended to memory, from where the firmware starts EL2 anew: Mavis, the guest's CPUs and its stage 2 are as they were.
    # The firmware refuses it while another CPU is on, for which Linux waits a tenth of a second: it has more time before.
    assert guest.run("cat /sys/power/mem_sleep") == "s2idle [deep]"
    guest.run("cd /sys/devices/system/cpu/cpu1; echo 0 >online && sleep 2 && echo mem >/sys/power/state && echo 1 >online")
    log = guest.run("dmesg")
    assert "PM: suspend entry (deep)" in log and "PM: suspend exit" in log
    assert guest.run("nproc") == "2"
