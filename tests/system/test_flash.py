# SPDX-License-Identifier: Apache-2.0
"""Flash, in which the next loader may be, is as it was when the guest is done, unless the config says that it may write."""

import pytest

import bundles
import machine

SIZE = 64 << 20
# The second of virt's two banks; the first is firmware's. Two chips of 16 bits side by side: each command twice.
FLASH = 0x04000000
PROGRAM, READ_ARRAY = 0x00400040, 0x00ff00ff
OLD, NEW = 0x5afe5afe, 0x0bad0bad

WRITABLE = 'regions { flash { host-node = "/flash@0"; type = "mmio"; }; };'


@pytest.fixture(scope="module", params=["", WRITABLE], ids=["by default", "with a region"])
def flash(request, start, tmp_path_factory):
    """(the guest, the file behind the flash, whether the guest may write to it)"""
    folder = tmp_path_factory.mktemp("flash")
    config = bundles.config(folder / "config.dts", request.param)
    file = folder / "flash"
    with open(file, "wb") as f:
        f.write(OLD.to_bytes(4, "little"))
        f.truncate(SIZE)
    m = start("flash" + request.param[:7], smp=2, loaded=machine.mavis(bundles.make(folder / "b", config)),
              args=["-drive", f"if=pflash,index=1,format=raw,file={file}"])
    yield m.login(), file, bool(request.param)
    m.close()


def test_the_guest_reads_it(flash):
    assert int(flash[0].run(f"devmem {FLASH:#x} 32"), 16) == OLD


def test_it_is_programmed_only_where_the_config_says_so(flash):
    guest, file, writable = flash
    for value in (PROGRAM, NEW, READ_ARRAY):
        output, status = guest.run(f"devmem {FLASH:#x} 32 {value:#x}", check=False)
        assert (status == 0) == writable, output
        if not writable:
            assert f"write to {FLASH:#x}: not permitted in this region" in output
    now = NEW if writable else OLD
    assert int(guest.run(f"devmem {FLASH:#x} 32"), 16) == now
    assert file.read_bytes()[:4] == now.to_bytes(4, "little")


def test_the_guests_driver_is_told(flash):
    guest, _, writable = flash
    assert guest.run("tr '\\0' ' ' </proc/device-tree/flash@0/compatible").split() == ["cfi-flash" if writable else "mtd-rom"]
    assert ("Read-only: flash@0 (" in guest.boot_log()) != writable
