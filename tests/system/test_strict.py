# SPDX-License-Identifier: Apache-2.0
"""`strict` stops where the machine differs from the architecture, and only there."""

import bundles
import machine


def boot(start, name, folder, guest, **options):
    bundle = bundles.make(folder / "bundle", bundles.config(folder / "config.dts", guest))
    return start(name, smp=2, loaded=machine.mavis(bundle), **options)


def test_a_difference_stops_the_boot(start, tmp_path):
    # QEMU's known one: docs/memory-attributes.md.
    m = boot(start, "differs", tmp_path, "strict;", cpu="max")
    m.expect(r"mavis: error: /guest: strict: the self-check found \d+ regions")
    assert "DIFFERS" in m.console
    assert "Booting Linux" not in m.console
    m.close()


def test_a_machine_without_a_difference_boots(start, tmp_path):
    m = boot(start, "same", tmp_path, "strict;", cpu="cortex-a72").login()
    assert "DIFFERS" not in m.boot_log()
    m.close()


def test_memory_that_the_guest_sees_elsewhere_is_warned_of(start, tmp_path):
    region = "regions { high { reg = <0x0 0x7c000000 0x0 0x4000000>; ipa = <0x1 0x0>; type = \"ram\"; }; };"
    m = boot(start, "elsewhere", tmp_path, region).login()
    assert "Warning: region high: DMA goes wrong there" in m.boot_log()
    assert "Warning: ITS at 0x8080000: region high gives the guest memory at another address" in m.boot_log()
    assert "100000000-103ffffff : System RAM" in m.run("cat /proc/iomem")
    m.close()
