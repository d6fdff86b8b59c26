# SPDX-License-Identifier: Apache-2.0
"""A debugger for tests: QEMU's gdbstub and its monitor, each on a socket of its own, without gdb."""

import contextlib
import json
import os
import pathlib
import re
import select
import socket
import struct
import subprocess
import tempfile
import threading
import time

import machine

# Seconds of an idle machine for an answer. A stop is waited for as long as a boot.
ANSWER = 60

# Registers of a packet `g`: x0 to x30, SP, PC, 8 bytes each, CPSR.
REGISTERS = struct.Struct("<33QI")
PSTATE_EL = 3 << 2


def symbols(elf):
    """The address of each symbol of an ELF file, by name."""
    elf = elf.read_bytes()
    table, = struct.unpack_from("<Q", elf, 0x28)
    entry, count = struct.unpack_from("<HH", elf, 0x3a)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, table + i * entry) for i in range(count)]
    found = {}
    for _, kind, _, _, offset, size, link, _, _, step in sections:
        if kind == 2:               # SHT_SYMTAB
            names = sections[link][4]
            for at in range(offset, offset + size, step):
                name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", elf, at)
                if name:
                    found[elf[names + name:elf.index(b"\0", names + name)].decode()] = value
    return found


def offset_of(member):
    """Where a member of a variable of Mavis's is in it."""
    name = member.split(".")[0]
    said = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-ex", f"print/x (long)&{member} - (long)&{name}",
                           machine.BUILD / "mavis.elf"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return int(re.search(r"= (0x[0-9a-f]+)$", said.stdout, re.M)[1], 16)


def panics_meanwhile(stub, base, at):
    """Another CPU panics while this one, at its breakpoint, has stage 2 filled: this one goes on to wait, with it empty."""
    names = symbols(machine.BUILD / "mavis.elf")
    root = int.from_bytes(stub.read(base + names["guest"] + offset_of("guest.s2.pt.root"), 8), "little")
    assert any(stub.read(root, 2048)), "the guest's"
    assert stub.ask(f"M{base + names['panic_owner']:x},8:{'ff' * 8}") == "OK"
    assert stub.ask(f"z1,{base + names[at]:x},4") == "OK"
    stub.break_at(base + names["panic_wait"])
    stub.go_on()
    assert not any(stub.read(root, 2048))


class Closed(AssertionError):
    """QEMU has gone."""


def _connect(path):
    patience = machine.patience(ANSWER)
    deadline = time.monotonic() + patience
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(patience)
    while True:
        try:
            s.connect(str(path))
            return s
        except (FileNotFoundError, ConnectionRefusedError):     # not yet
            assert time.monotonic() < deadline, f"{path}: QEMU does not open it"
            time.sleep(0.05)


class Stub:
    """The remote serial protocol. The machine stops when this connects."""

    def __init__(self, path):
        self.socket = _connect(path)
        self.unread = b""

    def _byte(self):
        if not self.unread:
            self.unread = self.socket.recv(4096)
            if not self.unread:
                raise Closed("the gdbstub's socket was closed")
        byte, self.unread = self.unread[:1], self.unread[1:]
        return byte

    def _answer(self):
        while self._byte() != b"$":
            pass                    # acknowledgements
        text = b""
        while (c := self._byte()) != b"#":
            text += c
        checksum = int(self._byte() + self._byte(), 16)
        assert checksum == sum(text) & 0xff, f"{text!r}: wrong checksum"
        self.socket.sendall(b"+")
        return text.decode()

    def ask(self, packet):
        data = packet.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))
        return self._answer()

    def break_at(self, addr):
        """A hardware breakpoint."""
        assert self.ask(f"Z1,{addr:x},4") == "OK"

    def go_on(self):
        """Lets the machine run until it stops; the CPU that stopped is the one that is looked at from then on."""
        said = self.ask("c")
        assert said.startswith("T05") and "thread:" in said, f"stopped by {said}"
        thread = said.split("thread:")[1].split(";")[0]
        assert self.ask(f"Hg{thread}") == "OK"

    def let_go(self, addr):
        """Takes the breakpoint away, and lets the machine run for good."""
        assert self.ask(f"z1,{addr:x},4") == "OK"
        self.socket.sendall(b"$c#63")

    def follow_move(self, base, symbols):
        """Lets the image that a loader has put at `base` move; gives where its copy is about to start."""
        leaves = base + symbols["move_leave"]
        self.break_at(leaves)
        self.go_on()
        assert self.registers()[32] == leaves
        assert self.ask(f"z1,{leaves:x},4") == "OK"     # or it stops here again
        return self.registers()[1]

    def registers(self):
        """(x0 to x30, SP, PC, PSTATE)"""
        return REGISTERS.unpack(bytes.fromhex(self.ask("g"))[:REGISTERS.size])

    def read(self, addr, size):
        """Bytes at an address as the CPU sees it at its Exception level; None where that faults."""
        said = self.ask(f"m{addr:x},{size:x}")
        return None if said.startswith("E") else bytes.fromhex(said)

    def close(self):
        self.socket.close()


class Monitor:
    """QEMU's monitor (QMP)."""

    def __init__(self, path):
        self.socket = _connect(path)
        self.file = self.socket.makefile("rw", encoding="utf-8")
        self.file.readline()        # the greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while line := self.file.readline():
            said = json.loads(line)
            if "event" not in said:
                assert "return" in said, f"{command}: {said}"
                return said["return"]
        raise Closed("the monitor's socket was closed")

    def loaded_at(self, name):
        """Where QEMU has put a file."""
        said = self.ask("human-monitor-command", **{"command-line": "info roms"})
        return int(re.search(rf'(?m)^addr=([0-9a-f]+) .* name="{re.escape(str(name))}"', said)[1], 16)

    def read_physical(self, addr, size):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "memory")
            self.ask("pmemsave", val=addr, size=size, filename=str(path))
            return path.read_bytes()

    def close(self):
        self.file.close()
        self.socket.close()


class Wire:
    """The machine's console as a socket at `path`, for a gdb; what the machine says still comes to its log."""

    def __init__(self, m):
        self.m = m
        self.folder = tempfile.TemporaryDirectory(prefix="mavis-")
        self.path = pathlib.Path(self.folder.name, "console")
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(self.path))
        self.server.listen(1)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._carry)
        self.thread.start()

    def _carry(self):
        console = self.m.qemu.child_fd
        sides = [self.server]
        while not self.ended.is_set():
            for side in select.select(sides, [], [], 0.1)[0]:
                if side is self.server:
                    gdb, _ = self.server.accept()
                    sides = [gdb, console]
                    continue
                data = self._of_gdb(gdb) if side is gdb else self._said(console)
                if not data:
                    sides.remove(side)
                elif side is gdb:
                    os.write(console, data)
                else:
                    with contextlib.suppress(BrokenPipeError, ConnectionResetError):   # gdb has had enough
                        gdb.sendall(data)
        for side in sides:
            if side is not console:
                side.close()

    @staticmethod
    def _of_gdb(gdb):
        try:
            return gdb.recv(4096)
        except ConnectionResetError:    # it has ended with something unread
            return b""

    def _said(self, console):
        try:
            data = os.read(console, 4096)
        except OSError:             # QEMU has ended
            return b""
        text = data.decode(errors="replace")
        self.m.log_file.write(text)
        self.m.console += text
        return data

    def close(self):
        self.ended.set()
        self.thread.join()
        self.server.close()
        self.folder.cleanup()


class Sockets:
    """A folder for the two sockets: a name in pytest's own may be too long for one. The machine waits for the debugger."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mavis-")
        self.gdb, self.qmp = (pathlib.Path(self.folder.name, name) for name in ("gdb", "qmp"))

    def args(self):
        return ["-S", "-gdb", f"unix:{self.gdb},server=on,wait=off", "-qmp", f"unix:{self.qmp},server=on,wait=off"]

    def close(self):
        self.folder.cleanup()
