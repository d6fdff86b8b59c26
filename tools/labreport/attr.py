# SPDX-License-Identifier: Apache-2.0
"""Memory attributes as the architecture encodes them, and the table of what the two stages make together.

The table is the architecture's: tests/data/stage1-stage2.csv, from Arm's machine-readable description. It has the eight
common bytes of stage 1; combine() works the others out by the same rules, and is held to the table where both say something.
Nothing here comes from the hypervisor's own code, which is what is being measured, too.
"""

import csv
import dataclasses
import pathlib

TABLE = pathlib.Path(__file__).resolve().parents[2] / "tests/data/stage1-stage2.csv"

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


def _weaker(half, policy):
    """Four bits of a byte under stage 2's policy. Stage 2 has no hints: what may still have some keeps stage 1's."""
    policy = min(decode_cache(half)[0], policy)
    return half & ~4 | (policy == 2) << 2 if policy else 4


def _forced(half):
    """Four bits of a byte where stage 2 forces Write-Back: hints of their own where stage 1 has none."""
    return 0xf if half == 4 else half | 4


def combine(s1, memattr, fwb, mte_perm):
    """PAR_EL1.ATTR of a stage 1 byte under a stage 2 encoding, XS aside; None where one is reserved."""
    meaning, first = s2_meaning(memattr, fwb, mte_perm), decode(s1)
    if meaning is None or first is None or s1 in XS0 or first.no_tag_access:
        return None
    name, rule = meaning
    caches = WHOLE.get(s1, s1)
    if rule == "combine" and memattr < len(DEVICES):
        return min(s1, memattr << 2) if first.is_device else memattr << 2
    if rule == "force":
        result = 0xff if first.is_device else _forced(caches >> 4) << 4 | _forced(caches & 0xf)
    elif first.is_device:
        return s1
    elif rule == "combine":
        result = _weaker(caches >> 4, (memattr >> 2) - 1) << 4 | _weaker(caches & 0xf, (memattr & 3) - 1)
    else:
        result = caches
    if first.tagged and result == 0xff:
        return NO_TAG_ACCESS if "NoTagAccess" in name else TAGGED
    return result


class Matrix:
    """The architecture's stage 1 x stage 2 table."""

    def __init__(self, rows):
        self.rows = rows

    def expected(self, fwb, mte_perm, s1, s2):
        """PAR_EL1.ATTR of both stages, or None where one of the encodings is reserved."""
        if s1 in COMMON:
            return self.rows.get((bool(fwb), bool(mte_perm), s1, s2))
        return combine(s1, s2, fwb, mte_perm)


def read_matrix(source=None):
    source = source or TABLE
    try:
        text = pathlib.Path(source).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused(f"{source}: not found: name the architecture's table with --table") from None
    except (OSError, UnicodeDecodeError) as e:
        raise Refused(f"{source}: {e}") from None
    rows = {}
    for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
        try:
            key = (row["fwb"] == "1", row["mte_perm"] == "1", int(row["s1_mair"], 16), int(row["s2_memattr"], 2))
            rows[key] = int(row["par_attr"], 16)
        except (KeyError, TypeError, ValueError):
            raise Refused(f"{source}: line {number}: not a row of the table of stage 1 and stage 2") from None
    if not rows:
        raise Refused(f"{source}: an empty table")
    return Matrix(rows)
