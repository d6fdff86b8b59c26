# SPDX-License-Identifier: Apache-2.0
"""How long to wait: what is right on an idle machine, in proportion to what this one does now.

The measure is what is waited for, too: a kernel that boots in QEMU, natively, to its panic over having no root.
"""

import subprocess
import time

# Seconds: the measure on an idle machine where ENOUGH was found to be plenty, and the longest that it may take.
IDLE, LONGEST = 3.0, 120.0
# No test waits longer than this for one thing on such a machine; a boot takes about five seconds there.
ENOUGH = 90

_factor = None


def measure(command):
    """Runs the command; gives its time in units of the idle machine's, at least 1."""
    begin = time.monotonic()
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=True)
    except subprocess.TimeoutExpired:
        pass
    return max(1.0, (time.monotonic() - begin) / IDLE)


class Patience:
    """Waiting for one thing from now on: `left` says for how many seconds more. 0 means: not any longer."""

    def __init__(self, seconds, command, clock=time.monotonic, measured=measure):
        global _factor
        self.command, self.clock, self.measured = command, clock, measured
        if _factor is None:
            _factor = measured(command)
        self.seconds, self.begin = seconds, clock()
        self.total = seconds * _factor

    def left(self):
        """When the time is over, the machine may have become slower meanwhile: it is measured again."""
        global _factor
        if self.begin + self.total <= self.clock():
            _factor = self.measured(self.command)
            self.total = max(self.total, self.seconds * _factor)
        return max(0.0, self.begin + self.total - self.clock())
