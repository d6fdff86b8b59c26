# SPDX-License-Identifier: Apache-2.0
"""For gdb: the stage 2 descriptors of the VM that spins in QEMU's stopped machine. Started by tests/kvm/run."""

import gdb

KINDS = {"vfio-pci": 0x80000000, "resource2": 0x84000000, "resource2_wc": 0x88000000, "anonymous": 0x8c000000,
         "file": 0x90000000, "DAX file": 0x94000000, "guest's RAM": 0x40000000}
# Where stage2.c's guest spins: the last instruction of row 7
SPIN = 0x400009d0


def register(name):
    return int(gdb.parse_and_eval(f"${name}")) & (1 << 64) - 1


def word(address):
    data = gdb.selected_inferior().read_memory(address, 8)
    return int.from_bytes(bytes(data), "little")


def descriptor(root, vtcr, ipa):
    """The leaf for an address, and its level; granule 4 KiB, and the first level by VTCR_EL2.SL0."""
    level = 2 - (vtcr >> 6 & 3)
    table = root & 0xfffffffff000
    mask = (1 << 64 - (vtcr & 63)) - 1  # the first table may be several, side by side
    while True:
        shift = 39 - 9 * level
        entry = word(table + ((ipa & mask) >> shift) * 8)
        if not entry & 1 or level == 3 or not entry & 2:
            return entry, level
        table = entry & 0xfffffffff000
        mask = (1 << shift) - 1
        level += 1


def main():
    gdb.execute(f"hbreak *{SPIN:#x}")
    gdb.execute("continue")
    hcr, vtcr, vttbr = (register(name) for name in ("HCR_EL2", "VTCR_EL2", "VTTBR_EL2"))
    print(f"HCR_EL2 {hcr:#x}: FWB {hcr >> 46 & 1}, E2H {hcr >> 34 & 1}; VTCR_EL2 {vtcr:#x}; VTTBR_EL2 {vttbr:#x}")
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    for name, ipa in KINDS.items():
        entry, level = descriptor(vttbr & ~1, vtcr, ipa)
        if not entry & 1:
            print(f"{name:13} {ipa:#x}: not mapped")
            continue
        # With VTCR_EL2.DS these bits of the descriptor are address bits, and SH0 is for all.
        shareability = (vtcr >> 12 if vtcr >> 32 & 1 else entry >> 8) & 3
        print(f"{name:13} {ipa:#x}: {entry:#018x} level {level} MemAttr 0b{entry >> 2 & 15:04b} SH {shareability} "
              f"S2AP {entry >> 6 & 3} XN {entry >> 53 & 3}")


main()
gdb.execute("delete")
gdb.execute("detach")
