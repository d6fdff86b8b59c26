# SPDX-License-Identifier: Apache-2.0
"""Reads what the lab printed: JSON, one object a line, by itself or inside a serial log.

A serial log has other text around, so only what stands between the lab's markers counts there, and a line that is broken is
left out and said. A plain file has no markers, and then every line must be a record, but for one that is cut at the very end.
"""

import dataclasses
import json
import os
import re
import select

from labreport import behaviour, litmus, whole
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


class Cut(Malformed):
    """No JSON, and may be the beginning of some."""


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
    whys: list = dataclasses.field(default_factory=list)    # why it is not whole
    follows: list = dataclasses.field(default_factory=list) # runs that were to come after it, and why they did not

    @property
    def whole(self):
        return not self.whys

    @property
    def notes(self):
        """What a reader must know of the log itself."""
        return list(whole.notes(self))

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
              "x_par_s12": number(), "y_par_s12": number(), "care*": one_of(("none", "dmb", "maintain")),
              "rounds*": number(), "stale*": number(), "result": one_of(("fault",))},
    "speed": {"s1*": number(0xff), "span": number(), "loads*": number(), "chase*": number(), "bytes*": number(),
              "read*": number(), "write*": number()},
    "dma": {"s1*": number(0xff), "care*": one_of(("none", "dmb", "maintain")), "coherent*": flag, "lines*": number(),
            "to_device*": number(), "to_memory*": number(), "result": one_of(("fault",))},
    "speculation": {"s1*": number(0xff), "tells*": flag, "rounds*": number(), "touched*": number(),
                    "result": one_of(("fault",))},
    "end": {"cells*": number(), "tries*": number(), "faults": number(), "share": number(), "alias": number(),
            "speed": number(), "dma": number(), "speculation": number(), "litmus": number()},
    "partial": {"why*": text},
}


def parse_json(line, where):
    start = RECORD.search(line)
    text = line[start.start():] if start else line.strip()
    try:
        return json.loads(text)
    except ValueError as e:
        raise (Cut if text.startswith("{") else Malformed)(f"{where}: not JSON: {e}: {line.strip()[:60]!r}") from None


def parse_record(line, where):
    """The record in @line, its fields checked. Fields that are not known stay out."""
    raw = parse_json(line, where)
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


# What tells two records of a kind apart.
KEYS = {"cell": ("s1", "s2"), "try": ("what", "s1", "s2"), "litmus": ("test", "p0", "p1", "x", "y"),
        "share": ("s1", "s1_sh", "s2_sh"), "alias": ("x", "x_sh", "y", "y_sh", "care"), "speed": ("s1",),
        "dma": ("s1", "care"), "speculation": ("s1",)}


def is_marker(line, marker):
    """A time stamp may stand before it. Why a run is not whole may name one, in a record."""
    return line.rstrip().endswith(marker)


class Reader:
    """Puts records together into runs."""

    def __init__(self, source):
        self.source, self.runs, self.machine = source, [], {}
        self.run = None         # the one that is being read
        self.cut = None         # (line, why) of a line that is cut: the last one, or else a fault
        self.broken = []        # why lines of self.run are left out

    def read(self, lines):
        """All lines of a file."""
        marked = any(is_marker(line, BEGIN) for line in lines)
        inside = not marked
        for nr, line in enumerate(lines, 1):
            if is_marker(line, BEGIN):
                self.close(f"the lab begins again in line {nr}")
                inside = True
            elif is_marker(line, END):
                self.close(f"line {nr} is the lab's last, and no end record is before it")
                inside = not marked
            elif marked and BANNER.search(line):
                self.close(f"Mavis starts again in line {nr}")
                self.machine = {"t": "run", "mavis": BANNER.search(line)[1]}
            elif not marked:
                if line.strip():
                    self.line(nr, line, False)
            elif RECORD.search(line) if inside else '"run"' in line and RECORD.match(line):
                self.line(nr, line, True)
        self.close("the log ends before the lab did")

    def line(self, nr, text, marked):
        """A line that is a record, or should be. Gives the record; None: it is left out. @marked: of a console."""
        if self.cut:                            # and something comes after it
            if not (marked and self.run):
                raise self.cut[1]
            self.broken.append(self.cut[1])
            self.cut = None
        try:
            record = parse_record(text, f"{self.source}: line {nr}")
            self.take(nr, record)
            return record
        except Cut as e:
            self.cut = nr, e
        except Malformed as e:
            if not (marked and self.run):
                raise
            self.broken.append(e)
        return None

    def take(self, line, record):
        kind = record["t"]
        if kind == "run":
            self.close("the log goes on with another run")
            self.machine = record
        elif kind == "lab":
            self.close("the log goes on with another run")
            self.run = Run(self.source, line, self.machine, record)
            self.runs.append(self.run)
        elif kind == "partial":
            self.partial(line, record["why"])
        elif not self.run or self.run.end:
            raise Malformed(f"{self.source}: line {line}: t: a {kind} without a lab record before it")
        elif kind == "end":
            self.run.end = record
            self.run.whys += whole.miscounts(self.run)
        elif kind == "id":
            self.run.ids = {name: value for name, value in record.items() if name != "t"}
        else:
            self.once(next(getattr(self.run, t.field) for t in whole.TABLES if t.kind == kind), line, record)

    def partial(self, line, why):
        """tools/lab says that a run is not whole, or that there is nothing of it."""
        if self.run:
            self.run.whys = [known for known in self.run.whys if known not in why] + [why]
            self.run = None
        elif self.runs:
            self.runs[-1].follows.append(": ".join(filter(None, (self.machine.get("machine"), self.machine.get("cpu"), why))))
        else:
            raise Malformed(f"{self.source}: line {line}: nothing of the lab's came before it: {why}")

    def close(self, why):
        """Nothing more comes of the run that is being read. @why: what came instead of its end, if that has not come."""
        run, cut, broken = self.run, self.cut, self.broken
        self.run, self.cut, self.broken = None, None, []
        if run and broken:
            run.whys.append(f"{len(broken)} {'line is' if len(broken) == 1 else 'lines are'} broken and left out, "
                            f"the first: {broken[0]}")
        if run and not run.end:
            run.whys.append(why + (f", in the middle of line {cut[0]}" if cut else ""))
        elif cut and not self.runs:
            raise cut[1]
        elif cut:
            self.runs[-1].follows.append(f"the log ends in the middle of line {cut[0]}")

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
    reader.read(lines)
    if not reader.runs:
        raise Malformed(f"{source}: line {max(len(lines), 1)}: t: no lab record up to here: is this the lab's output?")
    return reader.runs
