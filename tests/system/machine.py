# SPDX-License-Identifier: Apache-2.0
"""A QEMU machine with its console: started, spoken to, and always ended."""

import os
import pathlib
import re
import signal
import struct
import sys
import time

import pexpect

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tools"), str(TOP / "tests/strict")]

import boards  # noqa: E402  (found through the line above)
import strict  # noqa: E402
from patience import ENOUGH, Patience  # noqa: E402

BUILD = TOP / os.environ.get("MAVIS_BUILD", "build")
QEMU = os.environ.get("QEMU") or "qemu-system-aarch64"

IMAGE = BUILD / "mavis.img"
BUNDLE = BUILD / "test/guest.cpio"
DEPS = TOP / "build/deps"
KERNEL = DEPS / "Image"
RAMDISK = BUILD / "guest/ramdisk.cpio.gz"

READY = "mavis-guest: shell ready"
# Machines are strict ones (docs/strict.md) unless a test says why not: STRICT=0 for none, when time is short.
STRICT = os.environ.get("STRICT", "1") != "0"

# Seconds that a QEMU has to end by itself when it is told to.
GRACE = 3

# QEMU refuses tag memory beside a CPU that has no tags.
TAGGED_CPUS = ("max", "cortex-a710", "neoverse-n2")


# What is waited for, measured: see patience.py.
BOOT = [QEMU, "-nodefaults", "-display", "none", "-no-reboot", "-serial", "null", "-M", "virt,virtualization=on", "-cpu", "max",
        "-smp", "2", "-m", "512M", "-kernel", str(KERNEL), "-append", "panic=-1"]


def patience(seconds=ENOUGH):
    """`seconds` of an idle machine, for a time limit that cannot be put off."""
    return Patience(seconds, BOOT).left()


class Died(AssertionError):
    """The machine did not do what was waited for; the text ends with what its console said last."""


class BrokenRule(AssertionError):
    """Something is right only because QEMU forgives."""


class Machine:
    # More than one where EL2 prints while the guest does: a line of its may fall into any, so run() has it said again.
    marks = 1

    def __init__(self, log, *, board=None, dtb=None, loaded=(), args=(), unjudged="", **virt):
        """Starts QEMU with what `loaded` (arguments for QEMU) puts into its memory; the console goes to `log`.

        The machine is a board of tools/boards.py with its tree (or another, `dtb`), or by default virt (see virt_args).
        `unjudged` is why it is no strict machine.
        """
        command = board.qemu(dtb or board_tree(board)) if board else virt_args(**virt)
        command += [*map(str, loaded), *map(str, args)]
        log.parent.mkdir(parents=True, exist_ok=True)
        self.reports = log.with_suffix(".strict")
        self.reports.unlink(missing_ok=True)
        if STRICT and not unjudged and str(KERNEL) not in command:
            command += strict.arguments(QEMU, command, self.reports, size=os.stat(IMAGE).st_size)
        self.log = log
        self.log_file = open(log, "w", encoding="utf-8")
        self.log_file.write(f"{QEMU} {' '.join(command)}\n")
        self.qemu = pexpect.spawn(QEMU, command, timeout=None, encoding="utf-8", codec_errors="replace", echo=False,
                                  dimensions=(24, 200))
        self.qemu.logfile_read = self.log_file
        self.qemu.delaybeforesend = None
        self.console = ""
        self.calls = 0

    def expect(self, pattern, seconds=ENOUGH):
        """Waits for a regular expression (or pexpect.EOF, or a list of such) on the console; gives the match.

        `seconds` are those of an idle machine.
        """
        wait = Patience(seconds, BOOT)
        found = pexpect.TIMEOUT
        patterns = [pexpect.TIMEOUT, *(pattern if isinstance(pattern, list) else [pattern])]
        try:
            while found == pexpect.TIMEOUT and (left := wait.left()):
                # A window: all of a long output is not searched again for each piece that arrives. These have 2,000 characters.
                found = patterns[self.qemu.expect(patterns, timeout=left, searchwindowsize=4000)]
        except pexpect.EOF as e:
            found = e
        if found == pexpect.TIMEOUT or isinstance(found, pexpect.EOF):
            self.console += self.qemu.before if isinstance(self.qemu.before, str) else ""
            how = f"was silent about it for {wait.total:.0f} s" if found == pexpect.TIMEOUT else "ended"
            last = "\n".join(self.console.splitlines()[-15:])
            raise Died(f"waiting for {pattern!r}, the machine {how}; {self.log} ends\n{last}") from None
        if isinstance(self.qemu.after, str):
            self.console += self.qemu.before + self.qemu.after
        else:
            self.console += self.qemu.before
        return self.qemu.match

    def listen(self, seconds):
        """What the console says in this time comes to the others of its words."""
        self.qemu.expect(pexpect.TIMEOUT, timeout=seconds)
        self.console += self.qemu.before

    def expect_end(self, seconds=ENOUGH):
        """Waits until QEMU ends by itself, with success; gives all that the console said."""
        self.expect(pexpect.EOF, seconds)
        self.qemu.wait()        # its console is closed: it is as good as gone
        assert self.qemu.exitstatus == 0, f"QEMU: status {self.qemu.exitstatus}, signal {self.qemu.signalstatus}"
        self.check_rules()
        return self.console.replace("\r", "")

    def login(self):
        """Waits for the guest's shell and makes it fit for run(): no echo, no prompt, no kernel messages in between."""
        self.expect(re.escape(READY))
        self.expect("# ")
        self.qemu.sendline("stty -echo; dmesg -n 1; PS1= PS2=; echo log''in")
        self.expect("login\r*\n")
        return self

    def boot_log(self):
        """What was on the console until the guest's shell."""
        return self.console.replace("\r", "").split(READY)[0]

    def run(self, command, seconds=ENOUGH, check=True):
        """Runs a command in the guest; gives its output, or (check=False) the output and its status."""
        self.calls += 1
        mark = f"mavis-test-{self.calls}"
        again = f"for _ in $(seq 2 {self.marks}); do usleep 100000; echo \"{mark}\"=$_status; done" if self.marks > 1 else ""
        self.qemu.sendline(f"{{ {command}\n}} </dev/null 2>&1; _status=$?; echo \"{mark}\"=$_status; {again}")
        status = int(self.expect(rf"{mark}=(\d+)\r*\n", seconds)[1])
        # Marks of the command before are no output of this one.
        output = re.sub(r"(?m)^mavis-test-\d+=\d+\n", "", self.qemu.before.replace("\r", "")).strip("\n")
        if not check:
            return output, status
        assert status == 0, f"in the guest: {command}: status {status}\n{output}"
        return output

    def send(self, line):
        """Sends a command after which the guest's shell is no more."""
        self.qemu.sendline(line)

    def close(self):
        """Ends QEMU, by its own process id. It is gone after this, however long a busy machine takes for that."""
        if self.qemu.isalive():
            self.qemu.kill(signal.SIGTERM)
        until = time.monotonic() + GRACE
        while self.qemu.isalive() and time.monotonic() < until:
            time.sleep(0.05)
        if self.qemu.isalive():
            self.qemu.kill(signal.SIGKILL)
            self.qemu.wait()
        self.qemu.close()
        self.log_file.close()
        self.check_rules()

    def check_rules(self):
        """Fails, once, if what has run broke a rule."""
        broken = strict.reports(self.reports)
        if broken:
            self.reports.rename(self.reports.with_suffix(".broken"))
            raise BrokenRule(f"{self.log.stem}: " + strict.with_names("\n".join(broken), BUILD / "mavis.elf"))


def virt_args(cpu="max", smp=4, mem="1G", gic=3, machine=""):
    options = f"virt,virtualization=on,gic-version={gic},mte={'on' if cpu in TAGGED_CPUS else 'off'}"
    return ["-nodefaults", "-display", "none", "-serial", "stdio", "-M", options + machine, "-cpu", cpu, "-smp", str(smp),
            "-m", str(mem)]


def board_tree(board):
    """The board's tree as QEMU is given it, made once."""
    path = BUILD / "boards" / f"{board.name}.dtb"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        mine = path.with_suffix(f".{os.getpid()}")      # others may want it at the same time
        boards.write_tree(board, DEPS, mine, QEMU)
        mine.rename(path)
    return path


def mavis(bundle=BUNDLE, append=""):
    """What a loader gives Mavis."""
    return (["-kernel", IMAGE] + (["-initrd", bundle] if bundle else []) + (["-append", append] if append else []))


def native(append="", console="ttyAMA0"):
    """The guest's kernel and ramdisk without Mavis."""
    return ["-kernel", KERNEL, "-initrd", RAMDISK, "-append", f"console={console} {append}"]


def entry(image, tree):
    """An arm64 Image that branches to the one at `image` with this tree, for one that QEMU would write into."""
    header = struct.pack("<IIQQQQQQ4sI", 0x14000010, 0, 0, 4096, 0xa, 0, 0, 0, b"ARM\x64", 0)
    return header + struct.pack("<IIIIQQ", 0x58000080, 0x580000a1, 0xd61f0020, 0, tree, image)
