# SPDX-License-Identifier: Apache-2.0
"""Reads what the lab printed: JSON, one object a line, by itself or inside a serial log.

A serial log has other text around, so only what stands between the lab's markers counts there. A plain file has no
markers, and then every line must be a record.
"""

import dataclasses
import json
import os
import re
import select

from labreport import behaviour, litmus
from labreport.attr import Refused

BEGIN, END = "--- lab begin", "--- lab end"
BANNER = re.compile(r"Mavis ([^:]+): EL2 on")
RECORD = re.compile(r'\{\s*"')
# A serial line has no end of file: after the lab's last line this many seconds of silence are one.
SILENCE = 3

WHAT = tuple(behaviour.KINDS)
RESULTS = ("ok", "fault", "absent", "seen", "not-seen", "failed")


class Malformed(Refused):
    pass


@dataclasses.dataclass
class Run:
    """One machine's measurement."""
    source: str
    line: int
    machine: dict                                   # the `run` record, or {}
    lab: dict
    ids: dict = dataclasses.field(default_factory=dict)     # the `id` record
    cells: dict = dataclasses.field(default_factory=dict)   # (s1, s2) -> record
    tries: dict = dataclasses.field(default_factory=dict)   # (what, s1, s2) -> record
    litmus: dict = dataclasses.field(default_factory=dict)  # (test, p0, p1, x, y) -> record
    shares: dict = dataclasses.field(default_factory=dict)  # (s1, s1_sh, s2_sh) -> record
    aliases: dict = dataclasses.field(default_factory=dict) # (x, x_sh, y, y_sh, care) -> record
    speeds: dict = dataclasses.field(default_factory=dict)  # s1 -> record
    dmas: dict = dataclasses.field(default_factory=dict)    # (s1, care) -> record
    speculations: dict = dataclasses.field(default_factory=dict)    # s1 -> record
    end: dict = None
    notes: list = dataclasses.field(default_factory=list)   # what a reader must know of the log itself

    @property
    def emulated(self):
        """Times mean nothing there: it has no caches, and its clock is its host's. QEMU's tree says so as well."""
        return bool(self.machine.get("qemu")) or self.lab["midr"] >> 24 == 0 or self.lab.get("tree_model") == "linux,dummy-virt"

    @property
    def title(self):
        machine = self.machine.get("machine") or self.lab.get("tree_model") or "Unnamed machine"
        cpu = self.machine.get("cpu")
        return machine + (f", -cpu {cpu}" if cpu else "") + (", FWB on" if self.lab["fwb"] else ", FWB off")


def number(limit=2 ** 64 - 1):
    def parse(value):
        if isinstance(value, str):
            try:
                value = int(value, 0)
            except ValueError:
                raise ValueError(f"{value!r} is not a number") from None
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{json.dumps(value)} is not a number")
        if not 0 <= value <= limit:
            raise ValueError(f"{value} is not in 0 to {limit:#x}")
        return value
    return parse


def text(value):
    if not isinstance(value, str):
        raise ValueError(f"{json.dumps(value)} is not a text")
    return value


def flag(value):
    if value not in (0, 1):
        raise ValueError(f"{json.dumps(value)} is neither 0 nor 1")
    return int(value)


def status(value):
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(f"{json.dumps(value)} is neither a number nor a text")
    return value


def one_of(choices):
    def parse(value):
        if value not in choices:
            raise ValueError(f"{json.dumps(value)} is none of {', '.join(choices)}")
        return value
    return parse


def version(value):
    if value not in (1, 2):
        raise ValueError(f"{json.dumps(value)}: this report reads versions 1 and 2 only")
    return value


def counts(value):
    if not isinstance(value, dict):
        raise ValueError(f"{json.dumps(value)} are not names with numbers")
    return {name: number()(n) for name, n in value.items()}


REGISTERS = ("pfr0", "pfr1", "pfr2", "isar0", "isar1", "isar2", "isar3", "mmfr0", "mmfr1", "mmfr2", "mmfr3")
CACHES = tuple(f"ccsidr_{level}{kind}" for level in range(1, 8) for kind in "di")

# Per type of record: field -> parser; those with a star must be there.
FIELDS = {
    "run": {"machine": text, "cpu": text, "qemu": text, "mavis": text, "firmware": text, "date": text,
            "command": text},
    "lab": {"v*": version, "mavis": text, "midr*": number(), "cpus": number(), "fwb*": flag, "mte*": flag, "mte_perm*": flag,
            "xs": flag, "cntfrq": number(), "row": number(), "target": number(), "size": number(), "tree_model": text,
            "plan": counts},
    "id": {name: number() for name in ("midr", "revidr", "ctr", "dczid", "clidr", *REGISTERS, *CACHES)} | {"errata": text},
    "cell": {"s1*": number(0xff), "s2*": number(15), "status*": status, "par": number(), "par_w": number(),
             "par_s12": number(), "par_s12_w": number()},
    "try": {"s1*": number(0xff), "s2*": number(15), "what*": one_of(WHAT), "result*": one_of(RESULTS), "ec": number(0x3f),
            "fsc": number(0x3f), "far": number(), "ticks": number(), "tag": number(15), "loaded": flag,
            "fresh": one_of(("ok", "fault"))},
    "litmus": {"test*": one_of(litmus.TESTS), "x*": number(0xff), "y*": number(0xff), "p0*": text, "p1*": text,
               "rounds*": number(), "weak*": number(), "seen": counts, "result": one_of(("fault",))},
    "share": {"s1*": number(0xff), "s1_sh*": number(3), "s2_sh*": number(3), "par_s12*": number(),
              "other*": one_of(("seen", "not-seen", "fault", "absent"))},
    "alias": {"x*": number(0xff), "x_sh*": number(3), "y*": number(0xff), "y_sh*": number(3),
              "care*": one_of(("none", "dmb", "maintain")), "rounds*": number(), "stale*": number(),
              "result": one_of(("fault",))},
    "speed": {"s1*": number(0xff), "span": number(), "loads*": number(), "chase*": number(), "bytes*": number(),
              "read*": number(), "write*": number()},
    "dma": {"s1*": number(0xff), "care*": one_of(("none", "dmb", "maintain")), "coherent*": flag, "lines*": number(),
            "to_device*": number(), "to_memory*": number(), "result": one_of(("fault",))},
    "speculation": {"s1*": number(0xff), "tells*": flag, "rounds*": number(), "touched*": number(),
                    "result": one_of(("fault",))},
    "end": {"cells*": number(), "tries*": number(), "faults": number(), "share": number(), "alias": number(),
            "speed": number(), "dma": number(), "speculation": number(), "litmus": number()},
}


def parse_record(line, where):
    """The record in @line, its fields checked. Fields that are not known stay out."""
    start = RECORD.search(line)
    try:
        raw = json.loads(line[start.start():] if start else line)
    except ValueError as e:
        raise Malformed(f"{where}: not JSON: {e}: {line.strip()[:60]!r}") from None
    kind = raw.get("t") if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        raise Malformed(f"{where}: t: {json.dumps(kind)} is none of {', '.join(FIELDS)}")
    record = {"t": kind}
    for key, parse in FIELDS[kind].items():
        name = key.rstrip("*")
        if name in raw:
            try:
                record[name] = parse(raw[name])
            except ValueError as e:
                raise Malformed(f"{where}: {kind}: {name}: {e}") from None
        elif key.endswith("*"):
            raise Malformed(f"{where}: {kind}: {name}: missing")
    if kind == "cell" and record["status"] == 0 and "par" not in record:
        raise Malformed(f"{where}: cell: par: missing, and status is 0")
    return record


def records(lines, source):
    """(line number, record) of each record."""
    marked = any(BEGIN in line for line in lines)
    inside = not marked
    for nr, line in enumerate(lines, 1):
        where = f"{source}: line {nr}"
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = not marked
        elif inside and line.strip() and (not marked or RECORD.search(line)):
            yield nr, parse_record(line, where)
        elif not inside and '"run"' in line and RECORD.match(line):
            yield nr, parse_record(line, where)
        elif not inside and BANNER.search(line):
            yield nr, {"t": "run", "mavis": BANNER.search(line)[1]}


# What tells two records of a kind apart.
KEYS = {"cell": ("s1", "s2"), "try": ("what", "s1", "s2"), "litmus": ("test", "p0", "p1", "x", "y"),
        "share": ("s1", "s1_sh", "s2_sh"), "alias": ("x", "x_sh", "y", "y_sh", "care"), "speed": ("s1",),
        "dma": ("s1", "care"), "speculation": ("s1",)}


class Reader:
    """Puts records together into runs."""

    def __init__(self, source):
        self.source, self.runs, self.machine = source, [], {}

    def take(self, line, record):
        kind = record["t"]
        if kind == "run":
            self.machine = record
        elif kind == "lab":
            self.runs.append(Run(self.source, line, self.machine, record))
        elif not self.runs or self.runs[-1].end:
            raise Malformed(f"{self.source}: line {line}: t: a {kind} without a lab record before it")
        else:
            run = self.runs[-1]
            if kind == "end":
                self.end(run, line, record)
            elif kind == "id":
                run.ids = {name: value for name, value in record.items() if name != "t"}
            else:
                self.once({"cell": run.cells, "try": run.tries, "litmus": run.litmus, "share": run.shares,
                           "alias": run.aliases, "speed": run.speeds, "dma": run.dmas,
                           "speculation": run.speculations}[kind], line, record)

    def end(self, run, line, record):
        run.end = record
        for name, found in (("cells", run.cells), ("tries", run.tries), ("litmus", run.litmus), ("share", run.shares),
                            ("alias", run.aliases), ("speed", run.speeds), ("dma", run.dmas),
                            ("speculation", run.speculations)):
            if record.get(name, len(found)) != len(found):
                run.notes.append(f"The lab says that it printed {record[name]} {name}; {len(found)} are in the log.")

    def once(self, table, line, record):
        names = KEYS[record["t"]]
        key = tuple(record[name] for name in names) if len(names) > 1 else record[names[0]]
        if key in table:
            raise Malformed(f"{self.source}: line {line}: {record['t']}: {', '.join(names)}: the same as in line "
                            f"{table[key]['line']}")
        table[key] = record | {"line": line}


def live_lines(fd):
    """The lines that come from @fd until its end, Ctrl-C, or silence after the lab's last marker."""
    data, done = b"", False
    try:
        while True:
            if done and not select.select([fd], [], [], SILENCE)[0]:
                break
            chunk = os.read(fd, 65536)
            if not chunk:
                break
            data += chunk
            done = data.rfind(END.encode()) > data.rfind(BEGIN.encode())
    except KeyboardInterrupt:
        pass
    return data.decode("utf-8", "replace").splitlines()


def read_runs(path):
    """The runs of a file, or of the standard input for "-"."""
    source = "standard input" if path == "-" else str(path)
    try:
        if path == "-":
            lines = live_lines(0)
        else:
            with open(path, encoding="utf-8", errors="replace") as f:
                lines = f.read().splitlines()
    except OSError as e:
        raise Refused(f"{source}: {e.strerror}") from None
    reader = Reader(source)
    for line, record in records(lines, source):
        reader.take(line, record)
    if not reader.runs:
        raise Malformed(f"{source}: line {max(len(lines), 1)}: t: no lab record up to here: is this the lab's output?")
    for run in reader.runs:
        if not run.end:
            run.notes.append("The log ends before the lab did: what is missing here was not measured, or is lost.")
    return reader.runs
