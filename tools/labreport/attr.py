# SPDX-License-Identifier: Apache-2.0
"""Memory attributes as the architecture encodes them, and the table of what the two stages make together.

The table is not worked out here: it comes from the hypervisor's own code (mm/combine.c) by `regions --combine`. What is
here only decodes bytes, to name, colour and compare them.
"""

import csv
import dataclasses
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]

DEVICES = ("nGnRnE", "nGnRE", "nGRE", "GRE")    # strongest first
POLICIES = ("NC", "WT", "WB")                   # weakest first
TAGGED = 0xf0
NO_TAG_ACCESS = 0xe0                            # in PAR_EL1 alone
# The bytes 0bxxxx0000 that mean something as a whole -> their caches. 0xa0 is Write-Through without write allocation.
WHOLE = {0x40: 0x44, 0xa0: 0xaa, NO_TAG_ACCESS: 0xff, TAGGED: 0xff}
# Bytes with XS = 0 (FEAT_XS) -> the byte that says the same otherwise.
XS0 = {0x01: 0x00, 0x05: 0x04, 0x09: 0x08, 0x0d: 0x0c, 0x40: 0x44, 0xa0: 0xaa}
COMMON = (0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff, 0xf0)

SH_NAMES = {0: "non-shareable", 1: "a reserved shareability", 2: "outer shareable", 3: "inner shareable"}
SH_OUTER = 2


class Refused(Exception):
    """What the user has to put right, in words."""


@dataclasses.dataclass(frozen=True)
class Attr:
    """A decoded MAIR byte or PAR_EL1.ATTR. XS is left out: see par_same()."""
    device: int = -1                # index into DEVICES; -1: Normal
    outer: int = -1                 # index into POLICIES
    inner: int = -1
    hints: tuple = ()
    tagged: bool = False
    no_tag_access: bool = False

    @property
    def is_device(self):
        return self.device >= 0

    @property
    def uniform(self):
        return self.outer == self.inner

    @property
    def name(self):
        if self.is_device:
            return "Device-" + DEVICES[self.device]
        if self.tagged:
            return "Tagged NoTagAccess" if self.no_tag_access else "Tagged"
        return "Normal-" + self.policy

    @property
    def policy(self):
        if self.uniform:
            return POLICIES[self.inner]
        return f"i{POLICIES[self.inner]}-o{POLICIES[self.outer]}"


def decode_cache(bits):
    """(policy, hints) of one half of a byte: the top bits choose, 0b01 in the lower two is write allocate, 0b10 read."""
    if bits == 4:
        return 0, ()
    transient = bits < 8
    return 2 if bits & 4 else 1, (bits & 3, transient)


def decode(byte):
    """The Attr that PAR_EL1.ATTR = @byte means, or None where it is reserved."""
    if byte < 0x10:
        return None if byte & 2 else Attr(device=byte >> 2)
    if byte & 0xf == 0 and byte not in WHOLE:
        return None
    both = WHOLE.get(byte, byte)
    outer, outer_hints = decode_cache(both >> 4)
    inner, inner_hints = decode_cache(both & 0xf)
    return Attr(outer=outer, inner=inner, hints=(outer_hints, inner_hints), tagged=byte in (TAGGED, NO_TAG_ACCESS),
                no_tag_access=byte == NO_TAG_ACCESS)


def par_same(a, b):
    """As par_same() of mm/attr.c: the same memory, XS aside. With FEAT_XS a CPU may keep in the result that a Write-Back
    stage 1 has XS = 0, and then says 0x40 for 0x44 or 0x05 for 0x04: the memory type is the same. A reserved value is
    the same as itself only."""
    x, y = decode(a), decode(b)
    return a == b if x is None or y is None else x == y


def name(byte):
    attr = decode(byte)
    return attr.name if attr else "reserved"


# What MemAttr[3:0] means; (name, rule). Left out: reserved.
_S2_COMMON = {i: (f"Device-{d}", "combine") for i, d in enumerate(DEVICES)} | {5: ("Normal-NC", "combine")}
_S2 = {
    False: _S2_COMMON | {(o + 1) << 2 | (i + 1): (f"Normal-{Attr(outer=o, inner=i).policy}", "combine")
                         for o in range(3) for i in range(3)} | {4: ("Normal-WB NoTagAccess", "no-tags")},
    True: _S2_COMMON | {6: ("force Normal-WB", "force"), 7: ("as stage 1", "stage 1"),
                        14: ("force Normal-WB NoTagAccess", "force"), 15: ("as stage 1 NoTagAccess", "stage 1")},
}
_NEEDS_MTE_PERM = {False: {4}, True: {14, 15}}


def s2_meaning(memattr, fwb, mte_perm):
    """(name, rule) of a stage 2 encoding, or None where it is reserved on such a CPU."""
    if memattr in _NEEDS_MTE_PERM[bool(fwb)] and not mte_perm:
        return None
    return _S2[bool(fwb)].get(memattr)


class Matrix:
    """The architecture's stage 1 x stage 2 table."""

    def __init__(self, rows):
        self.rows = rows

    def expected(self, fwb, mte_perm, s1, s2):
        """PAR_EL1.ATTR of both stages, or None where one of the encodings is reserved."""
        return self.rows.get((bool(fwb), bool(mte_perm), s1, s2))


def read_matrix(source=None):
    """From a stored copy, else by asking the tool."""
    tool = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"
    try:
        if source:
            text = pathlib.Path(source).read_text(encoding="utf-8")
        else:
            text = subprocess.run([tool, "--combine"], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise Refused(f"{source or tool}: not found; make build/tools/regions, or name a copy with --combine") from None
    except (OSError, UnicodeDecodeError, subprocess.CalledProcessError) as e:
        raise Refused(f"{source or tool}: {e}") from None
    rows = {}
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        try:
            key = (row["fwb"] == "1", row["mte_perm"] == "1", int(row["s1_mair"], 16), int(row["s2_memattr"], 2))
            rows[key] = int(row["par_attr"], 16)
        except (KeyError, TypeError, ValueError):
            raise Refused(f"{source or tool}: line {number}: not what regions --combine prints") from None
    if not rows:
        raise Refused(f"{source or tool}: an empty table")
    return Matrix(rows)
