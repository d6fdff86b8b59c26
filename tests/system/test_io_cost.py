# SPDX-License-Identifier: Apache-2.0
"""A disk's request costs under Mavis what it does on the bare machine, in instructions of all levels (bench/bench)."""

import json
import subprocess

import pytest

import machine

pytestmark = pytest.mark.all


@pytest.mark.parametrize("cpus", [1, 4])
def test_a_request_costs_what_it_does_natively(tmp_path, cpus):
    figures = tmp_path / "bench.json"
    done = subprocess.run(["make", "-s", "bench", f"QEMU={machine.QEMU}",
                           f"BENCH_ARGS=--only-requests --workload-cpus {cpus} --json {figures}"],
                          cwd=machine.TOP, capture_output=True, text=True, timeout=machine.patience(600))
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    rows = json.loads(figures.read_text())
    name = f"{cpus} CPU{'s' if cpus > 1 else ''}, Linux: a read of 4 KiB from"
    assert list(rows) == [f"{name} NVMe", f"{name} virtio-blk"]
    for row in rows.values():
        assert row["EL2"] == 0 and 0 < row["Mavis"] <= 1.03 * row["native"]
