# SPDX-License-Identifier: Apache-2.0
"""Each rule has a program that breaks it, and nothing else, and one that is like it and breaks none."""

import os
import pathlib
import re
import subprocess

import pytest

import strict

HERE = pathlib.Path(__file__).parent
QEMU = os.environ.get("QEMU") or "qemu-system-aarch64"
PROGRAMS = sorted(p.stem for p in (HERE / "programs").glob("*.S"))

# On a Cortex-A72, which has no FEAT_S2FWB, and caches that need all there is of maintenance; but for these.
CPU = {"isb-vector": "max", "isb-key": "max"}
SMP = {"share": 2}
MACHINE = "virt,virtualization=on,gic-version=3,iommu=smmuv3"

PATIENCE = 120


def rule_of(program):
    """A rule may have more than one: device-dirty+smmu."""
    return program.split("+")[0]


def run(name, version, tmp_path, *options):
    log = tmp_path / "reports"
    image = strict.BUILD / "strict" / f"{name}.{version}.bin"
    command = ["-nodefaults", "-display", "none", "-M", MACHINE, "-cpu",
               CPU.get(name, "cortex-a72"), "-smp", str(SMP.get(name, 1)), "-m", "128M", "-kernel", str(image), *options]
    subprocess.run([QEMU, *command, *strict.arguments(QEMU, command, log)], check=True, timeout=PATIENCE)
    assert strict.started(log)
    return strict.reports(log)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_rule_is_reported(name, tmp_path):
    found = run(name, "bad", tmp_path)
    assert {strict.rule(r) for r in found} == {rule_of(name)}, found


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_keeps_it_is_not(name, tmp_path):
    assert run(name, "good", tmp_path) == []


def test_the_guests_first_registers_are_those_that_mavis_writes():
    """What Mavis's own table (hyp/el1_state.h) writes on every CPU is asked for; and a few more, by other files."""
    mavis = re.findall(r"^\tX\((\w+),.*,\s*true\)", (strict.TOP / "hyp/el1_state.h").read_text(encoding="utf-8"), re.M)
    asked = re.findall(r"^\t\{ \"(\w+)\"", (HERE / "entry.c").read_text(encoding="utf-8"), re.M)
    assert len(mavis) > 20 and set(map(str.upper, mavis)) <= set(asked)


def test_each_mutant_has_its_place():
    """tests/strict/mutants.py itself takes long: `make test-all`."""
    subprocess.run([HERE / "mutants.py", "--places"], check=True)


@pytest.mark.all
def test_each_mutant_is_reported():
    subprocess.run([HERE / "mutants.py"], check=True, timeout=7200)


def test_each_rule_has_a_program_and_a_line_in_the_docs():
    rules = re.findall(r"^\t\[\w+\] = \{ \"([\w-]+)\"", (HERE / "report.c").read_text(encoding="utf-8"), re.M)
    assert len(rules) == len(set(rules)) > 30
    assert set(rules) == set(map(rule_of, PROGRAMS))
    docs = (strict.TOP / "docs/strict.md").read_text(encoding="utf-8")
    assert [r for r in rules if f"`{r}`" not in docs] == []


@pytest.mark.parametrize("kernel, status", [("dirty-read.good.bin", 0), ("dirty-read.bad.bin", 1), ("missing", 2)])
def test_the_wrapper_says_so_by_its_status(kernel, status):
    command = ["-nodefaults", "-display", "none", "-M", "virt,virtualization=on,gic-version=3", "-cpu", "cortex-a72"]
    if status == 2:         # nothing runs at EL2
        command += ["-no-reboot", "-monitor", "stdio"]
    else:
        command += ["-kernel", str(strict.BUILD / "strict" / kernel)]
    ran = subprocess.run([HERE / "qemu-strict", "--", *command], input="quit\n", capture_output=True, text=True,
                         timeout=PATIENCE,
                         env=os.environ | {"QEMU": QEMU}, check=False)
    assert ran.returncode == status, ran.stderr
    assert ("strict: dirty-read: CPU 0 at image+0x" in ran.stderr) == (status == 1)
