# SPDX-License-Identifier: Apache-2.0
"""Calls tools/report and looks at the pages that it makes."""

import html
import pathlib
import re
import subprocess

import lab_sample

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = TOP / "tools/report"


def report(*args, **more):
    return subprocess.run([TOOL, *args], capture_output=True, text=True, timeout=600, **more)


def text_of(page):
    """What a reader sees: no tags, one space between words."""
    text = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).replace("\u00ad", "").split())


def tables(page):
    """The lists of the page, as rows of texts."""
    return [[[text_of(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
             for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)]
            for table in re.findall(r'<table class="list">(.*?)</table>', page, re.S)]


def maps(page):
    """The heat maps: rows of (classes, text, title)."""
    return [[re.findall(r'<td class="([^"]*)" title="([^"]*)">', row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]
            for body in re.findall(r'<table class="map[^"]*"[^>]*>.*?<tbody>(.*?)</tbody>', page, re.S)]


def make(tmp_path, records, *args, name="lab"):
    path = tmp_path / f"{name}.json"
    path.write_text(records if isinstance(records, str) else lab_sample.lines(records))
    page = tmp_path / f"{name}.html"
    result = report(path, "-o", page, *args)
    assert result.returncode == 0, result.stderr
    return result, page.read_text()
