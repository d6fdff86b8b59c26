#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes what the attribute lab would print on a machine that keeps to the architecture, from `regions --combine`, and with
`quirks` what it would print where the machine does not. For the tests, and to look at a page without a machine:

    tests/tools/lab_sample.py >sample.json && tools/report sample.json -o sample.html
"""

import csv
import json
import os
import pathlib
import random
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / os.environ.get("MAVIS_BUILD", "build") / "tools/regions"
S1 = (0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff, 0xf0)
TAG_KINDS = ("tag-store", "tag-load", "tag-check")
NEW_KINDS = ("ldar", "ldapr", "stlr", "casp", "swpp", "ld64b", "st64b", "cpy", "set", "ldff1", "ldnf1", "dc-gva", "dc-gzva",
             "dc-cvac", "dc-ivac", "prfm", "tlbi", "tlbi-nxs")
KINDS = ("load", "store", "unaligned-load", "unaligned-store", "exclusive", "atomic", "dc-zva", "ldp-16", "stp-16", "fetch",
         *TAG_KINDS, "other-cpu", *NEW_KINDS)
MAX, A72 = 0x000f0510, 0x410fd083
ALIGNMENT, TAG_CHECK, EXTERNAL, UNSUPPORTED = 0x21, 0x11, 0x10, 0x35


def combine(fwb, mte_perm):
    """{(s1, s2): PAR_EL1.ATTR}"""
    text = subprocess.run([TOOL, "--combine"], check=True, capture_output=True, text=True).stdout
    return {(int(r["s1_mair"], 16), int(r["s2_memattr"], 2)): int(r["par_attr"], 16) for r in csv.DictReader(text.splitlines())
            if r["fwb"] == str(fwb) and r["mte_perm"] == str(mte_perm)}


def par(attr):
    sh = 2 if attr < 0x10 or attr in (0x40, 0x44) else 3
    return f"{attr << 56 | 0x4000_0000 | sh << 7:#x}"


def is_device(attr):
    return attr < 0x10


def fault(fsc, ec=0x25):
    return {"result": "fault", "ec": f"{ec:#x}", "fsc": f"{fsc:#x}", "far": "0x7f0000000001"}


def behaviour(what, s1, attr, mte):
    """What comes of an access to memory that is @attr in the end."""
    device = is_device(s1) or is_device(attr)
    if what in TAG_KINDS:
        if not mte:
            return {"result": "absent"}
        if attr == 0xe0:
            return fault(EXTERNAL)      # stage 2's permission fault, as Mavis hands it on
        if what == "tag-load":
            return {"result": "ok", "tag": 5 if attr == 0xf0 else 0}
        return fault(TAG_CHECK) if what == "tag-check" and attr == 0xf0 else {"result": "ok"}
    if what in ("ldff1", "ldnf1"):
        return {"result": "ok", "loaded": int(what == "ldff1" or not is_device(attr))}
    if what in ("dc-gva", "dc-gzva"):
        return {"result": "absent"} if not mte else fault(EXTERNAL) if attr == 0xe0 else {"result": "ok"}
    if what in ("unaligned-load", "unaligned-store", "dc-zva") and device:
        return fault(ALIGNMENT)
    if what in ("exclusive", "atomic", "casp", "swpp", "ld64b", "st64b") and device:
        return fault(UNSUPPORTED)
    return {"result": "seen" if what == "other-cpu" else "ok"}


def qemu_cell(s1, s2, attr):
    """QEMU with FWB: stage 2's Device type, where both stages say Device."""
    return s2 << 2 if is_device(s1) and s2 < 4 else attr


def qemu_cell_no_fwb(s1, s2, attr):
    """QEMU without FWB: it takes inner Non-cacheable for Device-nGnRE, where the other stage says Device."""
    return 0x04 if (s1 in (0x08, 0x0c) and s2 in (5, 9, 13)) or (s1 == 0x44 and s2 in (2, 3)) else attr


def qemu_try(what, s1, attr, result):
    """QEMU: DC ZVA and exclusives do not mind Device memory, and it forgets stage 1's Device type with the TLB entry there."""
    if what in ("unaligned-load", "unaligned-store") and is_device(s1) and not is_device(attr):
        return {"result": "ok", "fresh": "fault"}
    return {"result": "ok"} if what in ("dc-zva", "exclusive", "atomic") else result


def sample(fwb=1, mte=1, mte_perm=0, midr=MAX, s1_bytes=S1, cell=None, attempt=None, seed=1, machine=None, **lab):
    """The records, as dictionaries. @cell(s1, s2, attr) and @attempt(what, s1, attr, result) may bend the truth."""
    ticks, table = random.Random(seed), combine(fwb, mte_perm)
    records = [{"t": "run"} | machine] if machine else []
    records.append({"t": "lab", "v": 1, "mavis": "0.1", "midr": f"{midr:#x}", "cpus": 2, "fwb": fwb, "mte": mte,
                    "mte_perm": mte_perm, "cntfrq": 62500000, "row": 64, "target": "0x7c000000", "size": "0x200000",
                    "tree_model": "linux,dummy-virt"} | lab)
    for s1 in s1_bytes:
        for s2 in range(16):
            attr = table.get((s1, s2))
            place = {"s1": f"{s1:#04x}", "s2": s2}
            if attr is None or (s1 == 0xf0 and not mte):
                records.append({"t": "cell"} | place | {"status": "reserved"})
                continue
            said = cell(s1, s2, attr) if cell else attr
            records.append({"t": "cell"} | place | {"status": 0, "par": par(s1), "par_w": par(s1), "par_s12": par(said),
                                                   "par_s12_w": par(said)})
            for what in KINDS:
                result = behaviour(what, s1, attr, mte)
                if attempt and result["result"] != "absent":
                    result = attempt(what, s1, attr, result)
                if result["result"] in ("ok", "seen"):
                    result = result | {"ticks": ticks.randint(8, 14) + (600 if what == "other-cpu" else 0)}
                records.append({"t": "try"} | place | {"what": what} | result)
    kinds = [r["t"] for r in records]
    return records + [{"t": "end", "cells": kinds.count("cell"), "tries": kinds.count("try"),
                       "faults": sum(r.get("result") == "fault" for r in records)}]


def litmus(weak=None, x="0xff", y="0xff", rounds=1000):
    """Records of some litmus tests; @weak(test, p0, p1) is how often the outcome of interest came."""
    for test, p0, p1 in (("MP", "none", "none"), ("MP", "dmb st", "addr dep"), ("MP", "dmb sy", "ctrl dep"),
                         ("SB", "dmb sy", "dmb sy"), ("SB", "dmb st", "dmb sy"), ("CoRR", "none", "none")):
        count = weak(test, p0, p1) if weak else 0
        yield {"t": "litmus", "test": test, "x": x, "y": y, "p0": p0, "p1": p1, "rounds": rounds, "weak": count,
               "seen": {"0,0": count, "1,1": rounds - count}}


def lines(records):
    return "".join(json.dumps(r, separators=(",", ":")) + "\n" for r in records)


def qemu(cpu, seed=1):
    """Near to what QEMU 10.0 does."""
    machine = {"machine": "qemu virt", "cpu": cpu, "qemu": "10.0.2", "mavis": "0.1"}
    if cpu == "max":
        return sample(1, 1, 0, MAX, cell=qemu_cell, attempt=qemu_try, machine=machine, seed=seed)
    return sample(0, 0, 0, A72, cell=qemu_cell_no_fwb, attempt=qemu_try, machine=machine, seed=seed)


if __name__ == "__main__":
    print(lines(qemu("max")) + lines(qemu("cortex-a72", 2)), end="")
