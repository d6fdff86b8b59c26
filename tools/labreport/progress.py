# SPDX-License-Identifier: Apache-2.0
"""How far the lab is, on a terminal: a bar, and how long the rest takes at the pace so far."""

import sys
import time

WIDTH = 30
# A second has room for so many.
PERIOD = 0.2


def span(seconds):
    """"40 s", "12 min", "1 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Progress:
    """Takes the records as they come. Each kind that the lab announces is done one after the other, each at its own pace."""

    def __init__(self, name, out=sys.stderr, clock=time.monotonic):
        self.name, self.out, self.clock = name, out, clock
        self.plan, self.done = {}, {}
        self.kind, self.since, self.shown = None, 0, None

    def take(self, record):
        kind = record.get("t")
        if kind == "lab":
            self.plan, self.done = dict(record.get("plan", {})), {}
        if kind not in self.plan:
            return
        if kind != self.kind:
            self.kind, self.since = kind, self.clock()
        self.done[kind] = self.done.get(kind, 0) + 1
        if self.shown is None or self.clock() - self.shown >= PERIOD:
            self.show()

    def line(self):
        planned, done = self.plan[self.kind], self.done[self.kind]
        filled = WIDTH * min(done, planned) // max(planned, 1)
        passed = self.clock() - self.since
        left = f", {span(passed * (planned - done) / done)} left" if passed > 1 and done < planned else ""
        step = f"{list(self.plan).index(self.kind) + 1} of {len(self.plan)}"
        return f"{self.name}: {step}: {self.kind} {done:,} of {planned:,} [{'#' * filled}{'.' * (WIDTH - filled)}]{left}"

    def show(self):
        if self.out.isatty():
            self.out.write(f"\r\033[K{self.line()}")
            self.out.flush()
        self.shown = self.clock()

    def end(self):
        if self.shown is not None and self.out.isatty():
            self.out.write("\r\033[K")
            self.out.flush()
