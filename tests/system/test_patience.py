# SPDX-License-Identifier: Apache-2.0
"""The tests' own ways: they wait longer where all is slower, and what they started is gone when they end."""

import os
import time

import pytest

import machine
import patience


@pytest.fixture
def at(monkeypatch):
    """at(seconds, *factors) gives a Patience, its clock (a list of one number), and the measures that are still to come."""
    monkeypatch.setattr(patience, "_factor", None)

    def make(seconds, *factors):
        clock, left = [100.0], list(factors)
        return patience.Patience(seconds, [], clock=lambda: clock[0], measured=lambda _: left.pop(0)), clock, left
    return make


def test_patience_is_what_the_calibration_says(at):
    wait, clock, _ = at(90, 2.0)
    assert wait.left() == 180
    clock[0] += 100
    assert wait.left() == 80


def test_patience_grows_with_a_machine_that_becomes_slower(at):
    wait, clock, measures = at(90, 1.0, 4.0, 4.0)
    clock[0] += 91
    assert wait.left() == 360 - 91
    assert len(measures) == 1, "measured when the time was over"
    clock[0] += 300
    assert wait.left() == 0
    assert measures == []


def test_patience_ends_on_an_idle_machine(at):
    wait, clock, measures = at(90, 1.0, 1.0)
    clock[0] += 90
    assert wait.left() == 0 and measures == []


def test_the_calibration_is_a_boot_of_this_machine():
    factor = patience.measure(machine.BOOT)
    assert 1 <= factor < patience.LONGEST / patience.IDLE


@pytest.fixture
def stubborn(monkeypatch, tmp_path):
    """A QEMU that takes no hint."""
    qemu = tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\ntrap '' HUP INT TERM\necho here\nwhile :; do sleep 0.1; done\n")
    qemu.chmod(0o755)
    monkeypatch.setattr(machine, "QEMU", str(qemu))


def test_a_machine_is_gone_when_it_is_closed(stubborn, tmp_path):
    m = machine.Machine(tmp_path / "log", unjudged="this is no QEMU")
    m.expect("here")
    pid = m.qemu.pid
    begin = time.monotonic()
    m.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert time.monotonic() - begin < machine.patience(15)
    m.close()


def test_a_silent_machine_is_named_with_its_last_words(stubborn, tmp_path):
    m = machine.Machine(tmp_path / "log", unjudged="this is no QEMU")
    m.expect("here")
    with pytest.raises(machine.Died, match=r"waiting for 'never', the machine was silent about it for \d+ s"):
        m.expect("never", 0.5)
    m.close()


def test_a_machine_that_ends_is_said_to_have_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "QEMU", "/bin/echo")
    m = machine.Machine(tmp_path / "log", unjudged="this is no QEMU")
    with pytest.raises(machine.Died, match="the machine ended"):
        m.expect("never")
    m.close()
