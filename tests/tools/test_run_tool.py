# SPDX-License-Identifier: Apache-2.0
"""tools/run, from outside, with QEMUs that only print: the exit status is how the machine ended."""

import os
import pathlib
import pty
import signal
import subprocess
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / "tools/run"
# Says its words to its terminal and, as QEMU does, to the logfile of its chardev.
QEMU = r"""#!/bin/sh
for a; do case $a in stdio,*logfile=*) log=${a##*logfile=} ;; esac; done
[ "$log" ] || exit 99
printf '%s\r\n' "$WORDS" | tee "$log"
"""


@pytest.fixture
def qemu(tmp_path):
    def make(then="exit 0"):
        path = tmp_path / "qemu"
        path.write_text(QEMU + then + "\n")
        path.chmod(0o755)
        return path
    return make


def run(program, words, **options):
    return subprocess.run([TOOL, program, "-serial", "mon:stdio", "-x"], env=dict(os.environ, WORDS=words), capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL, **options)


@pytest.mark.parametrize("words, status, said", [
    ("[    1.0] reboot: Power down", 0, ""),
    ("mavis: the guest is powered off; nothing here can turn off the machine", 0, ""),
    ("mavis: error: /guest: cpus: too many\r\nmavis: stopped", 1, "run: Mavis stopped: /guest: cpus: too many\n"),
    ("mavis: unexpected IRQ from EL2 on CPU 0x1\r\n  ESR_EL2 0\r\nmavis: stopped", 1,
     "run: Mavis stopped: unexpected IRQ from EL2 on CPU 0x1\n"),
    ("[    1.3] Kernel panic - not syncing: sysrq triggered crash", 1,
     "run: the guest's kernel died: Kernel panic - not syncing: sysrq triggered crash\n"),
    # Mavis's words stand at the beginning of a line: a guest that quotes them has not ended.
    ("# grep x\r\nlog: mavis: stopped", 0, ""),
])
def test_the_console_tells_how_the_machine_ended(qemu, words, status, said):
    done = run(qemu(), words)
    assert (done.returncode, done.stderr) == (status, said)
    assert done.stdout == words.replace("\r\n", "\n") + "\n", "untouched"


def test_qemu_s_own_failure_is_the_status(qemu):
    assert run(qemu("exit 7"), "x").returncode == 7
    assert run(qemu("kill -9 $$"), "x").returncode == 1
    assert "/none: No such file" in run("/none", "x").stderr


def test_a_dead_machine_does_not_keep_a_script_waiting(qemu):
    begin = time.monotonic()
    done = run(qemu("exec sleep 50"), "mavis: error: no bundle\r\nmavis: stopped")
    assert done.returncode == 1 and time.monotonic() - begin < 40


def test_qemu_ends_with_what_started_it(qemu, tmp_path):
    program = qemu(f"echo $$ >{tmp_path}/pid; exec sleep 50")
    runner = subprocess.Popen([TOOL, program, "-serial", "mon:stdio"], env=dict(os.environ, WORDS="x"),
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip()) and time.monotonic() < until:
        time.sleep(0.05)
    runner.send_signal(signal.SIGTERM)
    runner.communicate(timeout=30)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_qemu_has_the_terminal_itself(qemu):
    """What comes from the keyboard is not read by anything before it."""
    keyboard, terminal = pty.openpty()
    program = qemu('[ -t 0 ] && read -r line && [ "$line" = typed ]')
    runner = subprocess.Popen([TOOL, program, "-serial", "mon:stdio"], env=dict(os.environ, WORDS="x"), stdin=terminal,
                              stdout=terminal)
    os.write(keyboard, b"typed\n")
    assert runner.wait(timeout=30) == 0
    os.close(keyboard)
    os.close(terminal)
