# SPDX-License-Identifier: Apache-2.0
"""What Mavis makes of memory, asked of tools/regions: every kind of memory that a config can name, on every kind of CPU."""

import csv
import itertools
import json
import pathlib
import subprocess
import tempfile

from labreport.attr import Refused

TREE = pathlib.Path(__file__).resolve().parents[2] / "tests/data/virt-gicv3.dts"
VMA_TYPES = {"anonymous": "ram", "file": "ram", "cacheable": "device-memory", "write-combined": "prefetchable",
             "vfio-pci": "prefetchable", "vfio-platform": "mmio"}
UNTAGGED = ("non-cacheable", "write-through", "trusted")
DEVICE_TYPES = ("nGnRnE", "nGRE", "GRE")

# (its lines in the config, the vma that it is to others, its name for people)
KINDS = (
    [('type = "ram";', "anonymous", "ram")] +
    [('type = "ram"; no-tags; expose = "reserved";', "file", "ram without tags")] +
    [(f'type = "ram"; no-tags; expose = "reserved"; untagged = "{u}";', "file", f"ram without tags: {u}") for u in UNTAGGED] +
    [('type = "device-memory";', "cacheable", "device-memory")] +
    [(f'type = "device-memory"; untagged = "{u}";', "cacheable", f"device-memory: {u}") for u in UNTAGGED] +
    [('type = "device-memory"; tags;', "cacheable", "device-memory with tags"),
     ('type = "prefetchable";', "vfio-pci", "prefetchable (a BAR)"), ('type = "mmio";', "vfio-platform", "mmio")] +
    [(f'type = "mmio"; device-type = "{d}";', "vfio-platform", f"mmio: {d}") for d in DEVICE_TYPES])


def cpus():
    """(--cpu's features, whether the guest asks for MTE) of each kind."""
    for fwb, dic in itertools.product((False, True), repeat=2):
        for tags, asks in (("", False), ("mte", False), ("mte", True), ("mte,mte_perm", False), ("mte,mte_perm", True)):
            yield ",".join(filter(None, ("fwb" if fwb else "", "dic" if dic else "", tags))), asks


class Asker:
    """Calls tools/regions with configs of its own."""

    def __init__(self, tool, folder):
        self.tool, self.folder = tool, pathlib.Path(folder)
        self.tree = self.folder / "machine.dtb"
        self.run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", self.tree, TREE)

    def run(self, *command):
        try:
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout
        except OSError as e:
            raise Refused(f"{command[0]}: {e.strerror}: run make") from None
        except subprocess.CalledProcessError as e:
            raise Refused(f"{command[0]}: {e.stderr.strip()}") from None

    def table(self, cpu, guest, regions):
        """The table of a config with these regions, whose names are r0, r1 and on; those alone."""
        nodes = "".join(f"r{i} {{ reg = <0x10 {i << 16:#x} 0 0x1000>; {text} }};\n" for i, text in enumerate(regions))
        path = self.folder / "config.dts"
        path.write_text(f'/dts-v1/; / {{ compatible = "mavis,config"; guest {{ {guest} regions {{ {nodes} }}; }}; }};')
        found = json.loads(self.run(self.tool, "--json", "--machine", self.tree, "--cpu", cpu, path))
        rows = {r["name"]: r for r in found["regions"]}
        return found, [rows[f"r{i}"] for i in range(len(regions))]

    def kinds(self, cpu, asks):
        """What each of KINDS comes to: alone, as one can take MTE from the whole guest."""
        for text, _, _ in KINDS:
            found, (row,) = self.table(cpu, "mte;" if asks else "", [text])
            yield [row["memattr"], row["rights"], row.get("reason", ""), found["mte"]]

    def others(self, cpu, asks, rules):
        """[MemAttr as the other writes it, or None, whether it executes, why it would refuse] by hypervisor and vma."""
        wanted = [(name, vma) for name in rules for vma in VMA_TYPES]
        extra = {"file": 'no-tags; expose = "reserved";', "anonymous": 'expose = "memory";'}
        _, rows = self.table(cpu, ("mte; " if asks else "") + "as-far-as-possible;",
                             [f'type = "{VMA_TYPES[vma]}"; as = "{name}"; vma = "{vma}"; {extra.get(vma, "")}'
                              for name, vma in wanted])
        return {f"{name} {vma}": [row["memattr"], row["rights"], row.get("refused", "")]
                for (name, vma), row in zip(wanted, rows)}


def sources(asker):
    """The rules' sources by hypervisor, and the shareability by hypervisor and vma."""
    text = asker.run(asker.tool, "--as")
    where, share = {}, {}
    for row in csv.DictReader(text.splitlines()):
        where.setdefault(row["as"], []).append(row["source"])
        for vma in row["vma"].split():
            share.setdefault(f"{row['as']} {vma}", row["shareability"])
    return {name: "; ".join(dict.fromkeys(lines)) for name, lines in where.items()}, share


def collect(tool):
    """All of it, for the page."""
    with tempfile.TemporaryDirectory(prefix="mavis.") as folder:
        asker = Asker(tool, folder)
        where, share = sources(asker)
        machines = {}
        for cpu, asks in cpus():
            flags = [f in cpu.split(",") for f in ("fwb", "dic", "mte", "mte_perm")] + [asks]
            key = "".join(str(int(f)) for f in flags)
            machines[key] = {"kinds": list(asker.kinds(cpu, asks)), "others": asker.others(cpu, asks, where)}
    return {"kinds": [list(kind) for kind in KINDS], "vmas": VMA_TYPES, "sources": where, "share": share, "machines": machines}
