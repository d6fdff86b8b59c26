# SPDX-License-Identifier: Apache-2.0
import re

import pytest

import machine


@pytest.fixture(scope="module")
def start(request):
    """start(name, **options) gives a running Machine, which ends with the module's tests."""
    running = []

    def starter(name, **options):
        stem = re.sub(r"\W+", "-", f"{request.module.__name__}-{name}")
        running.append(machine.Machine(machine.BUILD / "test-logs" / f"{stem}.log", **options))
        return running[-1]

    yield starter
    broken = []
    for m in running:
        try:
            m.close()
        except machine.BrokenRule as e:
            broken.append(f"{m.log.stem}: {e}")
    assert not broken, "\n".join(broken)
