# SPDX-License-Identifier: Apache-2.0
"""Linux with little more than a first program of a test's own, for what boots often or is counted."""

import subprocess

import machine

MOUNTS = "#!/bin/sh\nmount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys\n"


def ramdisk(folder, init, modules, programs=()):
    """A ramdisk of busybox, these modules and these of the guest's programs; `init` is a script."""
    (folder / "init").write_text(MOUNTS + init)
    (folder / "modules").write_text(modules)
    roots = [w for root in ("arm64", "backports/arm64") for w in ("--root", machine.DEPS / root)]
    release = (machine.DEPS / "kernel-release").read_text().strip()
    command = [machine.TOP / "tools/ramdisk", *roots, "--release", release, "--init", folder / "init", "--modules",
               folder / "modules", "-o", folder / "ramdisk", *(machine.BUILD / "guest/bin" / program for program in programs)]
    subprocess.run([*map(str, command)], check=True)
    return folder / "ramdisk"
