# SPDX-License-Identifier: Apache-2.0
import contextlib
import re

import pytest

import machine


def end(machines):
    """Ends all of them, even if one has broken a rule."""
    with contextlib.ExitStack() as stack:
        while machines:
            stack.callback(machines.pop(0).close)


@pytest.fixture(scope="module")
def running():
    """The module's machines. A fixture that starts one for some of its tests ends it itself: an idle one costs, too."""
    machines = []
    yield machines
    end(machines)


@pytest.fixture(autouse=True)
def ends_what_it_starts(running):
    """What a test starts ends with the test."""
    others = len(running)
    yield
    mine = running[others:]
    del running[others:]
    end(mine)


@pytest.fixture(scope="module")
def start(request, running):
    """start(name, **options) gives a running Machine."""
    def starter(name, **options):
        stem = re.sub(r"\W+", "-", f"{request.module.__name__}-{name}")
        running.append(machine.Machine(machine.BUILD / "test-logs" / f"{stem}.log", **options))
        return running[-1]

    return starter
