# SPDX-License-Identifier: Apache-2.0
"""What the guest reaches outside its table: an external abort, a line for the reader, and everything goes on."""

import re

import pytest

import bundles
import machine

# Between virtio-mmio's and the platform bus's registers on QEMU's virt: nothing that the device tree describes.
NOTHING = 0x0b000000
# Mavis's lines per burst, and one per second after that.
BURST = 10


@pytest.fixture(scope="module")
def guest(start):
    return start("mavis", smp=2, loaded=machine.mavis()).login()


def refused(guest, address, write=False):
    """Accesses an address in the guest, which must get a bus error; gives what Mavis said."""
    output, status = guest.run(f"devmem {address:#x} 32 {'0x1' if write else ''}", check=False)
    assert status == 128 + 7, f"not SIGBUS but status {status}: {output}"
    return output


def test_a_read_of_nothing_is_a_bus_error_and_a_line_that_names_it(guest):
    assert re.search(rf"mavis: CPU \d at 0x[0-9a-f]+: read of {NOTHING:#x}: .*external abort", refused(guest, NOTHING))


def test_a_write_to_nothing_too(guest):
    assert re.search(rf"write to {NOTHING:#x}: .*external abort", refused(guest, NOTHING, write=True))


@pytest.mark.parametrize("write", [False, True], ids=["read", "write"])
def test_mavis_itself_is_out_of_reach(guest, write):
    size, base = re.search(r"Mavis keeps (\d+) KiB at (0x[0-9a-f]+)", guest.boot_log()).groups()
    base, end = int(base, 16), int(base, 16) + (int(size) << 10)
    # devmem maps the page behind as well for an address near the end of a page.
    for address in (base, (base + end) // 2 & ~0xfff, end - 0x1000):
        assert f"{address:#x}" in refused(guest, address, write)


def uptime(guest):
    return float(guest.run("cut -d' ' -f1 /proc/uptime"))


def test_a_storm_of_bad_accesses_does_not_flood_the_console(guest):
    begin = uptime(guest)
    output = guest.run(f"for i in $(seq 60); do devmem {NOTHING:#x} 32; done; true")
    assert output.count("Bus error") == 60
    # The first of the seconds may have begun before.
    assert output.count("mavis: ") <= BURST + uptime(guest) - begin + 1


def test_the_guest_lives_on(guest):
    assert guest.run("nproc") == "2"
    assert int(re.search(r"pmu: (\d+) cycles", guest.run("pmu"))[1]) > 0


def test_a_quiet_mavis_leaves_the_console_to_the_guest(start, tmp_path):
    bundle = bundles.make(tmp_path / "guest.cpio", bundles.config(tmp_path / "config.dts", "quiet;"))
    guest = start("quiet", smp=2, loaded=machine.mavis(bundle)).login()
    assert "avis" not in guest.boot_log().split("Linux version")[0].split("\n", 1)[1]
    assert "mavis:" not in refused(guest, NOTHING)
