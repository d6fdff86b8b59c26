# SPDX-License-Identifier: Apache-2.0
"""What the pages name is there: files, functions, and the tables of docs/internals.md that repeat what the code says."""

import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*TOP.glob("*.md"), *TOP.glob("docs/*.md")])
SECURITY = (TOP / "docs/security.md").read_text(encoding="utf-8")
INTERNALS = (TOP / "docs/internals.md").read_text(encoding="utf-8")
FOLDERS = ("boot", "hyp", "drivers", "mm", "lib", "guests", "configs", "tests", "tools", "bench", "docs")


def code(text):
    """What stands between backquotes, blocks aside."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", text))


def section(title):
    return INTERNALS.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(title, column):
    """The code in a column of a section's first table."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")][2:]
    return [name for line in lines for name in code(line.split("|")[column])]


def anchors(page):
    """As GitHub makes them of the headings."""
    headings = re.findall(r"(?m)^#+ +(.*)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?:", target):
            continue
        name, _, anchor = target.partition("#")
        to = (page.parent / name) if name else page
        assert to.exists(), target
        assert not anchor or anchor in anchors(to), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_files_that_are_named_are_there(page):
    for name in code(page.read_text(encoding="utf-8")):
        if re.fullmatch(rf"({'|'.join(FOLDERS)})/[\w./,*-]*", name):
            assert "myboard" in name or list(TOP.glob(name)), name


def defined(function, text):
    """In C, or with lib/asm.h's macro."""
    return re.search(rf"(?m)^(\w[^;=\n]*[ *])?{function}\((?![^;{{]*;)", text) or re.search(rf"(?m)^\s*func {function}$", text)


@pytest.fixture(scope="module")
def sources():
    listed = subprocess.run(["git", "-C", TOP, "ls-files", *(f"{f}/*.[chS]" for f in FOLDERS)], capture_output=True, text=True,
                            check=False).stdout.split()
    names = listed or [str(p.relative_to(TOP)) for f in FOLDERS for p in (TOP / f).rglob("*.[chS]")]
    return {name: (TOP / name).read_text(encoding="utf-8") for name in names if (TOP / name).exists()}


def test_functions_that_internals_names_are_defined(sources):
    for function in {name[:-2] for name in code(INTERNALS) if re.fullmatch(r"\w+\(\)", name)}:
        assert any(defined(function, text) for text in sources.values()), function


def test_functions_are_in_the_file_that_stands_beside_them(sources):
    beside = re.findall(r"`(\w+)\(\)` \(`([\w/.]+)`\)", INTERNALS)
    beside += zip((f[:-2] for f in rows("The life of a region", 2)), rows("The life of a region", 1))
    assert len(beside) > 20
    for function, name in beside:
        text = sources[name]
        assert defined(function, text) or re.search(rf"\b{function}\(", text) and name.endswith(".h"), f"{function} in {name}"


def test_the_traps_are_those_of_the_code(sources):
    assert sorted(rows("Traps", 1)) == sorted(re.findall(r"case (EC_\w+):", sources["hyp/trap.c"]))


def test_the_locks_are_those_of_the_code(sources):
    held = {name for text in sources.values() for name in re.findall(r"\block\(&([\w.]+)\)", text)}
    # A struct's own: its name and the struct's.
    assert re.search(r"\block\(&its->lock\)", sources["hyp/its.c"])
    assert {name for name in rows("Locks", 1) if "/" not in name} - {"lock", "struct its"} == held - {"l"}


def has_test(name, function):
    """A test in C or Python: `name` is its file, below tests/."""
    [path] = TOP.glob(f"tests/*/{name}")
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return f"\ndef {function}(" in text
    return re.search(rf"(?m)^static void {function}\(", text) and re.search(rf"(?m)^\t\t\w+\({function}[,)]", text)


def test_each_claim_of_security_has_tests_that_are_there():
    claims = SECURITY.split("\n## What holds\n")[1].split("\n## ")[0]
    lines = [line for line in claims.splitlines() if line.startswith("| ")][2:]
    assert len(lines) >= 20
    for line in lines:
        named = re.findall(r"`(\w+\.(?:py|c))::(\w+)`", line.split("|")[3])
        assert named, line
        for name, function in named:
            assert has_test(name, function), f"{name} has no test {function}"
