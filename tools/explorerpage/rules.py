# SPDX-License-Identifier: Apache-2.0
"""What the architecture says, as data for the page: the same tables that the lab's report is held against."""

from labreport import attr, behaviour, machine
from labreport.attr import Refused

BYTES = attr.COMMON + tuple(b for b in range(256) if b not in attr.COMMON and b not in attr.XS0 and attr.decode(b) and
                            not attr.decode(b).no_tag_access)
SHAREABLE, NOT_SHAREABLE = {"par_s12": 3 << 7}, {"par_s12": 0}


def stages(matrix):
    """By FWB and FEAT_MTE_PERM: the encodings' names, and a line of 16 PAR_EL1.ATTRs for each byte of stage 1."""
    found = {}
    for fwb in (0, 1):
        for perm in (0, 1):
            meanings = [attr.s2_meaning(s2, fwb, perm) for s2 in range(16)]
            lines = []
            for s1 in BYTES:
                wants = [matrix.expected(fwb, perm, s1, s2) for s2 in range(16)]
                lines.append("".join("--" if want is None else f"{want:02x}" for want in wants))
            found[f"{fwb}{perm}"] = {"names": [m[0] if m else None for m in meanings], "lines": lines}
    return found


def as_data(rule):
    found = {"text": rule.text, "why": rule.why, "results": list(rule.results)}
    if isinstance(rule, behaviour.Open):
        return found | {"open": rule.how, "where": rule.where, "faults": list(rule.faults)}
    found["faults"] = [rule.fault] if rule.fault else []
    for name in ("tag", "loaded"):
        if getattr(rule, name) is not None:
            found[name] = getattr(rule, name)
    return found


def accesses(found_stages):
    """The rules, and which of them counts for each kind of access: by whether stage 1 says Device, by what both stages make,
    and by whether that is shareable."""
    rules, vectors = [], {}
    for table in found_stages.values():
        for s1, line in zip(BYTES, table["lines"]):
            for want in {int(line[i:i + 2], 16) for i in range(0, 32, 2) if line[i] != "-"}:
                for name, cell in (("s", SHAREABLE), ("n", NOT_SHAREABLE)):
                    vector = []
                    for kind in behaviour.KINDS:
                        rule = as_data(behaviour.expectation(kind, s1, want, cell))
                        if rule not in rules:
                            rules.append(rule)
                        vector.append(rules.index(rule))
                    key = f"{name}{'d' if attr.decode(s1).is_device else 'n'}{want:02x}"
                    if vectors.setdefault(key, vector) != vector:
                        raise Refused(f"stage 1 {s1:#04x}: what accesses do depends on more than the page knows")
    return rules, vectors


def collect(matrix, memory_class):
    table = stages(matrix)
    rules, vectors = accesses(table)
    names = {f"{b:02x}": [attr.name(b), memory_class(b)] for b in range(256) if attr.decode(b)}
    return {"bytes": [f"{b:02x}" for b in BYTES], "common": len(attr.COMMON), "names": names, "stages": table, "rules": rules,
            "vectors": vectors, "same": {f"{a:02x}": f"{b:02x}" for a, b in attr.XS0.items()},
            "kinds": [[kind, *texts] for kind, texts in behaviour.KINDS.items()],
            "results": machine.RESULTS, "faults": [machine.fsc_name(fsc) for fsc in range(64)],
            "exceptions": {ec: name for ec, name in machine.EC_NAMES.items() if ec not in machine.ABORTS}}
