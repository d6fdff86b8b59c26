# SPDX-License-Identifier: Apache-2.0
"""Names for what registers say: the CPU by MIDR_EL1, an exception by its class and fault status."""

IMPLEMENTERS = {0x00: "software", 0x41: "Arm", 0x42: "Broadcom", 0x43: "Cavium", 0x46: "Fujitsu", 0x48: "HiSilicon",
                0x4e: "NVIDIA", 0x50: "Applied Micro", 0x51: "Qualcomm", 0x53: "Samsung", 0x56: "Marvell", 0x61: "Apple",
                0x6d: "Microsoft", 0xc0: "Ampere"}
PARTS = {
    (0x00, 0x051): "QEMU's “max” CPU",
    (0x41, 0xd02): "Cortex-A34", (0x41, 0xd03): "Cortex-A53", (0x41, 0xd04): "Cortex-A35", (0x41, 0xd05): "Cortex-A55",
    (0x41, 0xd06): "Cortex-A65", (0x41, 0xd07): "Cortex-A57", (0x41, 0xd08): "Cortex-A72", (0x41, 0xd09): "Cortex-A73",
    (0x41, 0xd0a): "Cortex-A75", (0x41, 0xd0b): "Cortex-A76", (0x41, 0xd0c): "Neoverse N1", (0x41, 0xd0d): "Cortex-A77",
    (0x41, 0xd0e): "Cortex-A76AE", (0x41, 0xd40): "Neoverse V1", (0x41, 0xd41): "Cortex-A78", (0x41, 0xd42): "Cortex-A78AE",
    (0x41, 0xd44): "Cortex-X1", (0x41, 0xd46): "Cortex-A510", (0x41, 0xd47): "Cortex-A710", (0x41, 0xd48): "Cortex-X2",
    (0x41, 0xd49): "Neoverse N2", (0x41, 0xd4a): "Neoverse E1", (0x41, 0xd4b): "Cortex-A78C", (0x41, 0xd4d): "Cortex-A715",
    (0x41, 0xd4e): "Cortex-X3", (0x41, 0xd4f): "Neoverse V2", (0x41, 0xd80): "Cortex-A520", (0x41, 0xd81): "Cortex-A720",
    (0x41, 0xd82): "Cortex-X4", (0x41, 0xd84): "Neoverse V3", (0x41, 0xd85): "Cortex-X925", (0x41, 0xd87): "Cortex-A725",
    (0x41, 0xd8e): "Neoverse N3",
    (0x42, 0x516): "ThunderX2", (0x43, 0x0af): "ThunderX2", (0x46, 0x001): "A64FX", (0x48, 0xd01): "Kunpeng 920",
    (0x4e, 0x004): "Carmel", (0x51, 0x001): "Oryon", (0xc0, 0xac3): "Ampere-1", (0xc0, 0xac4): "Ampere-1A",
}


def cpu_name(midr):
    """"Arm Cortex-A72 r0p3"."""
    implementer, part = midr >> 24 & 0xff, midr >> 4 & 0xfff
    name = PARTS.get((implementer, part))
    if (implementer, part) == (0, 0x051):
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
        return RESULTS[result] + (f", tag {record['tag']}" if "tag" in record else "")
    ec, fsc = record.get("ec"), record.get("fsc")
    if fsc is not None and (ec is None or ec in ABORTS):
        return f"{fsc_name(fsc)} fault (FSC {fsc:#04x})"
    return f"{fault_kind(record)} exception" + (f" (EC {ec:#04x})" if ec is not None else "")
