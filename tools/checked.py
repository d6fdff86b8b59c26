# SPDX-License-Identifier: Apache-2.0
"""A config's checks by tools/regions, which are those of the boot, before anything is made of the config."""

import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[1]
# A config may be right on some CPUs only. Which one it will be, nobody knows here: one that takes it is enough.
CPUS = ("", "fwb,dic", "mte", "fwb,dic,mte", "fwb,dic,mte,mte_perm", "mte,mte_perm")


def tool():
    """The program of a build that is under way, or what builds it if it has to."""
    build = os.environ.get("MAVIS_BUILD")
    return TOP / build / "tools/regions" if build else TOP / "tools/regions"


def refusal(config, machine=None, memory=None):
    """Why Mavis would refuse this config (source or compiled): one line or more; None if it would not.

    `machine` is a device tree; without one only what holds on every machine is checked. `memory`, "base,size,...", stands
    for the memory that this machine's loader writes into its tree.
    """
    if machine is None:
        ways = [["--config"]]
    else:
        ways = [["--machine", machine, *(["--memory", memory] if memory else []), "--cpu", cpu] for cpu in CPUS]
    first = None
    for way in ways:
        done = subprocess.run([tool(), *way, config], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode == 0:
            return None
        first = first or done.stderr.strip().replace("regions: error: ", "") or f"{tool()}: status {done.returncode}"
    return first
