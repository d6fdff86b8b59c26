# SPDX-License-Identifier: Apache-2.0
import contextlib
import re

import pytest

import machine


@pytest.fixture(scope="module")
def start(request):
    """start(name, **options) gives a running Machine, which ends with the module's tests."""
    with contextlib.ExitStack() as running:
        def starter(name, **options):
            stem = re.sub(r"\W+", "-", f"{request.module.__name__}-{name}")
            return running.enter_context(
                contextlib.closing(machine.Machine(machine.BUILD / "test-logs" / f"{stem}.log", **options)))

        yield starter
