# SPDX-License-Identifier: Apache-2.0
"""Devices work in the guest as natively: disk, network and random numbers over PCI, and a disk on virtio-mmio."""

import hashlib
import http.server
import os
import threading

import pytest

import machine

MIB = 1 << 20
DISK_SIZE = 96 * MIB


def disk(path):
    with open(path, "wb") as f:
        f.truncate(DISK_SIZE)
    return path


@pytest.fixture(scope="module", params=[3, 2], ids=["gicv3", "gicv2"])
def guest(start, request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disks")
    args = ["-global", "virtio-mmio.force-legacy=false",
            "-drive", f"if=none,format=raw,id=pci,file={disk(folder / 'pci')}",
            "-device", "virtio-blk-pci,drive=pci",
            "-drive", f"if=none,format=raw,id=mmio,file={disk(folder / 'mmio')}",
            "-device", "virtio-blk-device,drive=mmio",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
            "-device", "virtio-rng-pci"]
    m = start(f"gicv{request.param}", gic=request.param, smp=2, loaded=machine.mavis(), args=args)
    yield m.login()
    m.close()


@pytest.mark.parametrize("mib", [16, pytest.param(64, marks=pytest.mark.all)])
@pytest.mark.parametrize("bus", ["pci", "virtio_mmio"])
def test_what_is_on_a_virtio_disk_survives(guest, bus, mib):
    block = guest.run(f"for d in /sys/block/vd*; do readlink -f $d | grep -q {bus} && basename $d; done; true")
    assert block.startswith("vd") and "\n" not in block
    guest.run(f"mke2fs -q /dev/{block} && mount -t ext4 /dev/{block} /mnt")
    guest.run(f"dd if=/dev/urandom of=/mnt/data bs=1M count={mib}")
    written = guest.run("md5sum </mnt/data")
    guest.run(f"umount /mnt && echo 3 >/proc/sys/vm/drop_caches && mount -t ext4 /dev/{block} /mnt")
    assert guest.run("stat -c %s /mnt/data") == str(mib * MIB)
    assert guest.run("md5sum </mnt/data") == written
    guest.run("umount /mnt")


def test_a_file_comes_over_virtio_net(guest):
    content = os.urandom(4 * MIB)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        guest.run("ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up")
        fetched = guest.run(f"wget -q -O - http://10.0.2.2:{server.server_port}/file | md5sum")
        server.shutdown()
    assert fetched.split()[0] == hashlib.md5(content).hexdigest()


def test_virtio_rng_gives_random_numbers(guest):
    assert guest.run("cat /sys/class/misc/hw_random/rng_current").startswith("virtio_rng")
    numbers = [guest.run("dd if=/dev/hwrng bs=32 count=1 2>/dev/null | md5sum") for _ in range(2)]
    assert numbers[0] != numbers[1]
    assert guest.run("dd if=/dev/hwrng bs=32 count=1 2>/dev/null | wc -c") == "32"
