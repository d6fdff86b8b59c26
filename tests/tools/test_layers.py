# SPDX-License-Identifier: Apache-2.0
"""tools/layers finds what would make the house lean: an include, or a call, that goes up."""

import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("boot", "boot/guest", "boot/config", "boot/machine", "hyp", "drivers", "mm", "lib")


def layers(*args):
    done = subprocess.run([TOP / "tools/layers", *args], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == (1 if done.stderr else 0)
    return done.stderr.splitlines()


def test_no_file_includes_from_above():
    assert layers() == []


@pytest.fixture
def house(tmp_path):
    """A house with a function and a header in each folder; each calls those in the folders below, and the linker script's."""
    for number, folder in enumerate(FOLDERS):
        (tmp_path / folder).mkdir(parents=True)
        name = folder.replace("/", "_")
        (tmp_path / folder / "a.h").write_text(f"void {name}(void);\n")
        below = FOLDERS[number + 1:]
        source = "".join(f'#include "{f}/a.h"\n' for f in (folder, *below)) + "#include <stdint.h>\nextern char __text_end[];\n"
        calls = "".join(f"\t{f.replace('/', '_')}();\n" for f in below)
        (tmp_path / folder / "a.c").write_text(f"{source}void {name}(void)\n{{\n{calls}\t__text_end[0]++;\n}}\n")
    (tmp_path / "linker.ld").write_text("\t__text_end = .;\n")
    return tmp_path


def check(house, *args):
    return layers("--top", house, *args)


@pytest.mark.parametrize("folder, line, why", [
    ("hyp", '#include "boot/a.h"', 'hyp/ includes "boot/a.h", from above it'),
    ("hyp", '#include "boot/machine/a.h"', 'hyp/ includes "boot/machine/a.h", from above it'),
    ("boot/machine", '#include "boot/config/a.h"', 'boot/machine/ includes "boot/config/a.h", from above it'),
    ("drivers", '  #  include "hyp/a.h"', 'drivers/ includes "hyp/a.h", from above it'),
    ("mm", '#include "drivers/a.h"', 'mm/ includes "drivers/a.h", from above it'),
    ("lib", '#include "mm/a.h"', 'lib/ includes "mm/a.h", from above it'),
    ("mm", '#include "a.h"', '"a.h": name it from the top'),
    ("mm", '#include "tests/unit/test.h"', '"tests/unit/test.h": name it from the top'),
    ("hyp", "#include <libfdt.h>", "hyp/ is not to include <libfdt.h>"),
])
def test_an_include_that_goes_up_is_found(house, folder, line, why):
    assert check(house) == []
    for name in ("a.c", "a.h"):
        with open(house / folder / name, "a", encoding="utf-8") as f:
            f.write(line + "\n")
    found = check(house)
    assert len(found) == 2 and all(why in line for line in found)


def compile_all(house):
    for source in house.rglob("*.c"):
        subprocess.run(["cc", "-I", house, "-c", "-o", source.with_suffix(".o"), source], check=True)
    return check(house, "--objects", house)


def found_in(house):
    """But that it has none of Mavis's parts."""
    return [line for line in compile_all(house) if "nothing uses" not in line]


@pytest.mark.parametrize("folder, above", [("hyp", "boot"), ("hyp", "boot_machine"), ("drivers", "hyp"), ("mm", "drivers"),
                                           ("lib", "mm")])
def test_a_call_that_goes_up_is_found_though_nothing_is_included(house, folder, above):
    assert found_in(house) == []
    with open(house / folder / "a.c", "a", encoding="utf-8") as f:
        f.write(f"void {above}(void);\nvoid up(void);\nvoid up(void)\n{{\n\t{above}();\n}}\n")
    assert f"layers: {folder}/ and what is below it: {above} is used, and defined above" in found_in(house)


def test_a_use_of_a_part_that_may_have_left_is_found(house):
    part = '__attribute__((section(".part.control.text"))) void in_part(void);\nvoid in_part(void)\n{\n}\n'
    (house / "hyp/part.c").write_text(part)
    assert found_in(house) == []
    assert any("nothing uses carry_out of the part control" in line for line in compile_all(house))
    (house / "hyp/user.c").write_text("void in_part(void);\nvoid user(void);\nvoid user(void)\n{\n\tin_part();\n}\n")
    found = found_in(house)
    assert len(found) == 1 and "user uses in_part of the part control" in found[0]
