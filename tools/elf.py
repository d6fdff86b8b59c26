# SPDX-License-Identifier: Apache-2.0
"""An ELF program for arm64, as it lies in memory."""

import struct
from typing import NamedTuple

MAGIC = b"\x7fELF"
HEADER, SEGMENT = struct.Struct("<HHIQQQIHHH"), struct.Struct("<IIQQQQQQ")
HEADER_AT = 16                  # behind e_ident
EXEC, DYN = 2, 3
AARCH64 = 183
LOAD, INTERP = 1, 3
# Mavis puts a program into memory in one piece: what is between its segments is in the bundle as zeros.
GAP_MAX = 64 << 20
VA_BITS = 48


class Wrong(Exception):
    """Why it is no program for a guest, and what to do."""


class Program(NamedTuple):
    """The bytes of the segments, and what they need. Addresses are those it is linked for: all of them move together."""

    data: bytes
    load: int
    entry: int
    memory: int                 # with bss
    anywhere: bool              # it is linked at 0 to run at any address


class Segment(NamedTuple):
    type: int
    flags: int
    offset: int
    va: int
    pa: int
    in_file: int
    in_memory: int
    align: int


def segments(data):
    if len(data) < HEADER_AT + HEADER.size or data[4:6] != b"\2\1":
        raise Wrong("is no ELF file of 64 bits, little-endian: build it for arm64")
    kind, machine, _, entry, at, _, _, _, size, number = HEADER.unpack_from(data, HEADER_AT)
    if machine != AARCH64:
        raise Wrong(f"is an ELF file for another machine (e_machine {machine}): build it for arm64")
    if kind not in (EXEC, DYN):
        raise Wrong("is an ELF file that is not linked (an object or a core): link it")
    if number and (size != SEGMENT.size or at + number * size > len(data)):
        raise Wrong("is an ELF file that is cut short in its program headers: copy it again")
    found = [Segment(*SEGMENT.unpack_from(data, at + i * size)) for i in range(number)]
    if any(s.type == INTERP for s in found):
        raise Wrong("is an ELF file for an operating system (it names an interpreter): a guest starts without one")
    found = [s for s in found if s.type == LOAD and s.in_memory]
    for s in found:
        if s.in_file > s.in_memory or s.offset + s.in_file > len(data):
            raise Wrong(f"is an ELF file without all of its segment at {s.va:#x}: copy it again")
    if not found:
        raise Wrong("is an ELF file without a segment to load: link it as a program")
    return kind, entry, found


def read(data):
    """The Program in an ELF file, or Wrong."""
    kind, entry, found = segments(data)
    if not any(s.pa for s in found):            # some linkers leave it out
        found = [s._replace(pa=s.va) for s in found]
    found.sort(key=lambda s: s.pa)
    load, end = found[0].pa, max(s.pa + s.in_memory for s in found)
    if end >> VA_BITS:
        raise Wrong(f"is an ELF file that is linked for {load:#x}, where no guest has memory: of Linux give "
                    "arch/arm64/boot/Image instead of vmlinux")
    for s, behind in zip(found, found[1:]):
        if behind.pa < s.pa + s.in_memory:
            raise Wrong(f"is an ELF file with two segments at {behind.pa:#x}: link it anew")
    image = bytearray()
    for s in found:
        gap = s.pa - load - len(image)
        if s.in_file and gap > GAP_MAX:
            raise Wrong(f"is an ELF file with {gap >> 20} MiB between its segments, before {s.pa:#x}: Mavis loads one piece; "
                        "link it so")
        if s.in_file:
            image += bytes(gap) + data[s.offset:s.offset + s.in_file]
    inside = [s for s in found if 0 <= entry - s.va < s.in_memory]
    if not inside:
        raise Wrong(f"is an ELF file that starts at {entry:#x}, outside of its segments: link it with an entry (ld -e)")
    if not image:
        raise Wrong("is an ELF file of zeros alone: link it anew")
    return Program(bytes(image), load, entry - inside[0].va + inside[0].pa, end - load, kind == DYN and not load)
