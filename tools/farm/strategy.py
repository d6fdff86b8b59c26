# SPDX-License-Identifier: Apache-2.0
"""For labgrid: a board that is off, or has run the attribute lab to its end."""

import enum
import re

import attr
from labgrid import target_factory
from labgrid.strategy import Strategy, StrategyError
from labgrid.step import step
from pexpect import TIMEOUT

END = "--- lab end"
# What Mavis says last, where it refuses what the loader gave it.
REFUSED = r"mavis: error: .*"


class Status(enum.Enum):
    unknown = 0
    off = 1
    measured = 2


@target_factory.reg_driver
@attr.s(eq=False)
class LabStrategy(Strategy):
    """With a UBootDriver, its boot_command starts the lab. Without, the board starts it by itself: from its card, or QEMU.

    Args:
        silence (int): seconds that the console may be silent before the board counts as dead
    """
    bindings = {
        "power": "PowerProtocol",
        "console": "ConsoleProtocol",
        "uboot": {"UBootDriver", None},
    }
    silence = attr.ib(default=120, validator=attr.validators.instance_of(int))
    status = attr.ib(default=Status.unknown)

    @step(args=["status"])
    def transition(self, status, *, step):  # pylint: disable=unused-argument,redefined-outer-name
        status = Status[status] if isinstance(status, str) else status
        if status == self.status:
            return
        self.target.activate(self.power)
        if status == Status.off:
            self.power.off()
        elif status == Status.measured:
            self.target.activate(self.console)
            self.power.cycle()
            if self.uboot:
                self.target.activate(self.uboot)
                self.uboot.boot("")
                self.uboot.await_boot()
            self.wait_for_end()
        else:
            raise StrategyError(f"no way from {self.status.name} to {status.name}")
        self.status = status

    def wait_for_end(self):
        """Line by line: all of a long log is not searched again for each piece that arrives."""
        last = "nothing"
        while True:
            try:
                _, before, _, _ = self.console.expect(r"\n", timeout=self.silence)
            except TIMEOUT:
                raise StrategyError(f"silent for {self.silence} s; last came: {last}") from None
            line = before.decode(errors="replace").strip()
            if line == END:
                return
            if re.match(REFUSED, line):
                raise StrategyError(line)
            last = line or last
