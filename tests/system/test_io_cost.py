# SPDX-License-Identifier: Apache-2.0
"""A disk's request costs under Mavis what it costs on the bare machine, in instructions of all exception levels."""

import subprocess

import pytest

import bundles
import machine
import small

pytestmark = pytest.mark.all

READS, ROUNDS = 400, 5
DISKS = {"nvme": "nvme0n1", "virtio-blk": "vda"}
MEDIUM = "driver=null-co,read-zeroes=on,size=1073741824"
DEVICES = ["-blockdev", f"{MEDIUM},node-name=a", "-device", "nvme,drive=a,serial=a",
           "-blockdev", f"{MEDIUM},node-name=b", "-device", "virtio-blk-pci,drive=b,num-queues=4"]
INIT = """modprobe -a nvme virtio_pci virtio_blk; until [ -e /dev/nvme0n1 -a -e /dev/vda ]; do usleep 20000; done
for disk in %s; do iocost /dev/$disk $(nproc) %d %d; done; poweroff -f
""" % (" ".join(DISKS.values()), READS, ROUNDS)


def measure(cpus, virtualization, loaded):
    """{disk: instructions of a request}: the least of all rounds, as timers come between some."""
    options = f"virt,gic-version=3,virtualization={'on' if virtualization else 'off'}"
    command = [machine.QEMU, "-nodefaults", "-display", "none", "-no-reboot", "-serial", "null", "-icount", "shift=0,sleep=off",
               "-seed", "1", "-plugin", machine.BUILD / "bench/elcount.so", "-M", options, "-cpu", "cortex-a72",
               "-smp", cpus, "-m", "1G", *DEVICES, *loaded]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=True, timeout=machine.patience(300))
    marks = [sum(map(int, line.split()[2:5])) for line in done.stderr.splitlines() if line.startswith("elcount mark")]
    assert len(marks) == 2 * ROUNDS * len(DISKS), done.stderr[-500:]
    spent = [(b - a) / READS for a, b in zip(marks[::2], marks[1::2])]
    return {name: min(spent[i * ROUNDS:(i + 1) * ROUNDS]) for i, name in enumerate(DISKS)}


@pytest.mark.parametrize("cpus", [1, 4])
def test_a_request_costs_what_it_does_natively(tmp_path, cpus):
    ramdisk = small.ramdisk(tmp_path, INIT, "nvme virtio_pci virtio_blk", ["iocost"])
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts"), ramdisk=ramdisk)
    natively = measure(cpus, False, ["-kernel", machine.KERNEL, "-initrd", ramdisk, "-append", "console=ttyAMA0"])
    mavis = measure(cpus, True, machine.mavis(bundle))
    for name in DISKS:
        print(f"{name}, {cpus} CPUs: {natively[name]:,.0f} natively, {mavis[name]:,.0f} under Mavis, "
              f"{mavis[name] / natively[name] - 1:+.1%}")
    for name in DISKS:
        assert mavis[name] <= 1.03 * natively[name], (mavis, natively)
