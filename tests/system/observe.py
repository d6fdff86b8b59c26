# SPDX-License-Identifier: Apache-2.0
"""What a guest, or Mavis's own table, says of itself."""

import re
import struct
import sys

import debugger
import machine

LOG_SIZE = 8192                 # drivers/console.c

sys.path.insert(0, str(machine.TOP / "tests/tools"))

from schemas import checked  # noqa: E402  (found through the line above)


def mavisctl(m, command, check=True):
    """What `mavisctl --json` prints, which is as its schema says."""
    said = m.run(f"mavisctl --json {command}", check=check)
    return checked(said if check else said[0], "mavisctl")


def warnings(m):
    """The kernel's messages of level warning and above, without what differs from boot to boot.

    How long an interrupt took depends on what else the machine that runs QEMU does, and which of a device's suppliers was
    the last that it missed on what came first.
    """
    found = set()
    for line in m.run("dmesg -r | grep '^<[0-4]>' | grep -v 'hrtimer: interrupt took'; true").splitlines():
        if match := re.match(r"<\d>\[ *[\d.]+\] (.*)", line):
            text = re.sub(r"(deferred probe pending): .*", r"\1", match[1])
            found.add(re.sub(r"0x[0-9a-f]+|[0-9a-f]{6,}|\d+", "N", text))
    return found


def new_warnings(guest, bare, patience=30):
    """What the guest's kernel warns of and the bare machine's does not, nor will before it is up as long (in seconds)."""
    while new := warnings(guest) - warnings(bare):
        up = [float(m.run("cut -d' ' -f1 /proc/uptime")) for m in (guest, bare)]
        if up[1] > min(up[0], patience):
            break
        bare.run("sleep 1")
    return new


def regions(log):
    """The rows of the region table in a boot log: (first address, what the self-check found, name)."""
    table = log[log.index("guest physical"):log.index("\nGuest: ")]
    return re.findall(r"(?m)^ *([0-9a-f]{12})-[0-9a-f]{12} .* (ok|DIFFERS|emulated) +(\S.*)$", table)


class Mavis:
    """What Mavis keeps, as the machine's memory has it, seen from outside.

    Its text and constants do not change; its stage 2 and its ITSs' tables while nobody asks it to change them.
    """

    def __init__(self, m, monitor):
        base = int(re.search(r"Mavis keeps \d+ KiB at (0x[0-9a-f]+)\s", m.console)[1], 16)
        symbols = debugger.symbols(machine.BUILD / "mavis.elf")
        self.guest = base + symbols["guest"]
        self.log_at = base + symbols["mavis_log"]
        self.its = [(int(at, 16), int(size) * 1024) for size, at in re.findall(
            r"Mavis keeps (\d+) KiB more at (0x[0-9a-f]+), for an ITS's tables", m.console)]
        self.monitor = monitor
        self.range = base + symbols["__parts_end"], symbols["__rodata_end"] - symbols["__parts_end"]
        self.was = self.read()
        assert len(self.was) > 32768 and self.was.count(0) < len(self.was) // 2
        self.kept = {"stage 2": self.stage2, "ITS": self.its_tables}
        self.seen = {name: look() for name, look in self.kept.items()}
        assert len(self.seen["stage 2"]) > 2

    def read(self):
        return self.monitor.read_physical(*self.range)

    def is_whole(self):
        return self.read() == self.was

    def said(self, since=0):
        """(Its lines after the first `since` characters that it ever said, as far as it has them still; where they end).

        Here they are whole: on the console the guest's words may be amid them.
        """
        data = self.monitor.read_physical(self.log_at, 8 + LOG_SIZE)
        head, = struct.unpack_from("<Q", data)
        ring = data[8 + head % LOG_SIZE:] + data[8:8 + head % LOG_SIZE]
        text = ring[LOG_SIZE - min(head - since, LOG_SIZE):].decode()
        lines = text[:text.rfind("\n") + 1]
        return lines, head - len(text) + len(lines)

    def stage2(self):
        """Each table of the guest's stage 2, by its address (struct stage2, mm/pgtable.h)."""
        _, start, pages, root = struct.unpack("<4xBBBxQ", self.monitor.read_physical(self.guest, 16))
        tables = {}

        def walk(at, level):
            tables[at] = self.monitor.read_physical(at, 4096)
            for desc, in struct.iter_unpack("<Q", tables[at]):
                if desc & 3 == 3 and level < 3:
                    walk(desc & 0xfffffffff000, level + 1)

        for n in range(pages):
            walk(root + 4096 * n, start)
        return tables

    def its_tables(self):
        return [self.monitor.read_physical(*block) for block in self.its]

    def keeps(self, what):
        """True if it is as it was when this was asked last."""
        was, self.seen[what] = self.seen[what], self.kept[what]()
        return was == self.seen[what]
