# SPDX-License-Identifier: Apache-2.0
"""What Mavis costs stays within its limits, counted in instructions (bench/bench)."""

import subprocess

import machine

LIMITED = ["text, rodata and data, bytes", "1 CPU: to the guest's first instruction", "1 CPU: from there to /init",
           "2 CPUs: to the guest's first instruction", "2 CPUs: from there to /init", "PSCI_VERSION by hvc"]


def test_costs_stay_within_their_limits():
    bench = subprocess.run(["make", "-s", "bench", "BENCH_ARGS=--quick", f"QEMU={machine.QEMU}"], cwd=machine.TOP,
                           capture_output=True, text=True, timeout=machine.patience(280))
    assert bench.returncode == 0, bench.stdout + bench.stderr
    for row in LIMITED:
        assert f"\n{row} " in bench.stdout, f"not measured: {row}"
