# SPDX-License-Identifier: Apache-2.0
"""QEMU with the plugin of bench/elcount.c: what it counts until a guest has made its marks."""

import subprocess
import sys

# The places of a line's figures: instructions by exception level first.
LEVELS, EL2, LONGEST, KINDS = 3, 2, 3, 4
# What is counted apart, at EL2.
KIND_NAMES = ["ISB", "DSB", "TLBI", "AT", "MSR+MRS"]
# Of a round, with count(by_line=True): the last figures of a line.
LINE_NAMES = ["code lines", "data lines"]
FIGURES = KINDS + len(KIND_NAMES) + len(LINE_NAMES)

# With several CPUs one that spins can use up a slice of 1e9 instructions; a timer in QEMU's virtual time ends it sooner.
SHORT_SLICES = ["-netdev", "hubport,id=n0,hubid=0", "-object", "filter-buffer,id=f0,netdev=n0,interval=20"]


def count(args, marks, cpus, options, by_line=False):
    """Runs args.qemu until that many marks, or with none to the first instruction at EL1. Gives what elcount says (EL0, EL1,
    EL2, LONGEST, KIND_NAMES, LINE_NAMES) at the first instruction at EL1 and at each mark."""
    plugin = args.plugin + (",lines=on" if by_line else "")
    qemu = subprocess.Popen(
        ["timeout", "600", args.qemu, "-nodefaults", "-display", "none", "-serial", "null", "-no-reboot",
         "-icount", "shift=0,sleep=off", "-seed", "1", "-plugin", plugin, *(SHORT_SLICES if cpus > 1 else []), *options],
        stderr=subprocess.PIPE, text=True)
    start, at, said = None, [], []
    try:
        for line in qemu.stderr:
            words = line.split()
            if len(words) != 2 + FIGURES or words[0] != "elcount":
                said.append(line)
            elif words[1] == "first-el1":
                start = list(map(int, words[2:]))
            elif words[1] == "mark":
                at.append(list(map(int, words[2:])))
            if start and len(at) == marks:
                return start, at
    finally:
        qemu.terminate()
        qemu.wait()
        qemu.stderr.close()
    sys.exit(f"bench: QEMU ended after {len(at)} of {marks} marks: {' '.join(options)}\n{''.join(said).strip()}")
