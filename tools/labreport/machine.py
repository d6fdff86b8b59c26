# SPDX-License-Identifier: Apache-2.0
"""Names for what registers say: the CPU by MIDR_EL1, an exception by its class and fault status."""

import pathlib
import re

# One list of names for the boot and for here.
NAMES = (pathlib.Path(__file__).resolve().parents[2] / "boot/cpu_names.h").read_text(encoding="utf-8")
IMPLEMENTERS = {int(maker, 16): name for maker, name in re.findall(r'\tMAKER\((\w+), "(.*?)"\)', NAMES)}
PARTS = {(int(maker, 16), int(part, 16)): name
         for maker, part, name in re.findall(r'\tPART\((\w+), (\w+), "(.*?)"\)', NAMES)}


def cpu_name(midr):
    """"Arm Cortex-A72 r0p3"."""
    implementer, part = midr >> 24 & 0xff, midr >> 4 & 0xfff
    name = PARTS.get((implementer, part))
    if name and not implementer:
        return name
    maker = IMPLEMENTERS.get(implementer, f"implementer {implementer:#04x}")
    name = f"{maker} {name}" if name and not name.startswith(maker) else name or f"{maker} part {part:#05x}"
    return f"{name} r{midr >> 20 & 0xf}p{midr & 0xf}"


ALIGNMENT, TAG_CHECK, UNSUPPORTED = 0x21, 0x11, 0x35
EC_NAMES = {0x00: "undefined instruction", 0x0e: "illegal state", 0x20: "instruction abort", 0x21: "instruction abort",
            0x22: "PC alignment", 0x24: "data abort", 0x25: "data abort", 0x26: "SP alignment", 0x2f: "SError"}
ABORTS = {0x20, 0x21, 0x24, 0x25}
FSC_NAMES = {0x10: "external abort", TAG_CHECK: "tag check", ALIGNMENT: "alignment", 0x30: "TLB conflict",
             0x31: "unsupported hardware update", 0x34: "lockdown", UNSUPPORTED: "unsupported exclusive or atomic"}
FSC_BY_LEVEL = {0x00: "address size", 0x04: "translation", 0x08: "access flag", 0x0c: "permission",
                0x14: "external abort on a table walk"}


def fsc_name(fsc):
    if fsc in FSC_NAMES:
        return FSC_NAMES[fsc]
    if fsc & ~3 in FSC_BY_LEVEL:
        return f"{FSC_BY_LEVEL[fsc & ~3]}, level {fsc & 3}"
    return f"fault status {fsc:#04x}"


STATUS_NAMES = {-1: "not supported", -2: "ENOENT", -13: "EACCES", -16: "EBUSY", -22: "EINVAL"}


def fault_kind(record):
    """What kind of fault a `try` took, without the level: "alignment", "permission", "undefined instruction"."""
    ec, fsc = record.get("ec"), record.get("fsc")
    if ec is not None and ec not in ABORTS:
        return EC_NAMES.get(ec, f"exception class {ec:#04x}")
    return fsc_name(fsc).split(",")[0] if fsc is not None else "unknown"


RESULTS = {"ok": "works", "absent": "not on this CPU", "seen": "seen", "not-seen": "not seen",
           "failed": "does not do what it should"}


def outcome(record):
    """A `try`'s result in words: "works", "alignment fault (FSC 0x21)". The lab makes each access twice, first without a TLB
    entry; where that came out otherwise, it is said."""
    first = {None: "", "ok": "works without a TLB entry; with one: ", "fault": "faults without a TLB entry; with one: "}
    return first[record.get("fresh")] + settled(record)


def settled(record):
    result = record["result"]
    if result != "fault":
        if "loaded" in record:
            return "loaded" if record["loaded"] else "not loaded"
        return RESULTS[result] + (f", tag {record['tag']}" if "tag" in record else "")
    ec, fsc = record.get("ec"), record.get("fsc")
    if fsc is not None and (ec is None or ec in ABORTS):
        return f"{fsc_name(fsc)} fault (FSC {fsc:#04x})"
    return f"{fault_kind(record)} exception" + (f" (EC {ec:#04x})" if ec is not None else "")
