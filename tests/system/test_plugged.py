# SPDX-License-Identifier: Apache-2.0
"""Memory that the guest comes by after the boot: virtio-mem, which no memory node describes."""

import contextlib

import pytest

import bundles
import debugger
import machine

MIB = 1 << 20
# QEMU's virt has it at the next GiB behind its memory.
BASE, SIZE = 0x80000000, 0x20000000
REGION = f'regions {{ plugged {{ reg = <0x0 {BASE:#x} 0x0 {SIZE:#x}>; type = "ram"; expose = "none"; }}; }};'
CONFIG = """/dts-v1/;
/ {
    compatible = "mavis,config";
    guest { bootargs = "console=ttyAMA0 memhp_default_state=online"; %s };
};
"""


@pytest.fixture
def guest(start, request, tmp_path):
    """guest(config's regions) gives a machine of 1 GiB with a virtio-mem of 512 MiB, of which 256 are plugged in at once."""
    def run(regions, now=256 * MIB, more=()):
        config = bundles.config(tmp_path / "config.dts", text=CONFIG % regions)
        devices = ["-m", "1G,maxmem=2G", "-object", f"memory-backend-ram,id=more,size={SIZE}",
                   "-device", f"virtio-mem-pci,id=mem,memdev=more,requested-size={now}", *more]
        return start(request.node.name, cpu="cortex-a72", smp=2, loaded=machine.mavis(bundles.make(tmp_path / "b", config)),
                     args=devices)

    return run


def test_its_first_use_is_named_with_the_way_out(guest):
    """It comes when the guest's kernel says nothing any more that could be amid Mavis's line."""
    with contextlib.closing(debugger.Sockets()) as sockets:
        m = guest("", 0, sockets.args())
        with contextlib.closing(debugger.Monitor(sockets.qmp)) as monitor:
            monitor.ask("cont")
            m.login()
            monitor.ask("qom-set", path="/machine/peripheral/mem", property="requested-size", value=256 * MIB)
            m.expect(r"mavis: CPU \d at \S+: \S+ (of|to) 0x[89]\w{7}: no region: .* memory that .* needs one in the config")
            m.close()


def test_with_a_region_it_is_memory_like_the_rest(guest):
    m = guest(REGION).login()
    assert "Warning: " not in m.boot_log()
    total = "$(awk '/MemTotal/ { print $2 }' /proc/meminfo)"
    m.run(f"i=0; while [ {total} -lt 1150000 ] && [ $i -lt 60 ]; do sleep 1; i=$((i+1)); done")
    assert int(m.run(f"echo {total}")) > 1150000
    m.run("mount -t tmpfs -o size=1100m tmpfs /mnt && dd if=/dev/zero of=/mnt/x bs=1M count=1000 2>/dev/null")
    assert "1000+0 records in" in m.run("dd if=/mnt/x of=/dev/null bs=1M")
    assert "mavis: CPU" not in m.console
    m.close()
