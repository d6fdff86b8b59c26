# SPDX-License-Identifier: Apache-2.0
"""docs/cpu.md says what the code does about registers, bit by bit."""

import re

import cpu_page


def test_the_tables_are_those_of_the_code():
    page = cpu_page.PAGE.read_text(encoding="utf-8")
    assert page == cpu_page.made(page), "tests/tools/cpu_page.py makes them"


def test_no_field_and_no_bit_is_there_twice():
    places = [(a[0], a[2]) for word, a, _ in cpu_page.rows(cpu_page.FIELDS, "SHOW|LIMIT|WHOLE|HIDE|OWN") if word != "WHOLE"]
    places += [(a[0], a[2]) for _, a, _ in cpu_page.rows(cpu_page.BITS, "BITS")]
    assert len(places) > 250
    assert len(places) == len(set(places))


def test_every_bit_of_the_first_control_has_a_row():
    """HCR_EL2 has one for each: most are one bit wide, BSU two and TWEDEL four; bit 11 is BSU's."""
    named = {int(a[2]) for _, a, _ in cpu_page.rows(cpu_page.BITS, "BITS") if a[0] == "HCR_EL2"}
    assert named | {11, 61, 62, 63} == set(range(64))


def test_registers_that_are_answered_are_listed():
    text = (cpu_page.TOP / "hyp/sysreg.c").read_text(encoding="utf-8")
    table = re.search(r"(?s)answered\[\] = \{\n(.*?)\n\};", text)[1]
    listed = cpu_page.PAGE.read_text(encoding="utf-8").split("\n## Registers that Mavis answers\n")[1].split("\n## ")[0]
    encodings = set(re.findall(r"\{ REG\((\d, \d, \d+, \d+, \d)\)", table))
    assert encodings == set(re.findall(r"(?m)^\| .* \| (\d, \d, \d+, \d+, \d) \|", listed))
