# SPDX-License-Identifier: Apache-2.0
"""Memory tagging: the guest has it where every tag is stored, and does not know of it where one would be lost."""

import re

import pytest

import bundles
import machine

RAM = "scratch { reg = <0x0 0x7c000000 0x0 0x4000000>; type = \"ram\"; %s };"
WINDOW = "window { reg = <0x80 0x0 0x0 0x200000>; type = \"device-memory\"; %s };"


@pytest.fixture(scope="module")
def boot(start, tmp_path_factory):
    def booted(name, guest, **options):
        folder = tmp_path_factory.mktemp(name)
        bundle = bundles.make(folder / "bundle", bundles.config(folder / "config.dts", guest))
        return start(name, smp=2, loaded=machine.mavis(bundle), **options)
    return booted


def regions(*nodes):
    return f"mte; regions {{ {' '.join(nodes)} }};"


def cpu_features(m):
    return set(re.search(r"(?m)^Features\s*: (.*)$", m.run("cat /proc/cpuinfo"))[1].split())


def test_a_tag_mismatch_is_found_where_every_region_is_tagged(boot):
    m = boot("tagged", regions(RAM % "probe-tags;", WINDOW % "tags; probe-tags;")).login()
    assert m.run("mte") == "mte: SIGSEGV SEGV_MTESERR"
    assert "mte" in cpu_features(m)
    log = m.boot_log()
    assert "\nMTE: offered\n" in log
    assert "\nTags in region scratch: tags stored\n" in log
    assert "\nTags in region window: no tag storage, but its descriptor says tags\n" in log
    m.close()


def test_memory_without_tags_hides_mte(boot):
    m = boot("hidden", regions(RAM % "no-tags; probe-tags;")).login()
    assert m.run("mte") == "mte: absent"
    assert "mte" not in cpu_features(m)
    log = m.boot_log()
    assert "\nMTE: hidden from the guest by region scratch, which has no tags: " in log
    assert "scratch: no tags: MTE is hidden from the guest\n" in log
    assert "\nTags in region scratch: tags stored, but its descriptor says no-tags\n" in log
    m.close()


def test_reserved_memory_that_gives_up_its_cache_keeps_mte(boot):
    m = boot("reserved", regions(RAM % "no-tags; expose = \"reserved\"; untagged = \"non-cacheable\";")).login()
    assert m.run("mte") == "mte: SIGSEGV SEGV_MTESERR"
    log = m.boot_log()
    assert "\nMTE: offered\n" in log
    row = re.search(r"(?m)^ *00007c000000-00007fffffff .*$", log)[0]
    if " MTE_PERM " in log:                             # nothing to give up: QEMU 11.1
        assert " 0b1111 " in row and row.endswith("scratch: no tags: NoTagAccess")
    else:
        assert " 0b0101 " in row and row.endswith("scratch: no tags: untagged = non-cacheable")
    m.close()


def test_a_guest_that_does_not_ask_for_mte_does_not_get_it(boot):
    m = boot("not-asked", "").login()
    assert m.run("mte") == "mte: absent"
    assert "MTE:" not in m.boot_log()
    m.close()


def test_a_cpu_without_mte_says_so(boot):
    m = boot("no-mte", regions(RAM % "probe-tags;"), cpu="cortex-a72").login()
    assert m.run("mte") == "mte: absent"
    log = m.boot_log()
    assert "\nMTE: the CPU has none\n" in log
    assert "\nTags in region scratch: not probed, the CPU has no FEAT_MTE2\n" in log
    m.close()
