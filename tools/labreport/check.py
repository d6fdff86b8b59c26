# SPDX-License-Identifier: Apache-2.0
"""What differs from the architecture: the attribute that a cell reports, and the rule that it breaks."""

import dataclasses

from labreport import attr, behaviour, machine

PAR_F, PAR_S = 1 << 0, 1 << 9

# In our own words; the names are those of the Arm ARM (DDI 0487), chapter D8, and of FEAT_MTE_PERM.
RULES = {
    "stage 1": "AT S1E1R and AT S1E1W report what stage 1 alone says: the MAIR byte that the descriptor picks.",
    "device wins": "Where one stage says Device and the other Normal, the result is that Device type.",
    "stronger": "Of two Device types the stronger one wins: nGnRnE over nGnRE over nGRE over GRE. HCR_EL2.FWB changes that "
                "only for the encodings that force Write-Back.",
    "weaker": "Of two Normal attributes the weaker cacheability wins, inner and outer each by itself: NC over WT over WB.",
    "hints": "Stage 2 has no allocation hints: the result keeps stage 1's.",
    "force": "With HCR_EL2.FWB = 1 this encoding makes the result Normal Write-Back, whatever stage 1 says.",
    "as stage 1": "With HCR_EL2.FWB = 1 this encoding leaves the result to stage 1.",
    "tags": "Tagged memory stays Tagged where the result is Write-Back at both levels, and nowhere else.",
    "no tags": "FEAT_MTE_PERM: under a NoTagAccess encoding, Tagged memory is reported as Tagged NoTagAccess (0xe0).",
    "shareability": "PAR_EL1.SH says outer shareable for every Device type and for memory that is Non-cacheable at both "
                    "levels, whatever the tables say.",
    "fault": "The page is mapped, readable and writable at both stages, so the translation must succeed.",
    "defined": "This pair of encodings is defined on such a CPU, so it can be had.",
}


@dataclasses.dataclass(frozen=True)
class Difference:
    s1: int
    s2: int
    where: str              # the instruction, or the kind of access
    measured: str
    expected: str
    rule: str


@dataclasses.dataclass
class Findings:
    compared: int           # cells that have an expectation
    reserved: int
    refused: int            # Mavis would not set them up
    unknown: int            # measured, and nothing says what should come out
    cells: list             # Differences
    judged: int             # accesses that have an expectation
    accesses: list          # Differences
    open: dict              # (kind of access, stage 1, stage 2) -> behaviour.Open: one of its choices came

    @property
    def differing_cells(self):
        return {(d.s1, d.s2) for d in self.cells}

    @property
    def differing_tries(self):
        return {(d.where, d.s1, d.s2) for d in self.accesses}


def par_attr(par):
    return par >> 56 & 0xff


def par_text(par):
    """PAR_EL1 in words: "0x04 Device-nGnRE", or the fault in it."""
    if par & PAR_F:
        stage = 2 if par & PAR_S else 1
        return f"a fault: {machine.fsc_name(par >> 1 & 0x3f)}, stage {stage}"
    return f"{par_attr(par):#04x} {attr.name(par_attr(par))}"


def refusal(cell):
    """Why there is nothing in a cell: "reserved", "refused: EACCES"."""
    status = cell["status"]
    return "reserved" if status == "reserved" else f"refused: {machine.STATUS_NAMES.get(status, status)}"


def effective(cell):
    """PAR_EL1 of both stages that a cell has, or None."""
    return cell.get("par_s12", cell.get("par_s12_w"))


def expected_attr(run, matrix, s1, s2):
    """PAR_EL1.ATTR of both stages, XS aside, or None where one of the encodings is reserved on such a CPU."""
    if (s1 == attr.TAGGED and not run.lab["mte"]) or (s1 in attr.XS0 and not run.lab.get("xs")):
        return None
    s1 = attr.XS0.get(s1, s1)
    return matrix.expected(run.lab["fwb"], run.lab["mte_perm"], s1, s2)


def broken_rule(s1, s2, s2_rule, want, got):
    """The rule that makes @want of the pair, seen from what came instead."""
    w, g = attr.decode(want), attr.decode(got)
    if g and not w.is_device and not g.is_device and (w.outer, w.inner) == (g.outer, g.inner):
        if w.no_tag_access:
            return "no tags"
        return "tags" if w.tagged != g.tagged else "hints"
    if s2_rule == "force":
        return "force"
    if s2_rule == "stage 1":
        return "as stage 1"
    if not w.is_device:
        return "weaker"
    return "stronger" if attr.decode(s1).is_device and s2 < len(attr.DEVICES) else "device wins"


def par_problem(par, want, rule):
    """(measured, expected, rule) if @par does not say @want, else None. @rule(got) names the rule."""
    if par & PAR_F:
        return par_text(par), f"{want:#04x} {attr.name(want)}", RULES["fault"]
    got = par_attr(par)
    if not attr.par_same(got, want):
        return par_text(par), f"{want:#04x} {attr.name(want)}", RULES[rule(got)]
    a, sh = attr.decode(want), par >> 7 & 3
    if (a.is_device or (a.outer, a.inner) == (0, 0)) and sh != attr.SH_OUTER:
        return f"{want:#04x}, {attr.SH_NAMES[sh]}", f"{want:#04x}, outer shareable", RULES["shareability"]
    return None


def cell_differences(run, matrix, s1, s2, cell):
    fwb, perm = run.lab["fwb"], run.lab["mte_perm"]
    want = expected_attr(run, matrix, s1, s2)
    if want is None:
        return
    if cell["status"] == "reserved":
        yield Difference(s1, s2, "the lab", "reserved", f"{want:#04x} {attr.name(want)}", RULES["defined"])
        return
    s2_rule = attr.s2_meaning(s2, fwb, perm)[1]
    checks = (("par", "AT S1E1R", s1, lambda got: "stage 1"), ("par_w", "AT S1E1W", s1, lambda got: "stage 1"),
              ("par_s12", "AT S12E1R", want, lambda got: broken_rule(s1, s2, s2_rule, want, got)),
              ("par_s12_w", "AT S12E1W", want, lambda got: broken_rule(s1, s2, s2_rule, want, got)))
    for field, instruction, should, rule in checks:
        problem = par_problem(cell[field], should, rule) if field in cell else None
        if problem:
            yield Difference(s1, s2, instruction, *problem)


def check(run, matrix):
    """Findings: everything that the run says against everything that the architecture says."""
    findings = Findings(0, 0, 0, 0, [], 0, [], {})
    for (s1, s2), cell in sorted(run.cells.items()):
        want = expected_attr(run, matrix, s1, s2)
        if cell["status"] not in (0, "reserved"):
            findings.refused += 1
        elif want is not None:
            findings.compared += 1
            findings.cells += cell_differences(run, matrix, s1, s2, cell)
        elif cell["status"] != 0:
            findings.reserved += 1
        else:
            findings.unknown += 1
    for (what, s1, s2), attempt in sorted(run.tries.items()):
        want = expected_attr(run, matrix, s1, s2)
        rule = behaviour.expectation(what, s1, want, run.cells.get((s1, s2))) if want is not None else None
        if rule is None or attempt["result"] == "absent":
            continue
        if isinstance(rule, behaviour.Open) and rule.allows(attempt):
            findings.open[what, s1, s2] = rule
            continue
        findings.judged += 1
        if not rule.allows(attempt):
            findings.accesses.append(Difference(s1, s2, what, machine.outcome(attempt), rule.text, rule.why))
    return findings
