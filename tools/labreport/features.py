# SPDX-License-Identifier: Apache-2.0
"""What a CPU says of itself: features that matter to memory, and its caches. Of the guest's identification registers, so what
belongs to EL2 alone is known from the lab's first record."""

# Name, register, lowest bit of the field, least value, what it brings.
FEATURES = (
    ("FEAT_LSE", "isar0", 20, 2, "atomics: LDADD, CAS, SWP"),
    ("FEAT_LSE128", "isar0", 20, 3, "atomics of 16 bytes"),
    ("FEAT_LSE2", "mmfr2", 32, 1, "unaligned accesses inside 16 bytes are single-copy atomic"),
    ("FEAT_LRCPC", "isar1", 20, 1, "LDAPR"),
    ("FEAT_LRCPC2", "isar1", 20, 2, "LDAPUR, STLUR"),
    ("FEAT_LS64", "isar1", 60, 1, "LD64B, ST64B"),
    ("FEAT_XS", "isar1", 56, 1, "XS, TLBI nXS, DSB nXS"),
    ("FEAT_DPB", "isar1", 0, 1, "DC CVAP"),
    ("FEAT_MOPS", "isar2", 16, 1, "CPY and SET"),
    ("FEAT_SVE", "pfr0", 32, 1, "SVE, first-fault and non-fault loads"),
    ("FEAT_RAS", "pfr0", 28, 1, "RAS"),
    ("FEAT_MTE2", "pfr1", 8, 2, "allocation tags in memory"),
    ("FEAT_MTE3", "pfr1", 8, 3, "asymmetric tag checks"),
    ("FEAT_HAFDBS", "mmfr1", 0, 1, "access flag, dirty state by hardware"),
    ("FEAT_PAN", "mmfr1", 20, 1, "PAN"),
    ("FEAT_TTST", "mmfr2", 28, 1, "small translation tables"),
    ("FEAT_BBM", "mmfr2", 52, 1, "block size changes without break-before-make, level 1 or 2"),
    ("FEAT_S1PIE", "mmfr3", 8, 1, "permissions by indirection"),
)
PARANGE = (32, 36, 40, 42, 44, 48, 52)


def field(value, low, width=4):
    return value >> low & ((1 << width) - 1)


def features(ids):
    """[(name, whether it is there, what it brings)]"""
    return [(name, field(ids.get(reg, 0), low) >= least and (reg != "pfr0" or field(ids.get(reg, 0), low) != 0xf), text)
            for name, reg, low, least, text in FEATURES]


def size_text(size):
    return f"{size >> 20} MiB" if size >= 1 << 20 and size % (1 << 20) == 0 else f"{size / 1024:g} KiB"


def caches(ids):
    """[(name, size, ways, sets, line)]; CCSIDR_EL1 has another layout with FEAT_CCIDX."""
    wide = field(ids.get("mmfr2", 0), 20) == 1
    for key in sorted(key for key in ids if key.startswith("ccsidr_")):
        value, level, letter = ids[key], key[-2], key[-1]
        line = 16 << field(value, 0, 3)
        ways, sets = (field(value, 3, 21) + 1, field(value, 32, 24) + 1) if wide else \
            (field(value, 3, 10) + 1, field(value, 13, 15) + 1)
        unified = letter == "d" and key[:-1] + "i" not in ids and level != "1"
        kind = "instructions" if letter == "i" else "unified" if unified else "data"
        yield f"L{level} {kind}", ways * sets * line, ways, sets, line


def granules(ids):
    """(name, text) of what CTR_EL0, DCZID_EL0 and ID_AA64MMFR0_EL1 say."""
    ctr, dczid = ids.get("ctr", 0), ids.get("dczid", 0)
    yield "Smallest data line", f"{4 << field(ctr, 16)} bytes"
    yield "Smallest instruction line", f"{4 << field(ctr, 0)} bytes"
    for name, low in (("Write-back granule", 24), ("Exclusives granule", 20)):
        yield name, f"{4 << field(ctr, low)} bytes" if field(ctr, low) else "not said"
    yield "CTR_EL0.IDC", "1: no clean to the PoU is needed" if field(ctr, 28, 1) else "0"
    yield "CTR_EL0.DIC", "1: no instruction invalidation is needed" if field(ctr, 29, 1) else "0"
    yield "DC ZVA", "prohibited" if dczid & 16 else f"{4 << field(dczid, 0)} bytes"
    pa = field(ids.get("mmfr0", 0), 0)
    yield "Physical addresses of the guest", f"{PARANGE[pa]} bits" if pa < len(PARANGE) else f"PARange {pa}"
