# SPDX-License-Identifier: Apache-2.0
"""What the architecture says of each kind of access, given the effective memory type, and where it leaves the choice to the
implementation: a rule that is open is named, and of what it permits nothing is held against the machine. The lab is a guest: a
fault of stage 2 is expected as Mavis hands it on."""

import dataclasses

from labreport import attr, machine

# Kind of access -> its title and what the lab does, for readers.
KINDS = {
    "load": ("Load", "An aligned 8-byte load. Works on every type."),
    "store": ("Store", "An aligned 8-byte store. Works on every type."),
    "unaligned-load": ("Unaligned load", "Works on Normal memory. From RAM that is Device: works or takes an alignment fault, "
                                         "implementation defined."),
    "unaligned-store": ("Unaligned store", "Works on Normal memory. To RAM that is Device: works or takes an alignment fault, "
                                           "implementation defined."),
    "ldp-16": ("LDP across 16 bytes", "Aligned 8-byte loads on both sides of a 16-byte boundary. Works on every type."),
    "stp-16": ("STP across 16 bytes", "Aligned 8-byte stores on both sides of a 16-byte boundary. Works on every type."),
    "exclusive": ("Exclusive pair", "LDXR and STXR. Promised for shareable Write-Back memory only; elsewhere implementation "
                                    "defined."),
    "atomic": ("LSE atomic", "LDADD. Promised for shareable Write-Back memory only; elsewhere implementation defined."),
    "dc-zva": ("DC ZVA", "Zeroes a block. Must take an alignment fault on Device memory, and work on Normal memory; open "
                         "where stage 1 says Device and stage 2 forces Write-Back."),
    "fetch": ("Instruction fetch", "Works from Normal memory. From Device memory: works or faults, constrained unpredictable."),
    "tag-store": ("Tag store", "STG. Stores a tag in Tagged memory, and does nothing on other Normal memory. On Device memory "
                               "it may fault: constrained unpredictable."),
    "tag-load": ("Tag load", "LDG, after STG of tag 5. Gives 5 on Tagged memory, and 0 on other memory, without a fault."),
    "tag-check": ("Tag check", "A load by a pointer with the wrong tag. Must fault on Tagged memory, and on no other."),
    "other-cpu": ("Seen by the other CPU", "A store here, looked for there, both with the same attributes. Open where the "
                                           "memory is cached and not shareable."),
    "ldar": ("LDAR", "A load-acquire. Works on every type."),
    "ldapr": ("LDAPR", "A load-acquire of FEAT_LRCPC. Works on every type."),
    "stlr": ("STLR", "A store-release. Works on every type."),
    "casp": ("CASP", "Compare and swap of 16 bytes. Promised for shareable Write-Back memory only; elsewhere implementation "
                     "defined."),
    "swpp": ("SWPP", "FEAT_LSE128. Promised for shareable Write-Back memory only; elsewhere implementation defined."),
    "ld64b": ("LD64B", "64 bytes at once. Only where the address supports it; elsewhere constrained unpredictable."),
    "st64b": ("ST64B", "64 bytes at once. Only where the address supports it; elsewhere constrained unpredictable."),
    "cpy": ("CPYP, CPYM, CPYE", "FEAT_MOPS, 16 bytes. Works on Normal memory. On Device memory the CPU chooses the accesses."),
    "set": ("SETP, SETM, SETE", "FEAT_MOPS, 16 bytes. Works on Normal memory. On Device memory the CPU chooses the accesses."),
    "ldff1": ("LDFF1", "SVE first-fault load of one element. The first element is loaded on every type."),
    "ldnf1": ("LDNF1", "SVE non-fault load of one element. Must not access Device memory (0); elsewhere a CPU may load it or "
                       "not."),
    "dc-gva": ("DC GVA", "Stores a block's tags. On Device memory it may fault: constrained unpredictable."),
    "dc-gzva": ("DC GZVA", "The same, and zeroes the block. On Device memory it may fault: constrained unpredictable."),
    "dc-cvac": ("DC CVAC", "Cleans a line. Works on every type."),
    "dc-ivac": ("DC IVAC", "Under stage 2 it cleans and invalidates: nothing stored is lost. Works on every type."),
    "prfm": ("PRFM", "A prefetch. Never faults."),
    "tlbi": ("TLBI", "The page is taken away, by TLBI and DSB: a load must not find it any more."),
    "tlbi-nxs": ("TLBI nXS", "The same by TLBI nXS and DSB nXS (FEAT_XS), which wait for no access to memory with XS = 1, but "
                             "drop the translation all the same."),
}

_NORMAL = "Normal memory of any cacheability takes {}; SCTLR_EL1.A is 0 in the lab."
WHY = {
    "aligned": "An aligned access to mapped memory works on every memory type.",
    "pair": "LDP and STP need only the alignment of one register, so crossing 16 bytes is no fault on any memory type.",
    "unaligned normal": _NORMAL.format("unaligned accesses"),
    "zva device": "The Arm ARM (D8.6.6) has DC ZVA to any Device type take an alignment fault, at the first stage that says "
                  "Device.",
    "zva normal": _NORMAL.format("DC ZVA"),
    "exclusive": "Exclusives and atomics must work on shareable memory that is Write-Back at both levels with read and write "
                 "allocation.",
    "fetch": "Instructions can be fetched from Normal memory that both stages make executable.",
    "tagged access": "Tags of Tagged memory can be loaded and stored.",
    "tagged check": "An access by a pointer whose tag is not that of the Tagged memory takes a tag check fault.",
    "no tag access": "FEAT_MTE_PERM: a tag access to NoTagAccess memory is a permission fault of stage 2. It goes to EL2, and "
                     "the guest gets from Mavis what a bus would answer.",
    "untagged": "Memory that is not Tagged in the end has no tags: a tag load reads zero, a tag store to Normal memory does "
                "nothing, nothing is checked, and none of it faults.",
    "maintenance": "Cache maintenance by address and prefetches need no more than a mapped address; DC IVAC at EL1 under stage "
                   "2 cleans as well, so that memory keeps what was stored.",
    "tlb": "After the entry is invalid, and TLBI and DSB are complete, no access uses the old translation; with nXS neither: "
           "only accesses to memory with XS = 1 that used it before may be unfinished.",
    "mops": "CPY and SET work on Normal memory.",
    "first fault": "The first element of a first-fault load is an ordinary access: it is made, or faults.",
    "no fault": "A non-fault load does not access Device memory: FFR says that the element was not loaded (B2.10.2.5).",
    "coherent": "Stores are seen by all CPUs that map the memory alike, if it is shareable: hardware keeps it coherent.",
}

IMPLEMENTATION_DEFINED, UNPREDICTABLE = "IMPLEMENTATION DEFINED", "CONSTRAINED UNPREDICTABLE"

# Kinds of faults, as machine.fault_kind() names them. Of stage 2's Mavis hands alignment faults and 0x35 on as they are, and
# permission faults as external aborts (hyp/fault.c).
ALIGNMENT, PERMISSION, TAG_CHECK = "alignment", "permission", "tag check"
EXTERNAL, SERROR, UNSUPPORTED = "external abort", "SError", "unsupported exclusive or atomic"
DENIED = "stage 2's permission fault, which Mavis hands on as an external abort"


def _came(attempt, results, faults):
    """Whether both accesses came out as one of @results: without a TLB entry (`fresh`, where that came out otherwise) and with
    one. The log has the fault of the second alone."""
    if attempt["result"] not in results or attempt.get("fresh", attempt["result"]) not in results:
        return False
    return attempt["result"] != "fault" or machine.fault_kind(attempt) in faults


@dataclasses.dataclass(frozen=True)
class Open:
    """What the architecture leaves open: the choices that it names, and nothing else."""
    how: str
    choices: str
    where: str              # section of DDI 0487, and the name in Arm's pseudocode where it has one
    faults: tuple           # kinds of them that are a choice
    results: tuple = ("ok", "fault")

    @property
    def text(self):
        return self.choices

    @property
    def why(self):
        return f"{self.how} ({self.where}), but not beyond these choices."

    def allows(self, attempt):
        return _came(attempt, self.results, self.faults)


_FETCH_WHERE = "K1.2.11; Unpredictable_INSTRDEVICE"
OPEN = {
    "unaligned": Open(IMPLEMENTATION_DEFINED, "done, or an alignment fault, where the location behind Device memory can take "
                      "unaligned accesses, as RAM can", "B2.8.2, B2.10.2; S1HasAlignmentFault, S2HasAlignmentFault",
                      (ALIGNMENT,)),
    "forced": Open(UNPREDICTABLE, "done, or an alignment fault, where stage 1 says Device and stage 2 forces Write-Back",
                   "D8.6.6, R_RMTWN; S1HasAlignmentFault", (ALIGNMENT,)),
    "exclusive": Open(IMPLEMENTATION_DEFINED, "works, external abort, fault status 0x35, or no store ever succeeds, unless "
                      "the memory is shareable Write-Back", "B2.12; IsExclusiveGlobal, ExclusiveFault",
                      (EXTERNAL, UNSUPPORTED), ("ok", "failed", "fault")),
    "atomic": Open(IMPLEMENTATION_DEFINED, "works, external abort, SError, fault status 0x35, nothing, or not atomic, unless "
                   "the memory is shareable Write-Back", "B2.2.6; MemAtomic", (EXTERNAL, SERROR, UNSUPPORTED),
                   ("ok", "failed", "fault")),
    # By the stage that says Device; where stage 1 does, stage 2 may as well.
    "fetch forced": Open(UNPREDICTABLE, "as from Normal-NC, or a permission fault, where stage 1 says Device and executable, "
                         "and stage 2 forces Write-Back", _FETCH_WHERE, (PERMISSION,)),
    "fetch": Open(UNPREDICTABLE, "as from Normal-NC, or a permission fault, from Device memory that is executable; if stage 2 "
                  f"says Device, {DENIED}", _FETCH_WHERE, (PERMISSION, EXTERNAL)),
    "fetch stage 2": Open(UNPREDICTABLE, f"as from Normal-NC, or {DENIED}, where it makes memory Device that is executable",
                          _FETCH_WHERE, (EXTERNAL,)),
    "tag store": Open(UNPREDICTABLE, "nothing, or an alignment fault, for a tag store to Device memory",
                      "D10.3; Unpredictable_DEVICETAGSTORE", (ALIGNMENT,)),
    "ls64": Open(UNPREDICTABLE, "byte by byte, or fault status 0x35, where the address does not support it",
                 "C3.2; Unpredictable_LS64UNSUPPORTED", (UNSUPPORTED,)),
    "mops": Open(IMPLEMENTATION_DEFINED, "accesses of any size and order, and an alignment fault where one of them is "
                 "unaligned, on Device memory", "B2.10.2.1, B2.10.2.2", (ALIGNMENT,)),
    "no fault": Open(UNPREDICTABLE, "loaded or not: any element of a non-fault load may be suppressed",
                     "B2.10.2.5; Unpredictable_NONFAULT", (), ("ok",)),
    "tag block": Open(UNPREDICTABLE, "done, or an alignment fault, for tags of a block of Device memory", "D10.3",
                      (ALIGNMENT,)),
    "not shareable": Open(IMPLEMENTATION_DEFINED, "seen or not, where the memory is cached and not shareable", "B2.10.1", (),
                          ("seen", "not-seen")),
}

STORED_TAG = 5              # guests/lab/tries.c
ALIGNMENT_FAULT = f"alignment fault (FSC {machine.ALIGNMENT:#04x})"


@dataclasses.dataclass(frozen=True)
class Expectation:
    results: tuple
    fault: str              # the kind of fault, where "fault" is expected
    text: str
    why: str

    tag: int = None         # what a tag load gives
    loaded: int = None      # whether a load that may give way has loaded

    def allows(self, attempt):
        if not _came(attempt, self.results, (self.fault,)):
            return False
        if attempt["result"] == "fault":
            return True
        return self.tag in (None, attempt.get("tag", self.tag)) and self.loaded in (None, attempt.get("loaded", self.loaded))


def _works(why, results=("ok",), text="works"):
    return Expectation(results, None, text, WHY[why])


def _faults(kind, text, why):
    return Expectation(("fault",), kind, text, WHY[why])


def _unaligned(s1, want, cell):
    if want.is_device:
        return OPEN["unaligned"]
    return OPEN["forced"] if s1.is_device else _works("unaligned normal")


def _zva(s1, want, cell):
    if want.is_device:
        return _faults(ALIGNMENT, ALIGNMENT_FAULT, "zva device")
    return OPEN["forced"] if s1.is_device else _works("zva normal")


def _exclusive(name):
    """Open, unless all of the Arm ARM's conditions are met."""
    def expect(s1, want, cell):
        full = (want.outer, want.inner) == (2, 2) and want.hints == ((3, False), (3, False))
        return OPEN[name] if s1.is_device or not full or _shareability(cell) == 0 else _works("exclusive")
    return expect


def _fetch(s1, want, cell):
    if s1.is_device:
        return OPEN["fetch" if want.is_device else "fetch forced"]
    return OPEN["fetch stage 2"] if want.is_device else _works("fetch")


def _tag_store(s1, want, cell):
    return OPEN["tag store"] if s1.is_device or want.is_device else _tag_access(s1, want, cell)


def _tag_access(s1, want, cell):
    if want.no_tag_access:
        return _faults(EXTERNAL, DENIED, "no tag access")
    return _works("tagged access" if want.tagged else "untagged")


def _tag_block(s1, want, cell):
    return OPEN["tag block"] if s1.is_device or want.is_device else _tag_access(s1, want, cell)


def _mops(s1, want, cell):
    return OPEN["mops"] if s1.is_device or want.is_device else _works("mops")


def _no_fault(s1, want, cell):
    if not want.is_device:
        return OPEN["no fault"]
    return dataclasses.replace(_works("no fault", text="not loaded"), loaded=0)


def _tag_load(s1, want, cell):
    rule = _tag_access(s1, want, cell)
    if rule.fault:
        return rule
    tag = STORED_TAG if want.tagged else 0
    return dataclasses.replace(rule, tag=tag, text=f"works, tag {tag}")


def _tag_check(s1, want, cell):
    if want.no_tag_access:
        return _faults(EXTERNAL, DENIED, "no tag access")
    if want.tagged:
        return _faults(TAG_CHECK, f"tag check fault (FSC {machine.TAG_CHECK:#04x})", "tagged check")
    return _works("untagged", ("ok", "not-seen"), "not checked")


def _other_cpu(s1, want, cell):
    """Non-shareable memory that is cached may be seen or not."""
    outer = want.is_device or (want.outer, want.inner) == (0, 0)
    return _works("coherent", ("seen",), "seen") if outer or _shareability(cell) in (2, 3) else OPEN["not shareable"]


def _shareability(cell):
    """PAR_EL1.SH of both stages as measured, or None."""
    par = cell and cell.get("par_s12")
    return None if par is None or par & 1 else par >> 7 & 3


_EXPECT = {
    "load": lambda *_: _works("aligned"), "store": lambda *_: _works("aligned"),
    "ldp-16": lambda *_: _works("pair"), "stp-16": lambda *_: _works("pair"),
    "unaligned-load": _unaligned, "unaligned-store": _unaligned, "dc-zva": _zva,
    "exclusive": _exclusive("exclusive"), "atomic": _exclusive("atomic"), "fetch": _fetch,
    "tag-store": _tag_store, "tag-load": _tag_load, "tag-check": _tag_check, "other-cpu": _other_cpu,
    "ldar": lambda *_: _works("aligned"), "ldapr": lambda *_: _works("aligned"), "stlr": lambda *_: _works("aligned"),
    "casp": _exclusive("atomic"), "swpp": _exclusive("atomic"),
    "ld64b": lambda *_: OPEN["ls64"], "st64b": lambda *_: OPEN["ls64"], "cpy": _mops, "set": _mops,
    "ldff1": lambda *_: dataclasses.replace(_works("first fault", text="loaded"), loaded=1), "ldnf1": _no_fault,
    "dc-gva": _tag_block, "dc-gzva": _tag_block,
    "dc-cvac": lambda *_: _works("maintenance"), "dc-ivac": lambda *_: _works("maintenance"),
    "prfm": lambda *_: _works("maintenance"),
    "tlbi": lambda *_: _works("tlb", text="gone"), "tlbi-nxs": lambda *_: _works("tlb", text="gone"),
}


def noun(what):
    """A kind's title inside a sentence: mnemonics stay as they are."""
    title = KINDS[what][0]
    return title[0].lower() + title[1:] if title[1].islower() else title


def expectation(what, s1, want, cell):
    """What must come of an access of kind @what with stage 1 byte @s1, where both stages make @want: an Expectation, or an
    Open. @cell is the measured cell, for its shareability."""
    return _EXPECT[what](attr.decode(s1), attr.decode(want), cell)
