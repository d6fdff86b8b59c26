# SPDX-License-Identifier: Apache-2.0
"""tools/run with a real machine: a person at the terminal has all of it, and the exit status tells how the machine ended."""

import pexpect
import pytest

import bundles
import machine

# As `make run` does it, with the console where tools/run takes it.
VIRT = ["mon:stdio" if a == "stdio" else a for a in machine.virt_args(smp=2)]


class Run(machine.Machine):
    """A machine that tools/run runs on a terminal."""

    def __init__(self, log, loaded):
        self.log, self.log_file = log, open(log, "w", encoding="utf-8")
        self.reports = log.with_suffix(".strict")
        self.qemu = pexpect.spawn(str(machine.TOP / "tools/run"), [machine.QEMU, *VIRT, *map(str, loaded)], timeout=None,
                                  encoding="utf-8", codec_errors="replace", echo=False, dimensions=(24, 200))
        self.qemu.logfile_read = self.log_file
        self.qemu.delaybeforesend = None
        self.console, self.calls = "", 0

    def status(self):
        """The exit status, when it has ended."""
        self.expect(pexpect.EOF)
        self.qemu.wait()
        return self.qemu.exitstatus


@pytest.fixture
def run(tmp_path):
    running = []

    def start(loaded):
        running.append(Run(tmp_path / "log", loaded))
        return running[-1]

    yield start
    for m in running:
        m.close()


def test_a_person_at_the_terminal_has_all_of_it(run):
    m = run(machine.mavis()).login()
    assert m.run("nproc") == "2"
    # Ctrl-C is the guest's. What says that it waits has the terminal already: a shell's child may not.
    m.send("sh -c 'echo wait\"\"ing; exec sleep 1000'")
    m.expect("waiting\r*\n")
    m.qemu.send("\x03")
    assert m.run("echo alive") == "alive"
    # Ctrl-A C is the monitor, Ctrl-A X the end.
    m.qemu.send("\x01c")
    m.expect(r"\(qemu\) ")
    m.qemu.send("\x01c\x01x")
    assert m.status() == 0


def test_poweroff_is_a_good_end(run):
    m = run(machine.mavis()).login()
    m.send("poweroff -f")
    assert m.status() == 0


def test_a_guest_s_panic_is_a_bad_end(run):
    m = run(machine.mavis()).login()
    m.send("echo c >/proc/sysrq-trigger")
    m.expect("end Kernel panic")
    m.qemu.send("\x01x")
    assert m.status() == 1
    assert "run: the guest's kernel died: Kernel panic - not syncing: sysrq triggered crash" in m.console


def test_a_refused_config_is_a_bad_end(run, tmp_path):
    bundle = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "x.dts", "cpus = <9>;"))
    m = run(machine.mavis(bundle))
    assert m.status() == 1
    assert "run: Mavis stopped: /guest: cpus: " in m.console


def test_an_entry_at_el1_is_a_bad_end(run):
    m = run([*machine.mavis(), "-M", "virtualization=off"])
    assert m.status() == 1
    assert "run: Mavis stopped: entered at EL1" in m.console
