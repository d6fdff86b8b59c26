# SPDX-License-Identifier: Apache-2.0
"""Writes and reads cpio archives in the newc format. What is written is the same for the same input: no times, owners or
inode numbers leak in."""

import stat

TRAILER = "TRAILER!!!"
MEMBER_MAX = 0xffffffff         # bytes: eight hexadecimal digits


def header_size(name):
    """How many bytes stand before the data of a member called name, if the header starts at a multiple of 4."""
    return (110 + len(name.encode()) + 1 + 3) & ~3


class Archive:
    def __init__(self):
        self.parts = []
        self.size = 0
        self.inode = 0

    def _put(self, data):
        self.parts.append(data)
        self.size += len(data)

    def _align(self):
        self._put(bytes(-self.size % 4))

    def member(self, name, data=b"", mode=stat.S_IFREG | 0o644, device=(0, 0)):
        """Appends one member; device is the major and minor number of a device node."""
        self.inode += 1
        encoded = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(encoded), 0)
        self._put(b"070701" + b"".join(b"%08x" % f for f in fields) + encoded)
        self._align()
        self._put(data)
        self._align()

    def directory(self, name):
        self.member(name, mode=stat.S_IFDIR | 0o755)

    def program(self, name, data):
        self.member(name, data, stat.S_IFREG | 0o755)

    def symlink(self, name, target):
        self.member(name, target.encode(), stat.S_IFLNK | 0o777)

    def character_device(self, name, major, minor):
        self.member(name, mode=stat.S_IFCHR | 0o600, device=(major, minor))

    def finish(self):
        """Ends the archive and gives its bytes."""
        self.inode = -1
        self.member(TRAILER, mode=0)
        return b"".join(self.parts)


def members(data):
    """The members of an archive, names to contents. ValueError: it is none, or is cut short."""
    found, at = {}, 0
    while True:
        header = data[at:at + 110]
        if len(header) < 110 or header[:6] != b"070701":
            raise ValueError(f"no header at {at}")
        size, name_size = int(header[54:62], 16), int(header[94:102], 16)
        name = data[at + 110:at + 109 + name_size].decode(errors="replace")
        if name == TRAILER:
            return found
        at = (at + 110 + name_size + 3) & ~3
        if at + size > len(data):
            raise ValueError(f"{name}: ends beyond the archive")
        found[name] = data[at:at + size]
        at = (at + size + 3) & ~3
