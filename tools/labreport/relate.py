# SPDX-License-Identifier: Apache-2.0
"""What holds between mappings: the shareability that both stages make, two mappings of one page, a device's view and a CPU's,
and what each type costs."""

import dataclasses
from html import escape

from labreport import attr, check
from labreport.markup import byte_name, count, table, tag

SH = {0: "Non", 2: "Outer", 3: "Inner"}
SH_ORDER = (0, 3, 2)                # narrowest first
CARES = {"none": "nothing between", "dmb": "DMB between", "maintain": "clean, invalidate and DMB"}


def expected_sh(s1, s1_sh, s2_sh):
    """PAR_EL1.SH where stage 2 leaves the type to stage 1: the wider of the two; outer where nothing is cached."""
    a = attr.decode(s1)
    if a.is_device or (a.outer, a.inner) == (0, 0):
        return attr.SH_OUTER
    return max(s1_sh, s2_sh, key=SH_ORDER.index)


def share_wrong(record):
    """What of it is against the architecture: PAR_EL1, and what the other CPU saw."""
    par = record["par_s12"]
    want = expected_sh(record["s1"], record["s1_sh"], record["s2_sh"])
    return bool(par & check.PAR_F) or par >> 7 & 3 != want, want != 0 and record["other"] == "not-seen"


def mismatched(record):
    """Whether the two mappings are mismatched aliases: type, cacheability or shareability (B2.11); not tags, not hints."""
    x, y = attr.decode(record["x"]), attr.decode(record["y"])
    same = (x.device, x.outer, x.inner) == (y.device, y.outer, y.inner)
    return not same or record["x_sh"] != record["y_sh"]


def uncached(byte):
    a = attr.decode(byte)
    return a.is_device or (a.outer, a.inner) == (0, 0)


def defined(record):
    """Whether the architecture promises that the store is seen."""
    if record["care"] == "maintain" or not mismatched(record):
        return True
    return record["care"] == "dmb" and uncached(record["x"]) and uncached(record["y"])


def dma_defined(record):
    """Whether CPU and device must agree. A device that is coherent accesses memory as Normal-WB: with that type a barrier does,
    and any other is a mismatched alias of its. For one that is not, what no cache holds needs the barrier alone."""
    if record["care"] == "maintain":
        return True
    a = attr.decode(record["s1"])
    alike = (a.outer, a.inner) == (2, 2) if record["coherent"] else uncached(record["s1"])
    return record["care"] == "dmb" and alike


def must_not_touch(record):
    """Device memory is not read by speculation (B2.10.2, K1.2.10)."""
    return attr.decode(record["s1"]).is_device


@dataclasses.dataclass
class Found:
    shares: int
    aliases: int
    dmas: int
    speculations: int
    wrong: list

    def __bool__(self):
        return bool(self.shares or self.aliases or self.dmas or self.speculations)


def check_run(run):
    wrong = [r for r in run.shares.values() if any(share_wrong(r))]
    wrong += [r for r in run.aliases.values() if r["stale"] and defined(r)]
    wrong += [r for r in run.dmas.values() if (r["to_device"] or r["to_memory"]) and dma_defined(r)]
    wrong += [r for r in run.speculations.values() if r["tells"] and r["touched"] and must_not_touch(r)]
    return Found(len(run.shares), len(run.aliases), len(run.dmas), len(run.speculations), wrong)


def verdict(found):
    return (f"{count(found.shares, 'shareability', 'shareabilities')}, {count(found.aliases, 'alias', 'aliases')}, "
            f"{count(found.dmas, 'DMA')} and {count(found.speculations, 'speculation')}, "
            f"{len(found.wrong) or 'none'} against the architecture")


def share_table(run):
    rows = []
    for record in run.shares.values():
        want = expected_sh(record["s1"], record["s1_sh"], record["s2_sh"])
        got = record["par_s12"]
        said = "a fault" if got & check.PAR_F else SH.get(got >> 7 & 3, "reserved")
        other = record["other"] + ("" if want else " (open)")
        said, other = (tag("b", escape(text), class_="wrong") if wrong else escape(text)
                       for text, wrong in zip((said, other), share_wrong(record)))
        rows.append((escape(byte_name(record["s1"])), SH[record["s1_sh"]], SH[record["s2_sh"]], said, SH[want], other))
    return table(("Stage 1 type", "Stage 1", "Stage 2", "PAR_EL1", "Architecture", "Seen by the other CPU"), rows)


def alias_name(byte, sh):
    return byte_name(byte) + ("" if sh == 3 else f", {SH[sh].lower()}-shareable")


def alias_sh(records):
    """PAR_EL1.SH of both mappings: whether they differ on this machine, too."""
    record = next(r for r in records if r)
    pars = [record.get("x_par_s12"), record.get("y_par_s12")]
    if None in pars:
        return "not in the log"
    return ", ".join("a fault" if par & check.PAR_F else SH.get(par >> 7 & 3, "reserved") for par in pars)


def alias_cell(record):
    if record is None:
        return "not measured"
    if record.get("result"):
        return "a fault"
    promise = "must be seen" if defined(record) else "open"
    text = f"{record['stale']} of {record['rounds']} stale; {promise}" if record["stale"] else f"all seen; {promise}"
    return tag("b", text, class_="wrong") if record["stale"] and defined(record) else text


def alias_table(run):
    pairs = dict.fromkeys(key[:4] for key in run.aliases)
    rows = [(pair, [run.aliases.get((*pair, care)) for care in CARES]) for pair in pairs]
    return table(("Stores by", "Loads by", "PAR_EL1.SH", *(text[0].upper() + text[1:] for text in CARES.values())), [
        (escape(alias_name(x, x_sh)), escape(alias_name(y, y_sh)), alias_sh(records), *map(alias_cell, records))
        for (x, x_sh, y, y_sh), records in rows])


def dma_cell(record, name):
    if record is None:
        return "not measured"
    if record.get("result"):
        return "a fault"
    stale, promise = record[name], "must be seen" if dma_defined(record) else "open"
    text = f"{stale} of {record['lines']} lines stale; {promise}" if stale else f"all seen; {promise}"
    return tag("b", text, class_="wrong") if stale and dma_defined(record) else text


def dma_table(run):
    return table(("CPU's type", "Direction", *(text[0].upper() + text[1:] for text in CARES.values())), [
        (escape(byte_name(s1)), direction, *(dma_cell(run.dmas.get((s1, care)), name) for care in CARES))
        for s1 in dict.fromkeys(s1 for s1, _ in run.dmas)
        for name, direction in (("to_device", "CPU stores, device reads"), ("to_memory", "device writes, CPU loads"))])


def speculation_cell(record):
    if record.get("result") or not record["tells"]:
        return "the register does not tell"
    text = f"{record['touched']:,} of {record['rounds']:,} times" if record["touched"] else f"never in {record['rounds']:,}"
    return tag("b", text, class_="wrong") if record["touched"] and must_not_touch(record) else text


def speculation_table(run):
    return table(("Type", "Read though no program did", "The architecture"), [
        (escape(byte_name(s1)), speculation_cell(r), "must not" if must_not_touch(r) else "may")
        for s1, r in run.speculations.items()])


def speed_table(run):
    ns = 1e9 / run.lab["cntfrq"]

    def rate(record, name):
        return f"{record['bytes'] / (record[name] * ns / 1e9) / 1e6:,.0f} MB/s" if record[name] else "–"
    return table(("Type", "A load after a load", "Loads", "Stores"), [
        (escape(byte_name(s1)), f"{r['chase'] * ns / r['loads']:,.1f} ns", rate(r, "read"), rate(r, "write"))
        for s1, r in run.speeds.items()], (1, 2, 3))


def folded(title, note, body):
    return tag("details", tag("summary", f"<b>{escape(title)}</b>") + tag("p", escape(note), class_="caption") +
               body)


ABOUT_SHARES = ("Stage 1 and stage 2 each say Non, Outer or Inner; the wider counts. Memory that is Device, or Non-cacheable "
                "at both levels, is outer shareable whatever they say.")
ABOUT_ALIASES = ("One CPU stores by one mapping and loads by the other. Where they differ in type, cacheability or "
                 "shareability, only the maintenance that the manual asks for (B2.11) makes it defined; what comes without is "
                 "open. Tagged alone, or NoTagAccess, is no difference. Stage 2 leaves the type to stage 1 and is "
                 "non-shareable, so that stage 1's shareability counts; PAR_EL1.SH says what came of each. Where the log has "
                 "none, it is an older lab's, whose stage 2 made all of them inner shareable or wider.")
ABOUT_DMA = ("A page each way, by a device that the CPU tells to begin and asks whether it is done. The host bridge's node in "
             "the device tree says that its DMA is {}: {}. What comes with less is open.")
COHERENT = {1: ("coherent", "with Normal-WB, as the device has it, a barrier (DMB) is enough; another type is a mismatched "
                            "alias, and takes maintenance"),
            0: ("not coherent", "with what no cache holds a barrier (DMB) is enough; what is cached takes maintenance")}
ABOUT_SPECULATION = ("A branch that went to a load from a register which a read clears, sixteen times, goes elsewhere once the "
                     "CPU knows: was the register read? That it was not proves nothing of Normal memory.")
ABOUT_SPEEDS = "A chain of loads through 32 KiB or less, and pairs of 8 bytes over one page, by stage 1 type. The best of five."


def section(run):
    parts = []
    if run.shares:
        parts.append(folded("Shareability", ABOUT_SHARES, share_table(run)))
    if run.aliases:
        parts.append(folded("Two mappings of one page", ABOUT_ALIASES, alias_table(run)))
    if run.dmas:
        coherent = next(iter(run.dmas.values()))["coherent"]
        parts.append(folded("DMA against the CPU's caches", ABOUT_DMA.format(*COHERENT[coherent]), dma_table(run)))
    if run.speculations:
        parts.append(folded("Speculative reads", ABOUT_SPECULATION, speculation_table(run)))
    if run.speeds and run.lab.get("cntfrq") and not run.emulated:
        parts.append(folded("Latency and bandwidth", ABOUT_SPEEDS, speed_table(run)))
    return tag("h3", "Between mappings, and with a device") + "".join(parts) if parts else ""
