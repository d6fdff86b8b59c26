# SPDX-License-Identifier: Apache-2.0
"""make debug: a debugger that knows where the image lies, finds its way back to main() and shows Mavis's own tables."""

import itertools
import os
import pathlib
import re
import shlex
import subprocess

import pexpect
import pytest

import bundles
import machine

# What a make that runs these tests would hand on.
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}


def command(pid_file, gdb_args="", bundle=machine.BUNDLE, cpu="max", qemu_args=""):
    build, bundle = (os.path.relpath(path, machine.TOP) for path in (machine.BUILD, bundle))
    return ["make", "-s", "-C", str(machine.TOP), "debug", f"O={build}", f"BUNDLE={bundle}", f"QEMU={machine.QEMU}",
            f"GDB_ARGS={gdb_args}", f"CPU={cpu}", f"QEMU_ARGS=-pidfile {pid_file} {qemu_args}"]


def gdb(tmp_path, *commands, **options):
    """What gdb says to the commands. Then it ends, and QEMU with it."""
    pid_file = tmp_path / "pid"
    args = shlex.join(["-batch", *(word for c in commands for word in ("-ex", c))])
    done = subprocess.run(command(pid_file, args, **options), env=ENVIRONMENT, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not pathlib.Path("/proc", pid_file.read_text().strip()).exists()
    return done.stdout


def functions(said):
    """Of a backtrace, innermost first, less what a compiler may have split and put into its caller."""
    found = re.findall(r"(?m)^#\d+ +(?:0x[0-9a-f]+ (?:\[PAC\] )?in )?(\w+) \(", said)
    return [f for f in found if f not in ("make_stage2", "add_memory")]


def test_a_breakpoint_in_stage2_map_shows_the_way_from_main(tmp_path):
    said = gdb(tmp_path, "break stage2_map", "continue", "backtrace", "print pa", "info args")
    assert "hit Breakpoint 1, stage2_map" in said
    assert functions(said) == ["stage2_map", "guest_map", "main"]
    assert re.search(r"(?m)^\$1 = 0x[0-9a-f]+$", said), "an address is printed as a number"


def test_a_backtrace_ends_at_the_first_instructions(tmp_path):
    said = gdb(tmp_path, "set backtrace past-main on", "break el2_build", "continue", "backtrace", "delete", "break region_add",
               "continue", "backtrace", "delete", "break trap_from_guest", "continue", "backtrace")
    assert "corrupt stack" not in said
    assert functions(said) == ["el2_build", "primary", "region_add", "add_host", "memory_map_finish",
                               "main", "primary", "trap_from_guest", "guest_exit"]


def test_the_region_table_and_the_log_are_shown(tmp_path):
    said = gdb(tmp_path, "break guest_start", "continue", "mavis-regions", "print guest_regions.region[0]", "mavis-log")
    table, log = re.split(r"\nMavis \d", said)
    rows = re.findall(r"(?m)^  ([0-9a-f]{12})-[0-9a-f]{12} (REGION_\w+) +([rwx-]{3}) MemAttr (0b\d{4}) SH \d (\S+)", table)
    printed = re.findall(r"(?m)^  ([0-9a-f]{12})-[0-9a-f]{12} .* (0b\d{4}) .* (?:ok|DIFFERS) +(\S+)", log)
    assert len(rows) > 10 and [(r[0], r[3], r[4]) for r in rows] == printed
    assert re.search(rf"(?m)^\$1 = {rows[0][0]}-", table)
    console = (machine.BUILD / "debug.log").read_text(errors="replace").replace("\r", "")
    assert log.strip() and log.split("Guest: ")[1].split("\n")[0] in console


def canary(folder, cpu, seed):
    """The stack protector's value in a machine whose counter is the same in each run; RNDR follows the seed."""
    folder.mkdir()
    said = gdb(folder, "break main", "continue", "print/x __stack_chk_guard", cpu=cpu,
               qemu_args=f"-icount shift=0,sleep=off -seed {seed}")
    return int(re.search(r"(?m)^\$1 = 0x([0-9a-f]+)$", said)[1], 16)


@pytest.mark.parametrize("cpu, random", [("max", True), ("cortex-a72", False)])
def test_the_canary_is_random_where_the_cpu_has_random_numbers(tmp_path, cpu, random):
    first, again, other = (canary(tmp_path / str(i), cpu, seed) for i, seed in enumerate([1, 1, 2]))
    assert first == again != 0 and first & 0xff == 0
    assert (first != other) == random


def life_of_a_region():
    """The functions of the table in docs/internals.md: those that read the config, and those after them."""
    page = (machine.TOP / "docs/internals.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([\w/]+)/[\w.]+` \| `(\w+)\(\)` \|",
                      page.split("## The life of a region")[1].split("\n## ")[0])
    read = list(itertools.takewhile(lambda row: row[0] == "boot/config", rows))
    return [function for _, function in read], [function for _, function in rows[len(read):]]


def test_a_region_goes_the_way_that_the_docs_tell(tmp_path):
    """Each function is first called after the one before it in the table; in between Mavis moves, and maps itself anew."""
    region = 'regions { scratch { reg = <0 0x7c000000 0 0x100000>; type = "ram"; expose = "reserved"; }; };'
    bundle = bundles.make(tmp_path / "bundle", bundles.config(tmp_path / "config.dts", region))
    commands = []
    for first, *rest in life_of_a_region():
        commands += [f"tbreak {first}", "continue", *(f"tbreak {f}" for f in rest), *["continue"] * len(rest)]
    said = gdb(tmp_path, *commands, bundle=bundle)
    read, then = life_of_a_region()
    assert re.findall(r"hit Temporary breakpoint \d+, (\w+)", said) == read + then


def test_breakpoints_are_where_mavis_has_moved(tmp_path):
    said = gdb(tmp_path, "break host_read", "continue", "print &__image_start", "break trap_from_guest", "continue",
               "print &__image_start", "print image_place.from", "info breakpoints")
    before, after = (int(at, 16) for at in re.findall(r"\) (0x[0-9a-f]+) ", said))
    assert before != after and re.search(rf"= {before:#x}$|= {before}$", said, re.M)
    assert all(int(at, 16) > after for at in re.findall(r"breakpoint +keep y +(0x[0-9a-f]+)", said))


@pytest.fixture
def terminal(tmp_path):
    child = pexpect.spawn(command(tmp_path / "pid")[0], command(tmp_path / "pid")[1:], env=ENVIRONMENT, timeout=120,
                          encoding="utf-8", dimensions=(24, 200))
    yield child
    child.close(force=True)


def interrupt(terminal):
    """gdb says that it goes on before it listens for the key, and then asks who presses it twice whether to give up."""
    stopped, asks = r"received signal SIGINT.*\(gdb\) ", r"\(y or n\)"
    for _ in range(12):
        terminal.sendintr()
        found = terminal.expect([stopped, asks, pexpect.TIMEOUT], timeout=10)
        if found == 1:
            terminal.sendline("n")
            found = terminal.expect([stopped, pexpect.TIMEOUT])
        if found == 0:
            return
    pytest.fail("no answer to Ctrl-C")


def test_on_a_terminal_ctrl_c_stops_the_guest_and_quit_ends_qemu(terminal, tmp_path):
    terminal.expect(r"\(gdb\) ")
    qemu = pathlib.Path("/proc", (tmp_path / "pid").read_text().strip())
    assert qemu.exists()
    terminal.sendline("break guest_enter")
    terminal.expect(r"Breakpoint 1 at .*\(gdb\) ")
    terminal.sendline("continue")
    terminal.expect(r"hit Breakpoint 1, .*\(gdb\) ")
    terminal.sendline("delete")
    terminal.expect("(y or n)")
    terminal.sendline("y")
    terminal.expect(r"\(gdb\) ")
    terminal.sendline("continue")
    terminal.expect("Continuing")
    interrupt(terminal)
    terminal.sendline("kill")
    terminal.expect("(y or n)")
    terminal.sendline("y")
    terminal.expect(r"\(gdb\) ")
    terminal.sendline("quit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert not qemu.exists()
