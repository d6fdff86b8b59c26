# SPDX-License-Identifier: Apache-2.0
"""tools/coverage and tools/compile-commands: what whoever works on Mavis is told."""

import json
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]

SOURCE = """int twice(int n);

int twice(int n)
{
    if (n > 100)
        return -1;
    return 2 * n;
}
"""
MAIN = """int twice(int n);

int main(int argc, char **argv)
{
    (void)argv;
    return twice(argc) < 0;
}
"""


def coverage(folder, *args):
    return subprocess.run([TOP / "tools/coverage", folder, *args], capture_output=True, text=True, check=False, timeout=60)


def test_lines_that_were_run_are_counted_by_folder(tmp_path):
    for name, text in (("mm/attr.c", SOURCE), ("tests/unit/a_test.c", MAIN)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    for command in ("cc -O0 --coverage -c mm/attr.c -o attr.o", "cc -O0 --coverage tests/unit/a_test.c attr.o -o a_test",
                    "./a_test"):
        subprocess.run(command.split(), cwd=tmp_path, check=True)
    done = coverage(tmp_path, "--lines", tmp_path / "lines")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"(?m)^mm +3 of +4 lines +75.0%   in no unit test: .*\bel2\.c\b", done.stdout)
    assert "attr.c" not in done.stdout, "the unit test has it"
    assert re.search(r"(?m)^ +3 of +4 lines +75.0%$", done.stdout), "the test itself does not count"
    assert (tmp_path / "lines").read_text() == "mm/attr.c: 6\n"


def test_without_data_it_says_so(tmp_path):
    done = coverage(tmp_path)
    assert done.returncode == 1 and done.stderr.endswith("no data: make coverage\n")


def test_compile_commands_have_the_words_that_the_compiler_gets(tmp_path):
    output = tmp_path / "compile_commands.json"
    subprocess.run([TOP / "tools/compile-commands", output, "cc -DX='\"a b\"' -O2", "mm/a.c", "hyp/b.S", "--", "gcc", "mm/a.c"],
                   check=True, cwd=tmp_path)
    found = json.loads(output.read_text())
    assert [(e["file"], e["arguments"]) for e in found] == [
        ("mm/a.c", ["cc", '-DX="a b"', "-O2", "-c", "mm/a.c"]),
        ("hyp/b.S", ["cc", '-DX="a b"', "-O2", "-D__ASSEMBLY__", "-c", "hyp/b.S"]),
        ("mm/a.c", ["gcc", "-c", "mm/a.c"]),
    ]
    assert {e["directory"] for e in found} == {str(tmp_path)}
