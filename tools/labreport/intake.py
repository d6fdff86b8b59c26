# SPDX-License-Identifier: Apache-2.0
"""Takes the lab's records out of what a console says, and writes each down as it comes: what has come is kept, whatever ends
the run."""

import json
import re

from labreport import log, whole
from labreport.attr import Refused


def said(line):
    """What the console said in a line of a log. In LAVA's a line is a record of who said what."""
    found = re.fullmatch(r'(?:- )?(\{"dt": .*\})', line)
    if not found:
        return line
    try:
        record = json.loads(found[1])
    except ValueError:      # YAML has escapes that JSON has not; nothing of the lab's needs one
        return ""
    if record.get("lvl") != "target":
        return ""
    # LAVA 2023.01 escapes quotes before it writes YAML, which escapes them once more.
    return record["msg"].strip().replace('\\"', '"')


class Output:
    """A file of records. Each is written by itself, so that a process that is killed has lost none."""

    def __init__(self, name):
        self.name, self.new = name, self.new_of(name)
        self.file = open(self.new, "wb", buffering=0)
        self.full = False

    @staticmethod
    def new_of(name):
        """What it is called until it is complete."""
        return name + ".new"

    def write(self, record):
        data = memoryview(json.dumps(record, separators=(",", ":")).encode() + b"\n")
        try:
            while data and not self.full:
                data = data[self.file.write(data):]
        except OSError as e:
            self.full = True            # what is in it is all that can be kept
            raise Refused(f"{self.name}: {e.strerror}") from None


class Intake:
    """One console. @machine: what its run records say."""

    def __init__(self, out, progress, machine):
        self.out, self.progress, self.machine = out, progress, machine
        self.runs = []          # (what of it is not whole, or ""; the line that came last)
        self.begun = self.began = False     # between the lab's markers; ever
        self.broken = None      # why a run cannot be read
        self.version, self.last, self.line = None, "nothing", 0
        self.reader = log.Reader("the console")

    def take(self, line):
        line = said(line.strip())
        self.line += 1
        banner = log.BANNER.search(line)
        if banner:
            self.close("Mavis started again")
            self.version = banner[1]
        elif log.is_marker(line, log.BEGIN):
            self.close("the lab began again")
            self.begun = self.began = True
        elif log.is_marker(line, log.END):
            self.close("the lab's last line came, and no end record before it")
        elif self.begun and log.RECORD.search(line):
            self.record(line)
        self.last = line or self.last

    def record(self, line):
        try:
            record = self.reader.line(self.line, line, True)
        except log.Malformed as e:      # the machine may start again
            self.broken = self.broken or f"the lab's first record, which all others need, is broken: {e}"
            self.reader, self.begun = log.Reader("the console"), False
            return
        if not record:
            return
        if len(self.reader.runs) > 1:
            self.done(self.reader.runs.pop(0))
        if record["t"] == "lab":
            self.out.write({"t": "run", **self.machine} | ({"mavis": self.version} if self.version else {}))
        raw = log.parse_json(line, "")
        self.out.write(raw)
        self.progress.take(raw)

    def close(self, why):
        """No more comes of the run. @why: what came instead, if the run is not at its end."""
        reader, self.reader, self.begun = self.reader, log.Reader("the console"), False
        if reader.runs:
            reader.close(why)
            self.done(reader.runs[0])

    def done(self, run):
        why = "; ".join(run.whys)
        self.runs.append((why, self.last))
        if why:
            self.out.write({"t": "partial", "why": why})

    def nothing(self, why):
        """The file has other runs, and of this one nothing came."""
        self.out.write({"t": "run", **self.machine})
        self.out.write({"t": "partial", "why": why})


def kept(runs):
    """What came of runs, in words."""
    return " and ".join(", ".join(whole.kept(run)) or "its first record alone" for run in runs)
