# SPDX-License-Identifier: Apache-2.0
"""What Mavis costs stays within its limits, counted in instructions (bench/bench)."""

import subprocess


def test_costs_stay_within_their_limits():
    bench = subprocess.run(["make", "-s", "bench", "BENCH_ARGS=--quick"], capture_output=True, text=True, timeout=280)
    assert bench.returncode == 0, bench.stdout + bench.stderr
    assert "PSCI_VERSION by hvc, at EL2" in bench.stdout
