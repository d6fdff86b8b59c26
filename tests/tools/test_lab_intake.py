# SPDX-License-Identifier: Apache-2.0
"""tools/lab without a machine: consoles that are whole, and consoles that end early, by whatever; what is kept of them, and
what is said."""

import errno
import importlib.machinery
import importlib.util
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import time

import pytest

import lab_sample
from report_page import TOP, report
from schemas import checked

sys.path.insert(0, str(TOP / "tools"))

from labreport import intake, log  # noqa: E402  (found through the line above)

TOOL = TOP / "tools/lab"
LIMIT = 600         # seconds: ends what hangs, on the slowest machine; nothing else is a matter of time
RECORDS = lab_sample.sample(0, 0, s1_bytes=(0x00, 0xff), v=2, plan={"cell": 32, "litmus": 6})
LITMUS = list(lab_sample.litmus())
RECORDS = RECORDS[:-1] + LITMUS + [RECORDS[-1] | {"litmus": len(LITMUS)}]
LINES = lab_sample.lines(RECORDS).splitlines()
BOOT = ["U-Boot 2026.01", "Mavis 0.1 (168a26a01234-dirty): EL2 on 2 CPUs", "--- lab begin"]
WHOLE = [*BOOT, *LINES[:9], "mavis: CPU 0 at 0x44000000: a line of Mavis in between", *LINES[9:], "--- lab end",
         "reboot: power down"]
CUT = [*BOOT, *LINES[:200]]
CELLS = sum('"t":"cell"' in line for line in LINES[:200])


def text(lines):
    return "".join(f"{line}\n" for line in lines)


def heed_signals():
    """Whoever runs the tests by nohup, or behind a shell's &, ignores some; and so would all that they start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def lab(folder, *args):
    return subprocess.run([TOOL, "-o", folder / "out.json", "--machine", "board", "--cpu", "a53", *args], capture_output=True,
                          text=True, timeout=LIMIT, check=False, preexec_fn=heed_signals)


def program():
    """The tool as a module."""
    loader = importlib.machinery.SourceFileLoader("lab", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("lab", loader))
    loader.exec_module(module)
    return module


def with_hook(hook, *args):
    """tools/lab, but that something happens in it."""
    code = f"import os, runpy, signal\nfrom labreport import intake\n{hook}\nrunpy.run_path({str(TOOL)!r}, run_name='__main__')"
    return subprocess.run([sys.executable, "-c", code, *map(str, args)], capture_output=True, text=True, timeout=LIMIT,
                          check=False, env=dict(os.environ, PYTHONPATH=str(TOP / "tools")), preexec_fn=heed_signals)


def of_log(folder, said):
    (folder / "board.log").write_text(said)
    return lab(folder, "--log", folder / "board.log")


def written(folder):
    return [json.loads(line) for line in (folder / "out.json").read_text().splitlines()]


def why(folder):
    """Of the only run, which is not whole: its mark, which is all that is not from the lab."""
    run, *records, mark = written(folder)
    assert (run["t"], mark["t"]) == ("run", "partial") and checked(json.dumps(mark), "lab") == mark
    assert "partial" not in [r["t"] for r in records]
    return mark["why"]


def noted(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_log_is_read(tmp_path):
    done = of_log(tmp_path, text(WHOLE))
    assert (done.returncode, done.stderr) == (0, "")
    run, *records = written(tmp_path)
    assert run.items() >= {"t": "run", "machine": "board", "cpu": "a53", "mavis": "0.1 (168a26a01234-dirty)"}.items()
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", run["date"]) and run["command"].startswith("tools/lab -o ")
    assert records == RECORDS
    assert noted(tmp_path) == ["board.log", "out.json"]


def test_records_behind_a_time_stamp_are_records(tmp_path):
    done = of_log(tmp_path, text(f"[   12.031] {line}" for line in WHOLE))
    assert (done.returncode, done.stderr) == (0, "") and written(tmp_path)[1:] == RECORDS


@pytest.mark.parametrize("lines, said", (
    ([], 'no "--- lab begin" on the console; last came: nothing'),
    (["U-Boot", "mavis: error: bundle: none"], 'no "--- lab begin" on the console; last came: mavis: error: bundle: none'),
    ([*BOOT], "the lab began, and none of its records came; last came: --- lab begin"),
    ([*BOOT, LINES[0][:50]], "the lab began, and none of its records came"),
    ([*BOOT, LINES[0][:50], *LINES[1:]], "the lab's first record, which all others need, is broken: the console: line 4: not"),
    ([*BOOT, LINES[0].replace("0x410f", "Cortex").replace('"v":2', '"v":3')], "is broken: the console: line 4: lab: v: 3"),
    ([*BOOT, *LINES[1:]], "is broken: the console: line 4: t: a cell without a lab record"),
))
def test_of_a_console_without_a_run_nothing_is_kept(tmp_path, lines, said):
    done = of_log(tmp_path, text(lines))
    assert done.returncode == 1 and done.stderr.startswith("lab: board: ") and said in done.stderr
    assert not list(tmp_path.glob("out.json*"))


@pytest.mark.parametrize("keep", (1, 2, 3, 100, 200, len(LINES) - 7, len(LINES) - 1))
@pytest.mark.parametrize("rest", ("", "{", '{"t":"try","s1":"0x00","s2"'))
def test_what_came_before_the_end_is_kept(tmp_path, keep, rest):
    done = of_log(tmp_path, text([*BOOT, *LINES[:keep]]) + rest)
    assert done.returncode == 3
    line = f", in the middle of line {len(BOOT) + keep + 1}" if len(rest) > 1 else ""
    assert why(tmp_path) == f"the log ends before the lab did{line}"
    assert written(tmp_path)[1:-1] == RECORDS[:keep]


def test_an_end_that_counts_right_needs_no_last_line(tmp_path):
    """The power may go at once when the lab turns it off."""
    done = of_log(tmp_path, text([*BOOT, *LINES]))
    assert (done.returncode, done.stderr) == (0, "") and written(tmp_path)[1:] == RECORDS


def test_the_message_says_what_ended_it_what_is_kept_and_what_to_do(tmp_path):
    done = of_log(tmp_path, text(CUT))
    said = done.stderr.splitlines()
    assert said[0] == f"lab: board: not whole: the log ends before the lab did; last came: {CUT[-1]}"
    kept = f"{CELLS} of 32 cells, {199 - CELLS} accesses, 0 of 6 litmus tests"
    assert said[1].startswith(f"lab: {tmp_path}/out.json has {kept}, and says that this is not all: ")
    assert said[2].startswith('lab: to measure again, have the console of another run, up to "--- lab end", in the log, and ')
    command = shlex.split(said[1].rsplit(": ", 1)[1].removesuffix(" shows it"))
    assert command[0] == "tools/report"
    shown = report(*command[1:])
    assert shown.returncode == 0 and "board, -cpu a53, FWB off: not whole: " in shown.stdout
    assert (tmp_path / "out.html").exists()
    again = shlex.split(said[2].rsplit("call: ", 1)[1])
    (tmp_path / "board.log").write_text(text(WHOLE))
    assert again[0] == "tools/lab" and subprocess.run([TOOL, *again[1:]], timeout=LIMIT, check=False).returncode == 0
    assert written(tmp_path)[1:] == RECORDS and not (tmp_path / "out.json.old").exists()


@pytest.mark.parametrize("change, said", (
    (lambda lines: lines[:40] + lines[41:], "the lab says that it printed 832 tries; 831 are in the log"),
    (lambda lines: lines[:1] + lines[2:], "the lab says that it printed 32 cells; 31 are in the log"),
    (lambda lines: lines[:-2] + lines[-1:], "the lab says that it printed 6 litmus; 5 are in the log"),
    (lambda lines: [line.replace('"fault"', '"ok"', i == 20) for i, line in enumerate(lines)],
     "the lab says that it printed 153 faults; 152 are in the log"),
    (lambda lines: lines[:-1], "the lab's last line came, and no end record before it"),
    (lambda lines: lines[:40] + [lines[40][:30]] + lines[41:], "1 line is broken and left out, the first: the console: line 4"),
    (lambda lines: lines[:40] + [lines[40].replace('"what":"', '"what":"x')] + lines[41:], 'try: what: "x'),
    (lambda lines: lines[:40] + [lines[39]] + lines[41:], "the same as in line 43"),
    (lambda lines: lines[:40] + [lines[40][:30], lines[41][:30]] + lines[42:], "2 lines are broken and left out"),
))
def test_a_record_that_is_lost_or_broken_costs_no_other(tmp_path, change, said):
    """20 is the first fault; lines are of the console."""
    lines = change(LINES)
    done = of_log(tmp_path, text([*BOOT, *lines, "--- lab end"]))
    assert done.returncode == 3 and said in why(tmp_path), why(tmp_path)
    assert said in done.stderr
    kept = written(tmp_path)[1:-1]
    assert len(kept) <= len(RECORDS) and sum(r in RECORDS for r in kept) >= len(RECORDS) - 2
    shown = report(tmp_path / "out.json")
    assert shown.returncode == 0 and shown.stderr.count(said) == 1 and "not whole: " in shown.stdout


@pytest.mark.parametrize("between, said", (
    (["U-Boot", *BOOT], "Mavis started again"), (["--- lab begin"], "the lab began again"),
    ([], "the log goes on with another run"),
))
def test_a_machine_that_starts_again_leaves_two_runs(tmp_path, between, said):
    """The last, where the line that says so is lost."""
    done = of_log(tmp_path, text([*CUT, *between, *LINES, "--- lab end"]))
    assert done.returncode == 3 and f"not whole: {said}" in done.stderr
    records = written(tmp_path)
    kinds = [r["t"] for r in records]
    marks = [i for i, kind in enumerate(kinds) if kind == "partial"]
    assert len(marks) == 1 and records[marks[0]]["why"] == said
    assert records[1:marks[0]] == RECORDS[:200] and kinds[marks[0] + 1] == "run" and records[marks[0] + 2:] == RECORDS


@pytest.mark.parametrize("lost", ([LINES[0].replace('"v":2', '"v":3')], [LINES[0][:50], *LINES[1:20]]))
def test_a_first_record_that_is_broken_costs_no_later_run(tmp_path, lost):
    done = of_log(tmp_path, text([*BOOT, *lost, "U-Boot", *WHOLE]))
    assert done.returncode == 3 and written(tmp_path)[1:] == RECORDS
    said = done.stderr.splitlines()
    assert said[0].startswith("lab: board: the lab's first record, which all others need, is broken: the console: line 4: ")
    assert "not all" not in done.stderr and said[1].startswith(f"lab: {tmp_path}/out.json has 32 cells, ")


def test_the_last_line_is_that_of_the_run_that_is_not_whole(tmp_path):
    done = of_log(tmp_path, text([*CUT, *WHOLE]))
    assert "not whole: Mavis started again; last came: U-Boot 2026.01\n" in done.stderr
    done = of_log(tmp_path, text([*CUT, *WHOLE[1:]]))
    assert f"not whole: Mavis started again; last came: {CUT[-1]}\n" in done.stderr


def test_a_piece_takes_no_whole_measurements_place(tmp_path):
    assert of_log(tmp_path, text(WHOLE)).returncode == 0
    before = (tmp_path / "out.json").read_text()
    done = of_log(tmp_path, text(CUT))
    assert done.returncode == 3
    assert f"{tmp_path}/out.json was there before, and is {tmp_path}/out.json.old now" in done.stderr
    for _ in range(2):
        assert (tmp_path / "out.json.old").read_text() == before and written(tmp_path)[-1]["t"] == "partial"
        done = of_log(tmp_path, text(CUT[:-1]))
        assert done.returncode == 3 and ".old" not in done.stderr       # what is there is no more than a piece
    assert of_log(tmp_path, text(BOOT)).returncode == 1
    assert written(tmp_path)[-1]["t"] == "partial" and not (tmp_path / "out.json.new").exists()


def test_a_piece_takes_no_place_of_what_may_be_whole(tmp_path):
    """A run beside one that is not; what the report cannot read. And what made room keeps its own."""
    place = tmp_path / "out.json"
    for number, (said, readable) in enumerate(((text([*WHOLE, *CUT]), True), (text(CUT).replace('"v":2', '"v":3'), False))):
        if readable:
            assert of_log(tmp_path, said).returncode == 3
        else:
            place.write_text(said)
        before = place.read_text()
        assert of_log(tmp_path, text(CUT)).returncode == 3
        old = tmp_path / f"out.json.old{number or ''}"
        assert old.read_text() == before and why(tmp_path)
    assert noted(tmp_path) == ["board.log", "out.json", "out.json.old", "out.json.old1"]


def test_noise_on_a_line_is_no_end_of_it(tmp_path):
    """By either way in."""
    noisy = text([*WHOLE[:50], "\xff\xfe\0", *WHOLE[50:]]).encode("latin-1")
    (tmp_path / "board.log").write_bytes(noisy)
    assert lab(tmp_path, "--log", tmp_path / "board.log").returncode == 0 and written(tmp_path)[1:] == RECORDS
    done = subprocess.run([TOOL, "-o", tmp_path / "out.json", "--log", "-"], input=noisy, capture_output=True, timeout=LIMIT,
                          check=False, env=dict(os.environ, PYTHONIOENCODING="utf-8"))
    assert done.returncode == 0 and written(tmp_path)[1:] == RECORDS


class Board:
    """A serial line, with tools/lab at the other end."""

    def __init__(self, folder, *args, before=heed_signals):
        self.folder = folder
        self.end, here = os.openpty()
        self.child = subprocess.Popen([TOOL, "-o", folder / "out.json", "--machine", "board", "--serial", os.ttyname(here),
                                       *args], stderr=subprocess.PIPE, text=True, preexec_fn=before)
        assert self.child.stderr.readline() == f"lab: listening on {os.ttyname(here)}: turn the board on\n"
        self.here = here

    def say(self, said):
        """As fast as it is read, and until all of it is written down: the pace of a line is no matter of ours."""
        data = said.encode()
        while data:
            data = data[os.write(self.end, data[:2000]):]

    def wait_for(self, records):
        path, deadline = self.folder / "out.json.new", time.monotonic() + LIMIT
        while path.read_text().count("\n") < records:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def hang_up(self):
        for fd in (self.here, self.end):
            if fd is not None:
                os.close(fd)
        self.here = self.end = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.child.kill()
        self.child.communicate()

    def done(self):
        """What it says."""
        said = self.child.communicate(timeout=LIMIT)[1]
        return self.child.returncode, said


def test_a_serial_line_is_read_until_the_lab_ends(tmp_path):
    with Board(tmp_path) as board:
        board.say(text(WHOLE[:-1]))
        assert board.done() == (0, "")
    assert written(tmp_path)[1:] == RECORDS


def test_a_serial_line_whose_end_counts_right_needs_no_last_line(tmp_path):
    with Board(tmp_path) as board:
        board.say(text([*BOOT, *LINES]))
        board.wait_for(len(RECORDS) + 1)
        board.hang_up()
        assert board.done() == (0, "")
    assert written(tmp_path)[1:] == RECORDS


def test_a_serial_line_that_falls_silent_is_said(tmp_path):
    """The reason names the lab's last line, which is no last line for that."""
    with Board(tmp_path, "--patience", "3") as board:
        board.say(text(CUT[2:8]))
        status, said = board.done()
    assert status == 3 and re.fullmatch('/dev/pts/[0-9]+: silent for 3 s before "--- lab end"', why(tmp_path))
    assert f"lab: board: not whole: {why(tmp_path)}; last came: {CUT[7]}\n" in said
    shown = report("--strict", tmp_path / "out.json")
    assert shown.returncode == 4 and f"This run is not whole: {why(tmp_path)}." in shown.stderr


@pytest.mark.parametrize("number, name", ((signal.SIGINT, "SIGINT (Ctrl-C)"), (signal.SIGTERM, "SIGTERM"),
                                          (signal.SIGHUP, "SIGHUP")))
def test_a_signal_loses_nothing(tmp_path, number, name):
    """Ctrl-C, timeout(1), a terminal that is closed; a user who presses Ctrl-C twice."""
    with Board(tmp_path) as board:
        board.say(text(CUT))
        board.wait_for(201)
        board.child.send_signal(number)
        board.child.send_signal(number)
        status, said = board.done()
    assert status == 3 and f"lab: board: not whole: ended by {name}; last came: {CUT[-1]}\n" in said
    assert "lab: to measure again, turn the board off, and on again under: tools/lab -o " in said
    assert why(tmp_path) == f"ended by {name}" and written(tmp_path)[1:-1] == RECORDS[:200]


def test_a_signal_where_a_run_is_put_together_loses_nothing(tmp_path):
    """By another machine's start: the rest of the log is read as well."""
    (tmp_path / "board.log").write_text(text([*CUT, *WHOLE]))
    hook = ("done = intake.Intake.done\n"
            "intake.Intake.done = lambda *args: (os.kill(os.getpid(), signal.SIGINT), done(*args))")
    done = with_hook(hook, "-o", tmp_path / "out.json", "--log", tmp_path / "board.log")
    assert done.returncode == 3 and "not whole: Mavis started again" in done.stderr and "SIGINT" not in done.stderr
    records = written(tmp_path)
    assert records[1:201] == RECORDS[:200] and records[203:] == RECORDS
    (tmp_path / "board.log").write_text(text(WHOLE))
    done = with_hook(hook, "-o", tmp_path / "out.json", "--log", tmp_path / "board.log")
    assert (done.returncode, done.stderr) == (0, "") and written(tmp_path)[1:] == RECORDS


def test_a_signal_before_the_lab_begins_leaves_nothing(tmp_path):
    with Board(tmp_path) as board:
        board.child.send_signal(signal.SIGINT)
        assert board.done() == (1, "lab: board: ended by SIGINT (Ctrl-C)\nlab: nothing came that could be kept\n")
    assert not list(tmp_path.iterdir())


def test_what_nohup_ignores_stays_ignored(tmp_path):
    with Board(tmp_path, before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as board:
        board.say(text(CUT))
        board.wait_for(201)
        board.child.send_signal(signal.SIGHUP)
        board.say(text([*LINES[200:], "--- lab end"]))
        assert board.done() == (0, "")


def test_an_adapter_that_is_unplugged_loses_nothing(tmp_path):
    with Board(tmp_path) as board:
        board.say(text(CUT) + LINES[200][:20])      # the half line may be lost with the adapter
        board.wait_for(201)
        board.hang_up()
        status, said = board.done()
    assert status == 3
    ends = r"/dev/pts/\d+: (closed by its other end|Input/output error)"
    assert re.fullmatch(ends + "(, in the middle of line 204)?", why(tmp_path))
    assert why(tmp_path) in said and written(tmp_path)[1:-1] == RECORDS[:200]


def test_a_console_that_cannot_be_read_any_more_loses_nothing(tmp_path):
    (tmp_path / "board.log").write_text(text(CUT))
    hook = """
read, count = os.read, iter(range(9))
def fails(fd, size):
    if next(count):
        raise OSError(5, "Input/output error")
    return read(fd, size)
os.read = fails"""
    done = with_hook(hook, "-o", tmp_path / "out.json", "--log", tmp_path / "board.log", "--machine", "board")
    assert done.returncode == 3 and "lab: board: not whole: Input/output error" in done.stderr and "None" not in done.stderr
    assert len(written(tmp_path)) > 200 and why(tmp_path).startswith("Input/output error")


def test_of_a_tool_that_is_killed_the_report_has_what_came(tmp_path):
    with Board(tmp_path) as board:
        board.say(text(CUT))
        board.wait_for(201)
        board.child.kill()
        board.done()
    shown = report("--strict", tmp_path / "out.json.new")
    assert shown.returncode == 4 and "the log ends before the lab did" in shown.stderr
    assert f"effective memory type ({CELLS} of 32)" in shown.stderr
    kept = (tmp_path / "out.json.new").read_text()
    said = f"lab: {tmp_path}/out.json.new is of a measurement that was killed, and is {tmp_path}"
    for place in ("out.json", "out.json.old"):      # it is free; it is not
        (tmp_path / "out.json.new").write_text(kept)
        done = of_log(tmp_path, text(BOOT))
        assert done.returncode == 1 and f"{said}/{place} now\n" in done.stderr
        assert (tmp_path / place).read_text() == kept
    (tmp_path / "out.json.new").write_text("")
    assert "killed" not in of_log(tmp_path, text(BOOT)).stderr
    assert noted(tmp_path) == ["board.log", "out.json", "out.json.old"]


@pytest.mark.parametrize("room", (0, 1, 9000))
def test_a_full_disk_keeps_what_is_on_it(tmp_path, room):
    """Whatever had room is readable, with half a line at its end."""
    class Disk:
        def __init__(self, file):
            self.file, self.room = file, room

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            size = min(len(data), self.room)
            self.room -= size
            return self.file.write(data[:size])
    out = intake.Output(str(tmp_path / "out.json"))
    out.file = Disk(out.file)
    console = intake.Intake(out, type("Bar", (), {"take": lambda *_: None}), {"machine": "board"})
    new = tmp_path / "out.json.new"
    with pytest.raises(log.Refused, match="out.json: No space left on device"):
        for line in CUT:
            console.take(line)
    console.close("what ends it")       # which finds no room for its mark
    data = new.read_bytes()
    assert len(data) == room
    if room > 1:
        (run,) = log.read_runs(new)
        assert run.whys == [f"the log ends before the lab did, in the middle of line {data.count(10) + 1}"]


@pytest.mark.parametrize("room", (1, 9000))
def test_a_full_disk_is_said_with_what_is_on_it(tmp_path, room):
    (tmp_path / "board.log").write_text(text(WHOLE))
    hook = ("import resource\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))")
    done = with_hook(hook, "-o", tmp_path / "out.json", "--log", tmp_path / "board.log")
    assert f"{tmp_path}/out.json: File too large" in done.stderr and "out.json.new" not in done.stderr
    if room == 1:
        assert done.returncode == 1 and noted(tmp_path) == ["board.log"]
        return
    lines = (tmp_path / "out.json").read_text().split("\n")[:-1]
    cells, tries = (sum(f'"t":"{kind}"' in line for line in lines) for kind in ("cell", "try"))
    assert done.returncode == 3 and f"has {cells} of 32 cells, {tries} accesses, 0 of 6 litmus tests, and says" in done.stderr


QEMU = """#!/bin/sh
case $1 in --version) echo "QEMU emulator version 10.0.2"; exit;; esac
for n; do case $n in *.cpio) bundle=$n;; esac; done
. "$bundle"
"""


@pytest.fixture(name="qemu")
def fixture_qemu(tmp_path):
    """A QEMU whose console is what the bundle, a shell script, prints."""
    tool = tmp_path / "qemu"
    tool.write_text(QEMU)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    for name, lines in (("whole", WHOLE), ("cut", CUT), ("none", BOOT[:2])):
        (tmp_path / f"{name}.txt").write_text(text(lines))

    def run(*scripts, patience=str(LIMIT)):
        arguments = []
        for name, script in scripts:
            (tmp_path / f"{name}.cpio").write_text(f"cd {tmp_path}\n{script}\n")
            arguments += ["--run", f"{name}={tmp_path}/{name}.cpio"]
        return lab(tmp_path, "--image", "mavis.img", "--qemu", tool, "--patience", patience, *arguments)
    return run


@pytest.mark.parametrize("script, said, patience", (
    ("cat cut.txt; echo terrible >&2; kill -9 $$", "QEMU ended by signal 9 before the lab did", str(LIMIT)),
    ("cat cut.txt; exit 3", "QEMU ended with status 3 before the lab did", str(LIMIT)),
    ("cat cut.txt; exec sleep 6000", "silent for 10 s", "10"),
    ("cat cut.txt; echo mavis: panic: x; echo mavis: stopped; exec sleep 6000", "mavis: stopped: mavis: panic: x", str(LIMIT)),
))
def test_what_ends_qemu_ends_no_measurement(tmp_path, qemu, script, said, patience):
    done = qemu(("max", script), patience=patience)
    assert done.returncode == 3 and why(tmp_path) == said and f"max={tmp_path}/max.cpio: not whole: {said}" in done.stderr
    assert written(tmp_path)[1:-1] == RECORDS[:200]
    assert ("\nterrible\n" in done.stderr) == ("terrible" in script)
    assert f"\nlab: to measure again: tools/lab -o {tmp_path}/out.json " in done.stderr


def test_the_runs_before_and_after_the_one_that_fails_are_said(tmp_path, qemu):
    done = qemu(("a", "cat whole.txt"), ("b", "cat cut.txt; exit 1"), ("c", "cat whole.txt"))
    assert done.returncode == 3 and f"lab: c={tmp_path}/c.cpio: not begun\n" in done.stderr
    records = written(tmp_path)
    assert records[1:len(RECORDS) + 1] == RECORDS
    assert [(r["t"], r.get("cpu") or r.get("why")) for r in records if r["t"] in ("run", "partial")] == [
        ("run", "a"), ("run", "b"), ("partial", "QEMU ended with status 1 before the lab did"), ("run", "c"),
        ("partial", "not begun")]


def test_a_run_of_which_nothing_came_is_missing_in_the_file(tmp_path, qemu):
    done = qemu(("a", "cat whole.txt"), ("b", "cat none.txt; exit 1"))
    assert done.returncode == 3 and "QEMU ended with status 1 before the lab did" in done.stderr
    records = written(tmp_path)
    assert [r["t"] for r in records[-2:]] == ["run", "partial"]
    shown = report("--strict", tmp_path / "out.json")
    assert shown.returncode == 4 and "not whole" not in shown.stdout
    assert "another was to come, and is not here: qemu virt: b: QEMU ended with status 1 before" in shown.stderr


def test_a_qemu_that_fails_after_the_end_is_said_and_all_is_kept(tmp_path, qemu):
    done = qemu(("a", "cat whole.txt; exit 7"))
    assert done.returncode == 3 and "QEMU ended with status 7\n" in done.stderr.replace("; the console ends", "")
    assert written(tmp_path)[1:] == RECORDS and "not all" not in done.stderr
    done = qemu(("a", "cat whole.txt; exit 7"), ("b", ""), ("b", ""))
    assert done.returncode == 3 and done.stderr.count(f"lab: b={tmp_path}/b.cpio: not begun\n") == 2
    assert written(tmp_path)[1:-4] == RECORDS and "and says that this is not all" in done.stderr
    shown = report("--strict", tmp_path / "out.json")
    assert shown.returncode == 4 and "another was to come, and is not here: qemu virt: b: not begun." in shown.stderr


def test_of_two_runs_that_are_called_alike_the_second_may_fail(tmp_path, qemu):
    script = "[ -e once ] && { cat cut.txt; exit 1; }; >once; cat whole.txt"
    done = qemu(("a", script), ("a", script))
    assert done.returncode == 3 and "not begun" not in done.stderr
    assert [r["t"] for r in written(tmp_path)].count("run") == 2


@pytest.mark.parametrize("sent", ("INT", "TERM"))
def test_of_a_burst_before_a_signal_no_line_is_lost(tmp_path, qemu, sent):
    """A pipe holds hundreds of them."""
    (tmp_path / "burst.txt").write_text(text([*BOOT, *LINES[:-1]]))
    done = qemu(("a", f"cat burst.txt; kill -{sent} $PPID; exec sleep 6000"), ("b", "cat whole.txt"))
    assert done.returncode == 3 and f"not whole: ended by SIG{sent}" in done.stderr
    assert f"b={tmp_path}/b.cpio: not begun" in done.stderr
    assert written(tmp_path)[1:len(RECORDS)] == RECORDS[:-1]


def test_a_signal_after_the_end_of_a_run_costs_the_next_alone(tmp_path, qemu):
    done = qemu(("a", "cat whole.txt; kill -INT $PPID; exec sleep 6000"), ("b", "cat whole.txt"))
    assert done.returncode == 3 and written(tmp_path)[1:-2] == RECORDS
    assert done.stderr.startswith(f"lab: ended by SIGINT (Ctrl-C)\nlab: b={tmp_path}/b.cpio: not begun\n")


def test_patience_begins_when_all_that_is_there_has_been_read():
    """And half a line is a line."""
    tool, (here, board) = program(), os.pipe()
    os.write(board, b"one\r\ntwo\nth")
    lines = tool.lines_of(here, 0.1, 0.1, tool.Signals())
    assert [next(lines), next(lines), next(lines)] == ["one", "two", "th"]
    with pytest.raises(tool.Silent):
        next(lines)


def test_a_run_that_refuses_to_start_leaves_the_file_alone(tmp_path, qemu):
    (tmp_path / "out.json").write_text("an earlier one\n")
    done = qemu(("a", "cat none.txt; exit 1"))
    assert done.returncode == 1 and "QEMU ended with status 1 before the lab did; the console ends\nU-Boot" in done.stderr
    assert (tmp_path / "out.json").read_text() == "an earlier one\n" and not (tmp_path / "out.json.new").exists()
