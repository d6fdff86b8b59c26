#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks Mavis on purpose, one change of tests/strict/mutants.txt at a time, and asks the strict machine what it sees.

Each change names the rule that must be reported. One that is not is a hole in the machine, or Mavis does not need what was
taken away. Needs build/ as `make test` has it; works on a copy of the sources in build/mutants.
"""

import argparse
import contextlib
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import time

import strict

sys.path.insert(0, str(strict.TOP / "tests/system"))

import bundles  # noqa: E402  (found through the line above)
import machine  # noqa: E402
import patience  # noqa: E402

import boards  # noqa: E402  (machine.py finds it)

LIST = pathlib.Path(__file__).with_name("mutants.txt")
COPY = strict.BUILD / "mutants"
QEMU = "qemu-system-aarch64"
# Seconds on an idle machine (patience.py): a whole run.
ENOUGH = 40

BAR = """regions { gpu-bar { pci = "1af4:1110"; bar = <2>; type = "device-memory"; untagged = "trusted"; }; };"""
BAR_DEVICE = ("-object", "memory-backend-ram,id=bar,size=8M,share=on", "-device", "ivshmem-plain,memdev=bar,addr=2")
# Touched, its decode turned off, and its place touched again: the window's by then.
BAR_ON = "cd /sys/bus/pci/devices/0000:00:02.0; at=$(sed -n '3s/ .*//p' resource); " \
    "echo 1 >enable; peek $PWD/resource2 0; printf '\\0' | dd of=config bs=1 seek=4 conv=notrunc; peek /dev/mem $at; " \
    "echo 1 >remove; echo 1 >/sys/bus/pci/rescan; echo bar is\" on\""
MESSAGES = ("-device", "virtio-rng-pci,addr=4,iommu_platform=on,disable-legacy=on")
# DMA to where no device may write, and an access that brings the guest to EL2, which looks for events then.
DMA = "edu /sys/bus/pci/devices/0000:00:03.0 write 0x9050000 0x42; devmem 0x0b000000 32; " + BAR_ON
DMA_DEVICES = (*BAR_DEVICE, *MESSAGES, "-device", "edu,addr=3,dma_mask=0xffffffffffffffff")


@dataclasses.dataclass(frozen=True)
class Run:
    """What the machine runs, and what its console says when enough was seen."""
    bundle: str
    cpu: str
    enough: str
    machine: str = "virt,virtualization=on,gic-version=3"
    args: tuple = ()
    shell: str = ""             # for the guest's
    tree: tuple = ()            # a node and a flag that its tree has besides
    always: tuple = ()          # a file, its line, another in its place: for what QEMU has no machine for


LINUX = "Brought up 1 node, 2 CPUs"
SMMU = "virt,virtualization=on,gic-version=3,iommu=smmuv3"
RUNS = {
    "lab": Run("lab/lab.cpio", "cortex-a72", r"--- lab end"),
    "cpus": Run("test/guest.cpio", "cortex-a72", LINUX),
    "max": Run("test/guest.cpio", "max", LINUX),
    # A BAR that stage 2 follows: Linux places it, and a program in the guest turns it on and off.
    "bar": Run("mutants/bar.cpio", "max", "bar is on", args=BAR_DEVICE, shell=BAR_ON),
    # Message interrupts, by an ITS that looks into caches, and by one that does not.
    "its": Run("test/guest.cpio", "max", "shell ready", args=MESSAGES),
    "its-past": Run("test/guest.cpio", "max", "shell ready", args=MESSAGES,
                    tree=("/intc@8000000/its@8080000", "dma-noncoherent")),
    "smmu": Run("mutants/bar.cpio", "max", "bar is on", SMMU, DMA_DEVICES, DMA),
    # QEMU's SMMU looks into caches, and its tree says so.
    "smmu-past": Run("mutants/bar.cpio", "max", "bar is on", SMMU, DMA_DEVICES, DMA,
                     always=("boot/machine/smmu_hw.c", "\ts->coherent = host->coherent;\n",
                             "\ts->coherent = false;\n")),
    # CPUs that wait in a spin-table.
    "spin": Run("test/guest.cpio", "", LINUX.replace("2", "4"), "raspi4b", ("-accel", "tcg,thread=single")),
}


class Mutant:
    def __init__(self, text):
        head, *body = text.split("\n")
        self.name = head
        self.file, self.rule, self.run = head.split()
        self.old = "\n".join(line[1:] for line in body if line[0] in "- ") + "\n"
        self.new = "".join(f"{line[1:]}\n" for line in body if line[0] in "+ ")

    def __str__(self):
        return self.name


def mutants():
    text = "\n".join(line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [Mutant(block.strip("\n")) for block in re.split(r"\n\n+", text) if block.strip()]


def copy_sources():
    """The sources as they are in the work tree; what is the same keeps its date, so that little is compiled again."""
    files = subprocess.run(["git", "ls-files"], cwd=strict.TOP, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, files):
        source, target = strict.TOP / name, COPY / name
        if source.is_file() and (not target.exists() or target.read_bytes() != source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for old in [p for p in COPY.rglob("*.[chS]") if COPY / "build" not in p.parents]:
        if not (strict.TOP / old.relative_to(COPY)).exists():
            old.unlink()
    (COPY / "build").mkdir(exist_ok=True)
    bundles.make(COPY / "bar.cpio", bundles.config(COPY / "bar.dts", BAR))
    if not (COPY / "build/deps").exists():
        (COPY / "build/deps").symlink_to((strict.TOP / "build/deps").resolve())


def build():
    made = subprocess.run(["make", "-s", "build/mavis.img"], cwd=COPY, capture_output=True, text=True, check=False)
    return made.returncode == 0, made.stderr


def broken(log):
    return sorted({strict.rule(r) for r in strict.reports(log)})


def tree(run, command):
    """The tree of the machine that would be started so, with a flag more."""
    path = COPY / "tree.dtb"
    place = command.index("-M") + 1
    asked = [*command[:place], f"{command[place]},dumpdtb={path}", *command[place + 1:]]
    subprocess.run([QEMU, *asked], check=True, capture_output=True)
    subprocess.run(["fdtput", path, *run.tree], check=True)
    return path


def command_of(run, console):
    command = ["-display", "none", "-no-reboot", "-chardev", f"stdio,id=c,logfile={console}", "-serial", "chardev:c",
               "-M", run.machine, *run.args]
    if run.machine == "raspi4b":
        command += ["-dtb", str(machine.board_tree(boards.find("raspi4b")))]
    else:
        command += ["-nodefaults", "-cpu", run.cpu, "-smp", "2", "-m", "1G"]
    if run.tree:
        command += ["-dtb", str(tree(run, command))]
    return [*command, "-kernel", str(COPY / "build/mavis.img"), "-initrd", str(strict.BUILD / run.bundle)]


def judge(run, awaited=None):
    """The rules that are broken in one run, which is over when the awaited one is among them."""
    run = RUNS[run]
    log, console = COPY / "reports", COPY / "console"
    log.unlink(missing_ok=True)
    wait = patience.Patience(ENOUGH, machine.BOOT)
    command = command_of(run, console)
    console.write_text("")
    with subprocess.Popen([QEMU, *command, *strict.arguments(QEMU, command, log)], stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True) as qemu:
        spoken = not run.shell
        while qemu.poll() is None and awaited not in broken(log) and wait.left():
            time.sleep(0.2)
            said = console.read_text(errors="replace")
            if not spoken and "shell ready" in said:
                print(run.shell, file=qemu.stdin, flush=True)
                spoken = True
            if re.search(run.enough, said):
                break
        qemu.kill()
    if not strict.started(log):
        sys.exit(f"nothing was judged; is {strict.BUILD / run.bundle} there? `make test` makes it")
    if not awaited and not re.search(run.enough, console.read_text(errors="replace")):
        sys.exit(f"{run}: without any change it does not come to its end: {console}")
    return broken(log)


@contextlib.contextmanager
def changed(name, old, new):
    """The copy's file with one change. Says what is wrong, or nothing."""
    path = COPY / name
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        yield f"its old lines stand {text.count(old)} times in {name}"
        return
    path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        yield ""
    finally:
        path.write_text(text, encoding="utf-8")


def prepared(run):
    """What is always changed for a run."""
    return changed(*RUNS[run].always) if RUNS[run].always else contextlib.nullcontext("")


def check(mutant):
    """What is wrong with a mutant, or nothing."""
    with prepared(mutant.run) as wrong, changed(mutant.file, mutant.old, mutant.new) as wrong_too:
        if wrong or wrong_too:
            return wrong or wrong_too
        built, said = build()
        if not built:
            return f"does not build: {said}"
        found = judge(mutant.run, mutant.rule)
        return "" if mutant.rule in found else f"reported: {', '.join(found) or 'nothing'}"


def check_unbroken(run):
    """The machine has nothing to report of Mavis as it is."""
    with prepared(run) as wrong:
        built, said = build()
        found = judge(run) if built and not wrong else []
    if wrong or not built or found:
        sys.exit(f"{run}: without any change: {wrong or said or found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="?", default="", help="a part of the first line of those to try")
    parser.add_argument("--places", action="store_true", help="look only whether the lines to change are there")
    args = parser.parse_args()
    chosen = [m for m in mutants() if args.only in m.name]
    if args.places:
        wrong = [m.name for m in chosen if (strict.TOP / m.file).read_text(encoding="utf-8").count(m.old) != 1]
        print("\n".join(wrong), end="\n" if wrong else "")
        sys.exit(1 if wrong or not chosen else 0)
    copy_sources()
    failed = 0
    for run in sorted({m.run for m in chosen}):
        check_unbroken(run)
    for mutant in chosen:
        wrong = check(mutant)
        failed += bool(wrong)
        print(f"{mutant}: {wrong or 'reported'}", flush=True)
    sys.exit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
