# SPDX-License-Identifier: Apache-2.0
"""What a farm is told, without a board: labgrid takes its environments, LAVA's own schema its jobs, and what they wait for is
what the lab prints."""

import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys

import pytest
import yaml

import lab_sample
from schemas import TOP

sys.path.insert(0, str(TOP / "tools"))

from labreport.log import BEGIN, END  # noqa: E402  (found through the line above)

FARM = TOP / "tools/farm"
JOBS = sorted((TOP / "tools/farm/lava").glob("*.yaml"))


def program(name):
    """A tool as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(FARM / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def job(path):
    """As docs/farm.md fills it in."""
    text = path.read_text(encoding="utf-8").replace("@FILES@", "http://files.example/mavis")
    text = text.replace("@DEVICE_TYPE@", "imx8mp-evk")
    assert not re.search(r"@\w+@", text)
    return yaml.safe_load(text)


def monitor(path):
    (test,) = [a["test"] for a in job(path)["actions"] if "test" in a]
    (found,) = test["monitors"]
    return found


def test_there_is_one_for_qemu_and_one_for_a_board():
    assert [path.stem for path in JOBS] == ["qemu", "uboot"]


@pytest.mark.parametrize("path", JOBS, ids=lambda p: p.stem)
def test_what_is_waited_for_is_what_the_lab_prints(path):
    wanted = monitor(path)
    lines = lab_sample.lines(lab_sample.sample(0, 0)).splitlines()
    (found,) = filter(None, (re.search(wanted["pattern"], line) for line in lines))
    assert wanted["fixupdict"][found["result"]] == "pass" and found["measurement"] == "128"
    assert (wanted["start"], wanted["end"]) == (BEGIN, END)


@pytest.mark.parametrize("path", JOBS, ids=lambda p: p.stem)
def test_lavas_schema_takes_it(path):
    schemas = pytest.importorskip("lava_common.schemas", reason="LAVA is not installed: Debian 12 has it as lava-common")
    schemas.validate(job(path), strict=True)


@pytest.mark.parametrize("name, target", [("board", "board"), ("qemu", "direct"), ("qemu", "uboot")])
def test_labgrid_takes_the_environments(monkeypatch, name, target):
    labgrid = pytest.importorskip("labgrid", reason="labgrid is not installed: Debian 12 has it as python3-labgrid")
    # Each environment brings its strategy along, and labgrid 0.4 takes a name once.
    for known in (labgrid.target_factory.drivers, labgrid.target_factory.all_classes):
        monkeypatch.delitem(known, "LabStrategy", raising=False)
    monkeypatch.setenv("LG_BUILD", "/nowhere")
    monkeypatch.setenv("LG_QEMU", "/nowhere/qemu")
    env = labgrid.Environment(str(FARM / f"{name}.yaml"))
    strategy = env.get_target(target).get_driver("LabStrategy", activate=False)
    assert (strategy.uboot is not None) == (target != "direct")
    assert env.config.get_target_option(target, "machine") and env.config.get_target_option(target, "cpu")


class Stub:
    """A labgrid environment with one board, whose strategy writes a console's log and then fails."""

    def __init__(self, log, said, fails):
        self.config, self.log, self.said, self.fails = self, log, said, fails

    def get_targets(self):
        return ["board"]

    def get_target_option(self, _, __, default):
        return default

    def get_target(self, _):
        return self

    def get_driver(self, *_, **__):
        return self

    def transition(self, status):
        if status == "measured":
            self.log.write_text(self.said)
        if status == self.fails:
            raise RuntimeError("silent for\n120 s")


@pytest.mark.parametrize("keep, fails, status", ((0, "measured", None), (300, "measured", "partial"), (None, "off", "end"),
                                                 (None, None, "end"), (300, None, "partial")))
def test_what_a_board_has_measured_is_kept_whatever_ends_it(tmp_path, keep, fails, status):
    """It is silent; its power switch fails."""
    collect = program("collect")
    (tmp_path / "console").mkdir()
    log = tmp_path / "console/console_board"
    lines = lab_sample.lines(lab_sample.sample(0, 0)).splitlines()
    said = ["--- lab begin", *lines[:keep], *(["--- lab end"] if keep is None else [])] if keep != 0 else ["U-Boot"]
    wrong = collect.measure(Stub(log, "".join(f"{line}\n" for line in said), fails), "board", tmp_path)
    if not fails and status == "end":
        assert wrong is None
    if fails:
        assert wrong.startswith(f"silent for 120 s (all that it said is in {log})")
        assert ("\n" in wrong) == (status == "partial")
    if status == "partial":
        assert "lab: board: not whole: the log ends before the lab did" in wrong
    out = tmp_path / "board.json"
    assert out.exists() == (status is not None)
    assert not status or json.loads(out.read_text().splitlines()[-1])["t"] == status


@pytest.mark.parametrize("text, why", [
    (None, "could not be found"), ("targets: [", "while parsing a flow node"), ("targets: {}", "no targets in it"),
    ("imports: [strategy.py]", "strategy.py: No such file or directory"),
], ids=["missing", "broken", "empty", "without its strategy"])
def test_an_environment_that_says_nothing_is_one_line_and_no_success(tmp_path, text, why):
    pytest.importorskip("labgrid")
    env = tmp_path / "env.yaml"
    if text:
        env.write_text(text)
    done = subprocess.run([FARM / "collect", "--env", env, "-o", tmp_path / "out"], capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith(f"collect: {tmp_path}/") and why in done.stderr and done.stderr.count("\n") == 1, done.stderr


def measured(tmp_path, log, *lines):
    (tmp_path / log).write_text("".join(f"{line}\n" for line in lines))
    return subprocess.run([TOP / "tools/lab", "-o", tmp_path / f"{log}.json", "--log", tmp_path / log, "--machine", "a board"],
                          capture_output=True, text=True, check=False, timeout=60)


def lava(lines, kind="target", dash="- ", escaped=True):
    """As LAVA's log has them; 2023.01's has quotes escaped once more than YAML asks for."""
    said = [line.replace('"', '\\"') if escaped and kind == "target" else line for line in lines]
    return [f'{dash}{{"dt": "2026-11-27T04:00:00.000000", "lvl": "{kind}", "msg": {json.dumps(line)}}}' for line in said]


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("dash", ["- ", ""], ids=["of the server", "of the dispatcher"])
def test_the_lab_is_found_in_lavas_log(tmp_path, dash, escaped):
    sample = lab_sample.lines(lab_sample.sample(0, 0)).splitlines()
    console = ["Mavis 0.1 (1234): EL2 on 2 CPUs", "--- lab begin", *sample, "--- lab end"]
    assert measured(tmp_path, "plain", *console).returncode == 0
    log = lava(console, dash=dash, escaped=escaped)
    log.insert(3, f'{dash}{{"dt": "2026-11-27T04:00:00.000000", "lvl": "target", "msg": "\\e[0m \\x01"}}')
    log[4:4] = lava(["--- lab end", '{"t":"try"}'], "debug", dash)
    done = measured(tmp_path, "lava", *log)
    assert (done.returncode, done.stderr) == (0, "")
    plain, found = ((tmp_path / name).read_text().splitlines() for name in ("plain.json", "lava.json"))
    assert found[1:] == plain[1:] and len(found) == len(sample) + 1 and '"mavis":"0.1 (1234)"' in found[0]


def test_what_lavas_log_has_lost_is_said(tmp_path):
    sample = lab_sample.lines(lab_sample.sample(0, 0)).splitlines()
    done = measured(tmp_path, "lava", *lava(["--- lab begin", *sample[:100], *sample[101:], "--- lab end"]))
    assert done.returncode == 3 and "; 127 are in the log" in done.stderr
