# SPDX-License-Identifier: Apache-2.0
"""gdb's commands for Mavis: symbols where the image is, also when it has moved; the region table, the log ring.

    mavis-connect SOCKET ELF    to QEMU's gdbstub; symbols follow from where QEMU has put the image
    mavis-symbols ELF ADDRESS   symbols of an image that another loader has put there, or that has moved there
    mavis-regions               the region table, once there is one
    mavis-log                   what Mavis has said
"""

import os
import re

import gdb


def load_symbols(elf, base):
    gdb.execute(f"symbol-file -o {base:#x} {elf}", to_string=True)


def loaded_at(elf):
    """Where QEMU puts the image that belongs to the ELF file."""
    image = os.path.splitext(elf)[0] + ".img"
    blobs = gdb.execute("monitor info roms", to_string=True)
    found = re.findall(r"(?m)^addr=([0-9a-f]+) .* name=\"(.*)\"\s*$", blobs)
    for addr, name in found:
        if os.path.exists(name) and os.path.samefile(name, image):
            return int(addr, 16)
    raise gdb.GdbError(f"QEMU has not loaded {image}: give mavis-symbols its address. It has\n{blobs}")


class Unsigned(gdb.Breakpoint):
    """Keeps EL2 from signing its return addresses, from the start: gdb before 14 cannot follow them."""

    def __init__(self):
        super().__init__("mmu_enable", internal=True)
        self.silent = True

    def stop(self):
        gdb.parse_and_eval("el2_params.sctlr &= ~(1ull << 31)")         # EnIA
        gdb.parse_and_eval("el2_params.pauth = 0")
        return False


class Moving(gdb.Breakpoint):
    """When Mavis moves, symbols and breakpoints do."""

    def __init__(self, elf):
        super().__init__("move_leave", internal=True)
        self.silent = True
        self.elf = elf

    def stop(self):
        load_symbols(self.elf, int(gdb.parse_and_eval("$x1")))
        return False


class Command(gdb.Command):
    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)


class Connect(Command):
    """mavis-connect SOCKET ELF: connects to QEMU's gdbstub, with symbols where QEMU has put the image."""
    name = "mavis-connect"

    def invoke(self, argument, from_tty):
        socket, elf = gdb.string_to_argv(argument)
        gdb.execute("set architecture aarch64", to_string=True)
        gdb.execute("set pagination off")
        gdb.execute("set max-value-size unlimited")
        gdb.execute(f"target remote {socket}", to_string=True)
        load_symbols(elf, loaded_at(elf))
        Unsigned()
        Moving(elf)


class Symbols(Command):
    """mavis-symbols ELF ADDRESS: symbols of an image that a loader has put at ADDRESS."""
    name = "mavis-symbols"

    def invoke(self, argument, from_tty):
        elf, address = gdb.string_to_argv(argument)
        load_symbols(elf, int(gdb.parse_and_eval(address)))


def flags(attr):
    return "".join(letter if attr[name] else "-" for letter, name in (("r", "read"), ("w", "write"), ("x", "exec")))


def enum(value):
    """An enumerator's own name."""
    return str(value)


class Region:
    """Of struct region: what the guest sees where, and by which stage 2 attributes."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        r = self.value
        ipa, pa, size = int(r["ipa"]["v"]), int(r["pa"]["v"]), int(r["size"])
        attr = r["attr"]
        text = f"{ipa:012x}-{ipa + size - 1:012x} {enum(r['type']):20} {flags(attr)} MemAttr {int(attr['memattr']):#06b}"
        text += f" SH {int(attr['sh'])} {r['name'].string()}"
        if pa != ipa:
            text += f", PA {pa:#x}"
        return text + (f" ({r['reason'].string()})" if r["reason"] else "")


class RegionTable:
    """Of struct region_table: its rows."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        table = self.value
        hidden = table["mte_hidden_by"].string()
        return f"{int(table['nr'])} regions, MTE {'offered' if table['mte'] else 'not offered'}" + \
            (f" (hidden by {hidden})" if hidden else "")

    def children(self):
        for i in range(int(self.value["nr"])):
            yield f"[{i}]", self.value["region"][i]


class Number:
    """Of pa_t, ipa_t, va_t: the number in it."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return f"{int(self.value['v']):#x}"


PRINTERS = {"region": Region, "region_table": RegionTable, "pa_t": Number, "ipa_t": Number, "va_t": Number}


def printer(value):
    kind = value.type.unqualified()
    found = PRINTERS.get(kind.name or "") or PRINTERS.get(kind.strip_typedefs().tag or "")
    return found(value) if found else None


class Regions(Command):
    """mavis-regions: the guest's region table, one row a region."""
    name = "mavis-regions"

    def invoke(self, argument, from_tty):
        table = gdb.parse_and_eval("guest_regions")
        if not int(gdb.parse_and_eval("guest.regions")):
            raise gdb.GdbError("There is no table yet: it is whole after guest_map().")
        shown = RegionTable(table)
        print(shown.to_string())
        for _, region in shown.children():
            print(f"  {Region(region).to_string()}")


class Log(Command):
    """mavis-log: what Mavis has said last, also without a UART and where the guest's config says quiet."""
    name = "mavis-log"

    def invoke(self, argument, from_tty):
        ring = gdb.parse_and_eval("mavis_log")
        head, size = int(ring["head"]), ring["text"].type.sizeof
        text = bytes(gdb.selected_inferior().read_memory(int(ring["text"].address), size))
        text = text[:head] if head <= size else text[head % size:] + text[:head % size]
        print(text.decode(errors="replace"))


for command in (Connect, Symbols, Regions, Log):
    command()
gdb.pretty_printers.append(printer)
