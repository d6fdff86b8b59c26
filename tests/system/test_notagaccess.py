# SPDX-License-Identifier: Apache-2.0
"""A guest that reaches for tags: they are stored, are no tags at all, or (NoTagAccess) the access to them faults.

Linux maps no memory Tagged but its own, so the guest is tests/guests/notag.S.
"""

import re
import subprocess

import pytest

import bundles
import machine

# The first QEMU with FEAT_MTE_PERM.
NEEDED = (11, 1)
REGION = 'mte; regions { scratch { reg = <0x0 0x7c000000 0x0 0x4000000>; type = "%s"; expose = "reserved"; %s }; };'


def qemu_version():
    said = subprocess.run([machine.QEMU, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.search(r"version (\d+)\.(\d+)", said).groups()))


@pytest.fixture
def mte_perm():
    version = qemu_version()
    if version < NEEDED:
        pytest.skip("%s is version %d.%d, which has no FEAT_MTE_PERM: give QEMU 11.1 or later with QEMU=" %
                    (machine.QEMU, *version))


def make_bundle(folder, kind, more, **options):
    return bundles.make(folder / "bundle", bundles.config(folder / "config.dts", REGION % (kind, more)), **options)


def run(start, folder, kind, more, tag=5):
    """What the boot and then the program said, once it has turned the machine off; `tag` is what its own memory kept."""
    bundle = make_bundle(folder, kind, more, kernel=machine.BUILD / "test/notag.bin", ramdisk=None, load=0x44000000)
    said = start(f"{kind}-{more}", smp=1, loaded=machine.mavis(bundle)).expect_end()
    assert said.endswith("notag: done\n")
    assert f"notag: memory: data kept, tag {tag}\n" in said
    return said


def row(said):
    return re.search(r"(?m)^ *00007c000000-00007fffffff .*$", said)[0]


def test_tags_are_stored_where_the_region_has_them(start, tmp_path):
    said = run(start, tmp_path, "ram", "tags;")
    assert "notag: region: data kept, tag 5\n" in said


@pytest.mark.parametrize("kind, more", [("prefetchable", ""), ("raw", "memattr = <5>; no-tags;")])
def test_memory_that_is_not_cached_has_no_tags(start, tmp_path, kind, more):
    said = run(start, tmp_path, kind, more)
    assert "0b0101 Normal-NC        00 44 44  ok" in row(said)
    assert "notag: region: data kept, tag 0\n" in said


def test_a_guest_that_is_trusted_is_not_kept_from_tags(start, tmp_path):
    said = run(start, tmp_path, "raw", 'memattr = <6>; no-tags; untagged = "trusted";')
    assert "\nMTE: offered\n" in said
    assert row(said).endswith("scratch: no tags: the guest is trusted not to map it Tagged")
    assert "notag: region: data kept, tag 5\n" in said     # QEMU's memory has tags


def test_tags_are_nowhere_where_mte_is_hidden(start, tmp_path):
    said = run(start, tmp_path, "raw", "memattr = <6>; no-tags;", tag=0)
    assert "\nMTE: hidden from the guest by region scratch, which has no tags: " in said
    assert "notag: region: data kept, tag 0\n" in said


@pytest.mark.parametrize("kind, stage2", [("ram", "0b1111 as stage 1 NoTagAccess"),
                                          ("device-memory", "0b1110 force Normal-WB NoTagAccess")])
def test_a_tag_access_faults_where_nothing_stores_tags(start, tmp_path, mte_perm, kind, stage2):
    said = run(start, tmp_path, kind, "no-tags;")
    assert "\nMTE: offered\n" in said
    assert stage2 in row(said)
    assert re.search(r" \w\w ff e0 ", row(said)), "PAR_EL1 says Tagged NoTagAccess under DC+DCT"
    assert row(said).endswith("scratch: no tags: NoTagAccess")
    # The store of the data went well. Of the tag's, EL1 is told: a data abort, external, of a write.
    assert re.search(r"notag: region: data kept, mavis: CPU 0 at 0x44\w+: write to .*; external abort\n"
                     r"fault, ESR_EL1 96000050\n", said)


def test_linux_keeps_mte_beside_such_memory(start, tmp_path, mte_perm):
    bundle = make_bundle(tmp_path, "ram", "no-tags;")
    m = start("linux", smp=2, loaded=machine.mavis(bundle)).login()
    assert row(m.boot_log()).endswith(" 00 ff e0  ok        scratch: no tags: NoTagAccess")
    assert m.run("mte") == "mte: SIGSEGV SEGV_MTESERR"
    m.run("devmem 0x7c000000 64 0x1122334455667788")
    assert m.run("devmem 0x7c000000 64") == "0x1122334455667788"
    m.close()
