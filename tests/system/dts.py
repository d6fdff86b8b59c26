# SPDX-License-Identifier: Apache-2.0
"""A device tree as a test breaks it: in dtc's own text, which has a line for each property and each end of a node."""

import re
import subprocess


class Tree:
    def __init__(self, dtb):
        self.lines = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", dtb], check=True, capture_output=True,
                                    text=True).stdout.splitlines()

    def copy(self):
        other = Tree.__new__(Tree)
        other.lines = list(self.lines)
        return other

    def write(self, path):
        source = "\n".join(self.lines) + "\n"
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", path], input=source, check=True, text=True,
                       capture_output=True)

    def nodes(self):
        """(path, number of its first line, of its last) of every node."""
        found, stack = [], []
        for i, line in enumerate(self.lines):
            text = line.strip()
            if text.endswith("{"):
                name = text[:-1].strip()
                stack.append((f"{stack[-1][0].rstrip('/')}/{name}" if stack else "/", i))
            elif text == "};":
                found.append((*stack.pop(), i))
        return sorted(found, key=lambda node: node[1])

    def _node(self, path):
        return next((first, last) for p, first, last in self.nodes() if p == path)

    def _prop(self, path, name):
        """The property's line; None: there is no such property."""
        first, last = self._node(path)
        for i in range(first + 1, last):
            text = self.lines[i].strip()
            if text.endswith("{"):
                return None
            if re.match(rf"{re.escape(name)}( =|;)", text):
                return i
        return None

    def get(self, path, name):
        """The property's value as it is written, or None."""
        at = self._prop(path, name)
        return None if at is None else self.lines[at].strip()[len(name):].strip(" =;")

    def put(self, path, name, value=None):
        """Without a value it is a flag."""
        self.drop(path, name)
        self.lines.insert(self._node(path)[0] + 1, f"{name} = {value};" if value else f"{name};")

    def drop(self, path, name):
        at = self._prop(path, name)
        if at is not None:
            del self.lines[at]

    def add(self, path, name):
        """A node below this one, after the others."""
        self.lines[self._node(path)[1]:self._node(path)[1]] = [f"{name} {{", "};"]

    def remove(self, path):
        first, last = self._node(path)
        del self.lines[first:last + 1]

    def compatible_with(self, pattern):
        """Paths of the nodes of which a compatible string matches."""
        return [path for path, *_ in self.nodes()
                if any(re.fullmatch(pattern, s) for s in re.split(r'"|\\0|, ', self.get(path, "compatible") or ""))]

    def cells(self, path, name):
        return [int(n, 16) for n in self.get(path, name).strip("<>").split()]
