# SPDX-License-Identifier: Apache-2.0
"""What a guest finds in the CPU: nothing of EL2's, and registers that answer as docs/cpu.md says."""

import re

import pytest

import bundles
import machine

UNDEFINED = 0xffffffffffffffff


@pytest.fixture(scope="module", params=["max", "cortex-a72", "cortex-a53"])
def surface(request, start, tmp_path_factory):
    """What tests/guests/surface.S said, by name."""
    folder = tmp_path_factory.mktemp("surface")
    bundle = bundles.make(folder / "bundle", bundles.config(folder / "config.dts"), kernel=machine.BUILD / "test/surface.bin",
                          ramdisk=None, load=0x44000000)
    said = start(request.param, cpu=request.param, smp=2, loaded=machine.mavis(bundle)).expect_end()
    assert "mavis: CPU" not in said, "Mavis had something to say"
    found = {name: int(value, 16) for name, value in re.findall(r"surface: (.*) ([0-9a-f]{16})\r?\n", said)}
    return request.param, found


def test_nothing_of_el2s_is_left_at_the_first_instruction(surface):
    _, found = surface
    for name in ("registers", "vectors", "keys", "translation"):
        assert found[name] == found[f"second {name}"] == 0, name


def test_the_debug_locks_read_back(surface):
    _, found = surface
    assert found["locked at first"] == 0x8
    assert found["locked"] == 0xa
    assert found["opened"] == 0x8
    assert found["oslar read"] == UNDEFINED
    assert found["double lock"] == 1
    assert found["double lock opened"] == 0
    assert found["power request"] in (0, UNDEFINED)      # QEMU has no DBGPRCR_EL1


def test_the_cores_own_registers_are_not_written(surface):
    _, found = surface
    assert found["auxiliary"] == found["auxiliary written"] != UNDEFINED
    assert found["implementation defined"] == UNDEFINED


def test_no_instruction_is_there_that_stops_tlb_invalidations(surface):
    """CPP RCTX, of FEAT_SPECRES: `max` has it, and EL2 traps it."""
    _, found = surface
    assert found["prediction"] == UNDEFINED


def test_there_are_no_error_records(surface):
    cpu, found = surface
    assert (found["ras"] > 0) == (cpu == "max")
    if found["ras"]:
        assert found["error records"] == 0
        for name in ("error record chosen", "error control", "error data"):
            assert found[name] in (0, UNDEFINED), name


def test_el2_is_hidden_where_registers_are_trapped_for_a_reason(surface):
    """On a Cortex-A53 and -A72 nothing but EL2's own differs: reads cost nothing, and say what they say natively."""
    cpu, found = surface
    assert found["pfr0"] >> 8 & 15 == (0 if cpu == "max" else 2)


@pytest.mark.parametrize("cpu", ["max", "cortex-a72", "cortex-a53"])
def test_every_register_is_there_or_undefined(start, tmp_path, cpu):
    """All reads, and writes of what is trapped: none ends EL2, and none is an exit that Mavis does not know."""
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts"), kernel=machine.BUILD / "test/sweep.bin",
                          ramdisk=None, load=0x44000000)
    said = start(f"sweep-{cpu}", cpu=cpu, smp=1, loaded=machine.mavis(bundle)).expect_end()
    found = {what: (int(there, 16), int(not_there, 16))
             for what, there, not_there in re.findall(r"sweep: (\w+) ([0-9a-f]{8}) ([0-9a-f]{8})\r?\n", said)}
    assert sum(found["read"]) == 1 << 15 and found["read"][0] > 150
    assert found["written"][0] >= 4 and found["written"][1] > 1000
    assert found["version"] == (0x10001, 0)
    assert "mavis: " not in said.split("Guest: ")[-1]


CALLS = 256
# Of the guest's own loop, for each call: instructions and cycles, which are the same under -icount.
LOOP = 6


@pytest.fixture(params=["max", "cortex-a76", "cortex-a72"])
def counted(request, start, tmp_path):
    """The CPU's name and, for each of two calls, what tests/guests/pmu.S counted at EL2: cycles, instructions."""
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts"), kernel=machine.BUILD / "test/pmu.bin",
                          ramdisk=None, load=0x44000000)
    said = start(f"pmu-{request.param}", cpu=request.param, smp=1, loaded=machine.mavis(bundle),
                 args=["-icount", "shift=0,sleep=off"]).expect_end()
    rows = re.findall(r"pmu: [0-9a-f]{16} ([0-9a-f]{16}) ([0-9a-f]{16})\r?\n", said)
    assert len(rows) == 2
    return request.param, [[int(value, 16) // CALLS - LOOP for value in row] for row in rows]


def test_the_guests_counters_say_nothing_of_what_el2_did(counted):
    """A CPU without MDCR_EL2.HPMD or HCCD counts the way in and out, which is the same for both calls."""
    cpu, (one, other) = counted
    assert one == other
    assert (one[0] > 0) == (cpu != "max")
    assert (one[1] > 0) == (cpu == "cortex-a72")


@pytest.mark.parametrize("cpu", ["max", "cortex-a72"])
def test_what_is_answered_goes_to_its_register_and_no_other(start, tmp_path, cpu):
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts"),
                          kernel=machine.BUILD / "test/answers.bin", ramdisk=None, load=0x44000000)
    assert start(f"answers-{cpu}", cpu=cpu, loaded=machine.mavis(bundle)).expect_end().endswith("answers: all is well\n")
