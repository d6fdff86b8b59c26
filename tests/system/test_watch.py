# SPDX-License-Identifier: Apache-2.0
"""Watched regions: the guest's driver goes on, and the records are what QEMU itself saw of the same accesses."""

import base64
import re
import struct

import pytest

import bundles
import machine
import observe

UART = 0x9000000
SIZE = 1 << 20
DEVICES = ["-object", f"memory-backend-ram,id=bar,size={SIZE},share=on", "-device", "ivshmem-plain,memdev=bar,addr=2",
           "-netdev", "user,id=net", "-device", "e1000e,netdev=net,romfile=,addr=3"]
BAR = "/sys/bus/pci/devices/0000:00:02.0"
# The BAR's memory is mapped write-combining: stage 1 takes what stage 2's Device memory does not.
WINDOW = f"{BAR}/resource2_wc"
# glibc 2.41 copies by FEAT_MOPS' instructions, which are let through: of the memcpy that has none the test is.
GUEST = """control;
    bootargs = "console=ttyAMA0 arm64.nomops";
    regions {
        gpu { pci = "1af4:1110"; bar = <2>; type = "mmio"; watch; unaligned = "emulate"; };
        uart { host-node = "/pl011@9000000"; type = "mmio"; };
        nic { pci = "8086:10d3"; bar = <0>; type = "mmio"; };
    };"""

CONFIG = """/dts-v1/;
/ { compatible = "mavis,config"; guest { %s }; };"""


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    return tmp_path_factory.mktemp("watch") / "events"


@pytest.fixture(scope="module")
def guest(start, events, tmp_path_factory):
    folder = tmp_path_factory.mktemp("watched")
    bundle = bundles.make(folder / "guest.cpio", bundles.config(folder / "config.dts", text=CONFIG % GUEST))
    trace = ["-D", events, "-trace", "memory_region_ops_read", "-trace", "memory_region_ops_write"]
    # Without SVE: its memcpy has instructions that are let through, and QEMU then has faults of stage 2's go to EL1.
    m = start("watch", cpu="max,sve=off,sme=off", smp=2, loaded=machine.mavis(bundle), args=[*DEVICES, *trace]).login()
    m.run(f"echo 1 >{BAR}/enable")
    yield m
    m.close()


def trace(guest, options=""):
    return observe.mavisctl(guest, f"trace {options}")


def qemu_saw(events, name):
    """(CPU, whether it is a write, address, value) of each access to a device of QEMU's; their sizes are the model's own."""
    line = re.compile(r"memory_region_ops_(read|write) cpu (\d+) mr \S+ addr (\S+) value (\S+) size \d+ name '(.*)'")
    return [(int(m[2]), m[1] == "write", int(m[3], 16), int(m[4], 16))
            for m in line.finditer(events.read_text()) if m[5] == name]


def of_cpu(accesses, cpu):
    return [a for a in accesses if a[0] == cpu]


def same(records, seen):
    """The records have all that QEMU saw of each CPU, from some access on, in its order."""
    ours = [(r["cpu"], r["write"], r["ipa"], r["value"]) for r in records]
    for cpu in (0, 1):
        mine, whole = of_cpu(ours, cpu), of_cpu(seen, cpu)
        assert any(whole[i:i + len(mine)] == mine for i in range(len(whole) - len(mine) + 1)), (mine, whole)
    return ours


def test_a_watched_uart_works_and_its_records_are_what_qemu_saw(guest, events):
    guest.run("mavisctl watch uart; mavisctl regions | grep -q 'watched' || exit; for i in 0 1; do "
              "taskset -p $((1 + i)) $$ >/dev/null; echo a longer line of text from CPU $i; sleep 0.2; done; "
              "mavisctl watch uart off")
    said = [r for r in trace(guest)["records"] if r["region"] == "uart"]
    ours = same(said, qemu_saw(events, "pl011"))
    assert len(ours) > 40 and {a[0] for a in ours} == {0, 1}
    assert any(r["where"].startswith("pl011_") for r in said)
    text = "".join(chr(v) for _, write, ipa, v in ours if write and ipa == UART)
    assert "from CPU 0\r\na longer line" in text


def test_a_network_card_works_while_its_registers_are_watched(guest, events):
    """Linux's own driver resets it, reads its EEPROM and its PHY, and has it send and receive, on both CPUs."""
    first = trace(guest, "--range 0")["next"]
    try:
        guest.run("mavisctl watch nic; ip link set eth0 up")
        assert "lease of 10.0.2.15 obtained" in guest.run("udhcpc -i eth0 -n -q -t 20 -s /bin/true")
        guest.run("ip addr add 10.0.2.15/24 dev eth0")
        for cpu in (0, 1):
            assert "2 packets received" in guest.run(f"taskset {1 + cpu} ping -c 2 10.0.2.2")
    finally:
        guest.run("mavisctl watch nic off; ip link set eth0 down")
    # On a slow machine the driver's statistics, each two seconds, may have pushed the first ones out.
    records = [r for r in trace(guest, f"--from {first}-{2 ** 62}")["records"] if r["region"] == "nic"]
    ours = same(records, qemu_saw(events, "e1000e-mmio"))
    assert len(ours) > 1000 and {a[0] for a in ours} == {0, 1}
    assert {a[1] for a in ours} == {False, True} and {r["size"] for r in records} == {4}
    assert any("e1000" in r["where"] for r in records)


def packets(data):
    """Of a capture file, as docs/control.md has it: each as `mavisctl --json trace` would say it."""
    header = struct.unpack_from("<IHHiIII", data)
    assert header[:5] == (0xa1b23c4d, 2, 4, 0, 0) and header[6] == 147
    at = 24
    while at < len(data):
        seconds, nanoseconds, kept, length = struct.unpack_from("<IIII", data, at)
        assert kept == length <= header[5] and nanoseconds < 10 ** 9
        seq, pc, ipa, value, _, cpu, size, flags = struct.unpack_from("<QQQQIHBB", data, at + 16)
        region, where, rest = data[at + 56:at + 16 + length].decode().split("\0")
        assert not rest and flags in (0, 1)
        yield {"seq": seq, "time": f"{seconds}.{nanoseconds:09}", "cpu": cpu, "pc": pc, "where": where, "write": bool(flags),
               "size": size, "ipa": ipa, "value": value, "region": region}
        at += 16 + length
    assert at == len(data)


def test_a_capture_file_has_what_the_trace_has(guest):
    """It is read as the documentation says, and not by the program's own code."""
    guest.run(f"accesses {WINDOW} copy")
    end = trace(guest, "--range 0")["next"]
    chosen = f"--from {end - 200}-{end - 1} --range 0-{2 ** 60}"
    said = observe.mavisctl(guest, f"trace {chosen} --pcap /tmp/both.pcap")["records"]
    assert re.match("200 records saved, 0 lost;", guest.run(f"mavisctl trace --pcap /tmp/t.pcap {chosen}"))
    guest.run("cmp /tmp/t.pcap /tmp/both.pcap")
    found = list(packets(base64.b64decode(guest.run("base64 /tmp/t.pcap"))))
    assert len(found) == len(said) == 200 and {r["write"] for r in said} == {False, True}
    for ours, theirs in zip(found, said):
        assert abs(float(ours.pop("time")) - theirs.pop("time")) < 2e-9
    assert found == said
    said = guest.run("mavisctl trace --pcap /none/t.pcap", check=False)
    assert said == ("mavisctl: /none/t.pcap: No such file or directory", 2)


def test_records_that_are_overtaken_while_it_prints_are_counted(guest):
    """What reads its output lets it wait until the ring has none of the rest any more."""
    if trace(guest, "--range 0")["next"] < 3000:
        guest.run(f"accesses {WINDOW} copy")
    end = trace(guest, "--range 0")["next"]
    said = guest.run(f"mavisctl trace --from {end - 3000}-{end - 1} | {{ accesses {WINDOW} copy >/dev/null; tail -n 1; }}")
    shown, lost = map(int, re.match(r"(\d+) records shown, (\d+) lost;", said).groups())
    assert shown + lost == 3000 and shown > 0 and lost > 0


def test_a_trace_is_from_a_number_on_or_between_two(guest):
    end = trace(guest, "--range 0")["next"]
    assert [r["seq"] for r in trace(guest, f"--from {end - 9}-{end - 6}")["records"]] == [*range(end - 9, end - 5)]
    assert [r["seq"] for r in trace(guest, f"--from {end - 3}")["records"]][:3] == [*range(end - 3, end)]


# Every place in 16 bytes by every length to 64; each form at its places.
@pytest.mark.parametrize("what, many", [("copy", 1024), ("forms", 309)])
def test_whatever_compilers_emit_gives_the_same_bytes(guest, what, many):
    before = counters(guest)
    assert guest.run(f"accesses {WINDOW} {what}") == f"accesses: {many} equal"
    after = counters(guest)
    assert after["let through"] == before["let through"]
    assert after["unaligned emulated"] > before["unaligned emulated"] + 100
    assert observe.mavisctl(guest, "stats")["unaligned"]


def counters(guest):
    return observe.mavisctl(guest, "stats")["counters"]


def test_what_only_the_cpu_can_do_is_let_through_and_said(guest):
    before = counters(guest)["let through"]
    assert guest.run(f"accesses {WINDOW} atomics").endswith("accesses: 100 equal")
    assert counters(guest)["let through"] > before
    assert re.search(r"in region gpu, which is watched: an? (exclusive|atomic instruction): let through", guest.console)
    # And the watch goes on.
    seq = trace(guest, "--range 0")["next"]
    guest.run(f"unaligned {WINDOW} 0")
    assert [r["size"] for r in trace(guest, f"--from {seq}-99999999")["records"] if r["region"] == "gpu"]


def test_unaligned_accesses_are_done_in_pieces_without_control(start, tmp_path):
    """What carries them out stays for them alone."""
    config = CONFIG % """bootargs = "console=ttyAMA0"; regions {
        gpu { pci = "1af4:1110"; bar = <2>; type = "mmio"; unaligned = "emulate"; }; };"""
    bundle = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "config.dts", text=config))
    m = start("emulate", cpu="cortex-a72", smp=2, loaded=machine.mavis(bundle), args=DEVICES[:4]).login()
    m.run(f"echo 1 >{BAR}/enable")
    assert "unaligned: works" in m.run(f"unaligned {WINDOW} 0")
