# SPDX-License-Identifier: Apache-2.0
"""What is for programs: tools/regions --json against its schema and against the text, exit statuses, JUnit's files."""

import os
import re
import subprocess
import xml.etree.ElementTree as xml

import jsonschema
import pytest

from schemas import TOP, checked, schema

BUILD = os.environ.get("MAVIS_BUILD", "build")
TOOL = TOP / BUILD / "tools/regions"
ENV = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")}


def run(*args, status=0):
    result = subprocess.run([TOOL, *args], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == status, result.stderr
    return result


def lines(*args, status=0):
    return [checked(line, "table") for line in run("--json", *args, status=status).stdout.splitlines()]


@pytest.fixture
def virt(tmp_path):
    path = tmp_path / "virt.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", path, TOP / "tests/data/virt-gicv3.dts"], check=True)
    return path


@pytest.mark.parametrize("path", sorted((TOP / "docs/schemas").glob("*.json")), ids=lambda p: p.name)
def test_schemas_are_schemas(path):
    jsonschema.Draft202012Validator.check_schema(schema(path.name.removesuffix(".schema.json")))


def test_the_schema_has_what_mavisctl_prints():
    sources = [*TOP.glob("guests/linux/*.c"), *TOP.glob("guests/linux/ctl/*.c")]
    kinds = [kind for path in sources for kind in re.findall(r'JSON_BEGIN\("(\w+)"\)', path.read_text(encoding="utf-8"))]
    assert sorted(kinds) == sorted(kind["title"] for kind in schema("mavisctl")["oneOf"]) and len(kinds) == 10
    (version,) = re.findall(r'#define JSON_BEGIN.*v\\": (\d+)"', (TOP / "guests/linux/ctl/ctl.h").read_text(encoding="utf-8"))
    assert {kind["properties"]["v"]["const"] for kind in schema("mavisctl")["oneOf"]} == {int(version)}


@pytest.mark.parametrize("cpu", ["", "fwb,mte", "fwb,mte,mte_perm,dic"])
def test_the_table_is_the_one_for_people(virt, cpu):
    args = ["--machine", virt, "--cpu", cpu, TOP / "configs/virt.dts"]
    (table,) = lines(*args)
    text = run(*args).stdout
    rows = [line for line in text.split("Free for")[0].splitlines() if re.match(r"  ([0-9a-f]{12}-|follows |placed )", line)]
    assert len(table["regions"]) == len(rows) > 10
    for row, r in zip(rows, table["regions"]):
        where, _, kind, *rest = re.split(r" {2,}", row.strip())
        if "ipa" in r:
            assert where == f"{int(r['ipa'], 16):012x}-{int(r['ipa'], 16) + int(r['size'], 16) - 1:012x}"
        assert kind == r["type"] and rest[0] == f"{r['rights']} 0b{r['memattr']:04b} {r['stage2']}"
        assert rest[1:7] == list(r["others"].values()) and re.match(rf"{re.escape(r['name'])}\b", rest[7])
    assert table["fwb"] == ("fwb" in cpu) and table["mte"] == ("offered" if "mte" in cpu else "absent")
    assert len(table["free"]) == len(re.findall(r"(?m)^  \S+-\S+ +\d+ \w+$", text))
    for line in [*table["kept"], *table["dma"]]:
        assert f"\n{line}\n" in text
    for line in table["warnings"]:
        assert f"\nWarning: {line}\n" in text


def test_a_name_of_any_kind_is_a_string(virt, tmp_path):
    path = tmp_path / 'a "quoted\\ name.dts'
    path.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { }; };')
    assert lines("--machine", virt, path)[0]["config"] == str(path)


def test_every_mode_has_its_line(virt):
    assert lines("--config", TOP / "configs/virt.dts") == [{"t": "config", "v": 1, "config": str(TOP / "configs/virt.dts")}]
    console, again = lines("--console", virt, virt)
    assert console == again and console["node"] == "/pl011@9000000" and console["compatible"] == "arm,pl011"
    (calls,) = lines("--calls", TOP / "tests/data/zcu102.dts")
    said = run("--calls", TOP / "tests/data/zcu102.dts").stdout.splitlines()
    assert [line.split(": ", 1)[1] for line in said] == (calls["calls"] or ["no node calls the firmware"])


def test_the_statuses_are_those_of_the_page(virt, tmp_path):
    bad = tmp_path / "bad.dts"
    bad.write_text('/dts-v1/; / { compatible = "mavis,config"; guest { cpu = <2>; }; };')
    for args, status, kind in ((["--machine", virt, bad], 1, "refused"), (["--config", bad], 1, "refused"),
                               (["--config", tmp_path / "none"], 1, "refused"), (["--config"], 2, "misused"),
                               (["--machine", virt, bad, "--cpu", "nosuch"], 2, "misused"), (["--nosuch"], 2, "misused"),
                               (["--machine", virt, "--bad", bad], 2, "misused"), (["--combine"], 2, "misused")):
        assert [line["t"] for line in lines(*args, status=status)] == [kind], args
        if args != ["--combine"]:
            said = run(*args, status=status)
            assert said.stderr.startswith("regions: error: ")


def make_unit(folder, *tests):
    """Its results go to the folder: beside this, a `make unit` may write its own."""
    return subprocess.run(["make", "-s", "unit", f"O={BUILD}", f"JUNIT={folder}", "UNIT_TESTS=" + " ".join(map(str, tests))],
                          cwd=TOP, env=ENV, capture_output=True, text=True, timeout=300, check=False)


def test_unit_tests_leave_junits_xml(tmp_path):
    said = make_unit(tmp_path, f"{BUILD}/host/json_test")
    assert (said.returncode, said.stdout) == (0, ""), said.stderr
    suite = xml.parse(tmp_path / "json_test.xml").getroot().find("testsuite")
    assert suite.get("name") == "json_test" and suite.get("failures") == "0"
    source = (TOP / "tests/unit/json_test.c").read_text(encoding="utf-8")
    assert [case.get("name") for case in suite.iter("testcase")] == re.findall(r"cmocka_unit_test\((\w+)\)", source)


def test_a_unit_test_that_fails_is_said_and_is_a_failure(tmp_path):
    broken = tmp_path / "broken_test"
    broken.write_text("#!/bin/sh\n[ -z \"$CMOCKA_XML_FILE\" ] && echo here it is\nexit 1\n")
    broken.chmod(0o755)
    said = make_unit(tmp_path, broken)
    assert said.returncode != 0 and "here it is" in said.stdout


def test_pytest_leaves_junits_xml():
    said = subprocess.run(["make", "-n", "tools-check", f"O={BUILD}"], cwd=TOP, env=ENV, capture_output=True, text=True,
                          timeout=300, check=False)
    assert f"--junitxml='{BUILD}/junit/tools-check.xml'" in said.stdout, said.stderr
