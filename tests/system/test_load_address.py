# SPDX-License-Identifier: Apache-2.0
"""Mavis, the device tree and the bundle may lie anywhere in memory, in any order, and touch.

QEMU would put them where U-Boot does. So a few instructions play the loader here: an ELF file for -kernel that sets x0 and
jumps, beside files that QEMU puts where it is told.
"""

import random
import re
import struct
import subprocess

import libfdt
import pytest

import bundles
import machine

BASE = 0x40000000
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
PAGE = 4 * KIB

SEED = 20240611
BOOTS = 50
LINUX_BOOTS = (7, 23, 41)           # of the random ones
KERNEL_SIZE = 48 * MIB              # image_size: what the small guest claims, and Debian's kernel about needs
CONFIG = 'verify; regions { watched { host-node = "/pl031@9010000"; type = "mmio"; }; };'


# --- What is put into memory ----------------------------------------------------------------------

def adding_up_to_0(data):
    """The data with a word at the end, so that its 32-bit words add up to 0."""
    data += bytes(-len(data) % 4)
    return data + struct.pack("<I", -sum(struct.unpack(f"<{len(data) // 4}I", data)) & 0xffffffff)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """Of tests/guests/placed.S."""
    folder = tmp_path_factory.mktemp("bundle")
    noise = random.Random(SEED).randbytes(128 * KIB)
    image = bytearray((machine.BUILD / "test/placed.bin").read_bytes() + noise)
    struct.pack_into("<Q", image, 16, KERNEL_SIZE)
    struct.pack_into("<Q", image, 64, len(image) + -len(image) % 4 + 4)
    (folder / "kernel").write_bytes(adding_up_to_0(bytes(image)))
    (folder / "ramdisk").write_bytes(adding_up_to_0(noise[::-1]))
    return bundles.make(folder / "bundle", bundles.config(folder / "config.dts", CONFIG), folder / "kernel",
                        folder / "ramdisk")


@pytest.fixture(scope="module")
def host_tree(tmp_path_factory):
    """host_tree(mem, smp) gives the machine's tree, as QEMU describes it."""
    found = {}

    def tree(mem, smp):
        if (mem, smp) not in found:
            path = tmp_path_factory.mktemp("tree") / "virt.dtb"
            subprocess.run([machine.QEMU, "-nodefaults", "-display", "none", "-cpu", "max", "-m", str(mem >> 20), "-smp",
                            str(smp), "-M", f"virt,virtualization=on,gic-version=3,mte=on,dumpdtb={path}"],
                           check=True, timeout=machine.patience(30), capture_output=True)
            found[mem, smp] = path.read_bytes()
        return found[mem, smp]

    return tree


def with_initrd(tree, start, end):
    """The tree as a loader leaves it, packed."""
    fdt = libfdt.Fdt(tree)
    fdt.resize(len(tree) + 256)
    chosen = fdt.path_offset("/chosen")
    fdt.setprop_u64(chosen, "linux,initrd-start", start)
    fdt.setprop_u64(chosen, "linux,initrd-end", end)
    fdt.pack()
    return bytes(fdt.as_bytearray())


def claimed():
    """What Mavis says in its header that it needs: the file, and memory behind it."""
    return struct.unpack_from("<Q", machine.IMAGE.read_bytes(), 16)[0]


def loader(at, tree_at, image_at):
    """An ELF file with one segment, code at this address: x0 = the tree, x1 to x3 = 0, branch to Mavis."""
    code = struct.pack("<IIIIIIQQ", 0x580000c0, 0x580000e4, 0xd2800001, 0xd2800002, 0xd2800003, 0xd61f0080, tree_at, image_at)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, at, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    return head + struct.pack("<IIQQQQQQ", 1, 5, 120, at, at, len(code), len(code), 4) + code


class Places:
    """Where the three are; none may touch what another one needs."""

    def __init__(self, mem, sizes):
        self.end = BASE + mem
        self.sizes = sizes
        self.at = {}

    def free(self, what, at):
        size = self.sizes[what]
        return BASE <= at and at + size <= self.end and all(
            at + size <= there or there + self.sizes[other] <= at for other, there in self.at.items())

    def put(self, what, at):
        assert self.free(what, at), f"{what} at {at:#x}: the test has it wrong: {self}"
        self.at[what] = at
        return self

    def put_at_random(self, rng, what, align):
        """Anywhere, or (as often) as near to another as it goes."""
        size = self.sizes[what]
        while what not in self.at:
            at = rng.randrange(BASE, self.end, align)
            if self.at and rng.random() < 0.5:
                other = rng.choice(sorted(self.at))
                after = self.at[other] + self.sizes[other]
                at = rng.choice([after + -after % align, (self.at[other] - size) // align * align])
            if self.free(what, at):
                self.at[what] = at

    def for_loader(self):
        """A page that no file is put into, low enough that QEMU finds no room for a tree of its own below it."""
        files = dict(self.sizes, mavis=machine.IMAGE.stat().st_size)
        for at in range(BASE + PAGE, BASE + MIB, PAGE):
            if all(at + PAGE <= there or there + files[what] <= at for what, there in self.at.items()):
                return at
        raise AssertionError(f"no room for the loader: {self}")

    def __str__(self):
        return ", ".join(f"{what} {at:#x}-{at + self.sizes[what] - 1:#x}" for what, at in sorted(self.at.items()))


@pytest.fixture
def boots(start, tmp_path, host_tree, bundle):
    """boots(name, place) has Mavis started with all where place(Places) puts it; gives the machine and what it says.

    The machine has `really` memory, if that is not what its tree says.
    """
    def boot(name, place, mem=GIB, smp=1, bundle=bundle, really=None):
        tree = host_tree(mem, smp)
        data = bundle.read_bytes()
        # Addresses do not change the tree's size.
        places = Places(mem, {"mavis": claimed(), "tree": len(with_initrd(tree, BASE, BASE)), "bundle": len(data)})
        place(places)
        at = places.at
        elf = tmp_path / "loader.elf"
        elf.write_bytes(loader(places.for_loader(), at["tree"], at["mavis"]))
        tree_file = tmp_path / "tree.dtb"
        tree_file.write_bytes(with_initrd(tree, at["bundle"], at["bundle"] + len(data)))
        files = {"mavis": machine.IMAGE, "tree": tree_file, "bundle": bundle}
        loaded = ["-kernel", elf]
        for what, path in files.items():
            loaded += ["-device", f"loader,file={path},addr={at[what]:#x},force-raw=on"]
        return start(name, smp=smp, mem=f"{(really or mem) >> 20}M", loaded=loaded), places

    return boot


@pytest.fixture
def boots_well(boots):
    """boots_well(name, place): the guest finds all of itself, at a place that it can use. Gives Mavis's line on where."""
    def check(name, place, mem=GIB):
        m, places = boots(name, place, mem)
        try:
            said = m.expect_end(60)
            assert "placed: all is well" in said, said
            # The table is printed when the guest is in its place: the names in it are not overwritten.
            assert re.search(r"(?m)^ *000009010000-000009010fff .*watched", said), said
            assert "Bundle: checksums verified" in said and "unexpected" not in said
            return re.search(r"(?m)^Guest: .*$", said)[0]
        except AssertionError as e:
            raise AssertionError(f"seed {SEED}: {places}\n{e}") from None

    return check


# --- Anywhere -------------------------------------------------------------------------------------

def anywhere(rng):
    def place(places):
        order = [("mavis", PAGE), ("tree", 8), ("bundle", 4)]
        rng.shuffle(order)
        for what, align in order:
            places.put_at_random(rng, what, align)

    return place


@pytest.mark.parametrize("n", [n for n in range(BOOTS) if n not in LINUX_BOOTS])
def test_mavis_boots_wherever_it_is_loaded(boots_well, n):
    rng = random.Random(f"{SEED} {n}")
    boots_well(f"random-{n}", anywhere(rng), rng.choice([192 * MIB, 256 * MIB, GIB, GIB, 6 * GIB]))


@pytest.mark.parametrize("n", LINUX_BOOTS)
def test_linux_boots_wherever_mavis_is_loaded(boots, n):
    rng = random.Random(f"{SEED} {n}")
    m, places = boots(f"linux-{n}", anywhere(rng), rng.choice([GIB, 6 * GIB]), smp=2, bundle=machine.BUNDLE)
    try:
        m.login()
        assert m.run("cat /sys/devices/system/cpu/online") == "0-1"
    except AssertionError as e:
        raise AssertionError(f"seed {SEED}: {places}\n{e}") from None
    finally:
        m.close()


# --- Where it is tight ----------------------------------------------------------------------------

HIGH = 4 * GIB


def at(**given):
    """Places what is named, in this order: an address, or a function of the places that gives one."""
    def place(places):
        for what, where in given.items():
            places.put(what, where(places) if callable(where) else where)

    return place


def tree_below(other):
    return lambda p: (p.at[other] - p.sizes["tree"]) // 8 * 8


def above(other, align=PAGE):
    return lambda p: p.at[other] + p.sizes[other] + -(p.at[other] + p.sizes[other]) % align


def last(what, align=PAGE):
    return lambda p: (p.end - p.sizes[what]) // align * align


TIGHT = {
    "mavis first": (at(mavis=BASE, tree=BASE + 64 * MIB, bundle=BASE + 80 * MIB), GIB),
    "mavis last": (at(mavis=last("mavis"), tree=BASE + 64 * MIB, bundle=BASE + 80 * MIB), GIB),
    "mavis last, above 4 GiB": (at(mavis=last("mavis"), tree=BASE, bundle=BASE + 80 * MIB), 6 * GIB),
    "all above 4 GiB": (at(mavis=HIGH + PAGE, tree=last("tree", 8), bundle=HIGH + GIB + 4), 6 * GIB),
    "mavis between tree and bundle": (
        at(mavis=BASE + 32 * MIB + PAGE, tree=tree_below("mavis"), bundle=above("mavis", 4)), GIB),
    "mavis between bundle and tree": (at(bundle=BASE + 32 * MIB + 4, mavis=above("bundle"), tree=above("mavis", 8)), GIB),
    "mavis, then tree, then bundle, to the last byte": (
        at(bundle=last("bundle", 4), tree=tree_below("bundle"),
           mavis=lambda p: (p.at["tree"] - p.sizes["mavis"]) // PAGE * PAGE), GIB),
    # A bundle at no multiple of 2 MiB: the kernel must move to one, and to the lowest where it has room.
    "mavis in the kernel's place": (at(mavis=BASE, tree=BASE + 64 * MIB, bundle=BASE + 512 * MIB + 4), GIB),
    "tree in the kernel's place": (at(tree=BASE, mavis=BASE + 256 * MIB, bundle=BASE + 512 * MIB + 4), GIB),
    "bundle in the kernel's place": (at(bundle=BASE + 2 * PAGE + 4, mavis=BASE + 8 * MIB, tree=BASE + 256 * MIB), GIB),
    # With 128 MiB, Mavis can leave one hole that takes the kernel; what else lies in it is in the way.
    "the tree in the only hole": (at(mavis=BASE + 40 * MIB, tree=BASE + 84 * MIB, bundle=BASE + 124 * MIB + 4), 128 * MIB),
    "the kernel's own bytes in the only hole": (
        at(mavis=BASE + 40 * MIB, tree=BASE, bundle=BASE + 78 * MIB + 4), 128 * MIB),
}


@pytest.mark.parametrize("name", TIGHT)
def test_mavis_boots_where_it_is_tight(boots_well, name):
    place, mem = TIGHT[name]
    boots_well(f"tight-{name}", place, mem)


def test_a_kernel_in_its_place_stays_there(boots_well):
    """The bundle's kernel is at a multiple of 2 MiB in it: with the bundle at one, nothing needs to move."""
    line = boots_well("stays", at(bundle=BASE + 128 * MIB, mavis=BASE + 8 * MIB, tree=BASE + 16 * MIB))
    assert "moved" not in line


def test_a_kernel_keeps_its_place_when_mavis_lies_in_it(boots_well):
    """Beside its bytes, but in the 48 MiB that its header asks for: it is Mavis that moves."""
    line = boots_well("moves", at(bundle=BASE + 128 * MIB, mavis=BASE + 140 * MIB, tree=BASE + 16 * MIB))
    assert "moved" not in line


def test_memory_that_is_said_to_be_there_and_is_not_stops_the_boot(boots):
    m, _ = boots("not-there", at(mavis=BASE + 8 * MIB, tree=BASE + 64 * MIB, bundle=BASE + 128 * MIB), really=512 * MIB)
    assert "mavis: error: memory: 0x7fe00000 does not keep what is written to it" in m.expect_end(60)


@pytest.mark.parametrize("at, size, said", [
    (BASE + GIB, MIB, "1024 KiB at 0x80000000, where there is not only memory"),
    (BASE + GIB - MIB, 2 * MIB, "2048 KiB at 0x7ff00000, where there is not only memory"),
    (BASE + MIB, 2 * MIB, "2048 KiB at 0x40100000, and Mavis uses "),
])
def test_a_bundle_cannot_be_beyond_memory_or_in_mavis(start, tmp_path, host_tree, at, size, said):
    tree = tmp_path / "tree.dtb"
    tree.write_bytes(with_initrd(host_tree(GIB, 1), at, at + size))
    m = start(f"bundle-at-{at:x}", smp=1, mem="1024M", loaded=["-kernel", machine.IMAGE, "-dtb", tree])
    assert said in re.search("mavis: error: bundle: .*", m.expect_end(60))[0]
