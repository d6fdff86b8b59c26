# SPDX-License-Identifier: Apache-2.0
"""tools/site's pages: every link leads somewhere, each page says which version it is of, and the search finds."""

import filecmp
import functools
import html.parser
import http.server
import pathlib
import shutil
import subprocess
import threading
import urllib.parse

import pytest

import browser

TOP = pathlib.Path(__file__).resolve().parents[2]


def make(out):
    done = subprocess.run([TOP / "tools/site", "-o", out], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site") / "html"
    make(out)
    return out


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.text = [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.update(filter(None, (attrs.get("id"), attrs.get("name"))))
        self.links += [attrs[name] for name in ("href", "src") if attrs.get(name)]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site): Page(path) for path in site.rglob("*.html")}


def test_every_page_of_docs_is_there(pages):
    for path in [*TOP.glob("docs/*.md"), *(TOP / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING"))]:
        assert path.relative_to(TOP).with_suffix(".html") in pages


def test_no_link_is_dead(site, pages):
    checked = 0
    for name, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or not (parts.path or parts.fragment):
                continue
            to = (site / name).parent / urllib.parse.unquote(parts.path) if parts.path else site / name
            assert to.exists(), f"{name}: {link}"
            target = pages.get(to.resolve().relative_to(site.resolve()))
            assert not parts.fragment or target is None or urllib.parse.unquote(parts.fragment) in target.ids, f"{name}: {link}"
            checked += 1
    assert checked > 500


def test_nothing_comes_from_elsewhere(pages):
    for name, page in pages.items():
        assert not [link for link in page.links if link.endswith((".js", ".css")) and "//" in link], name


def test_each_page_says_its_version(pages):
    version = subprocess.run([TOP / "tools/version"], check=True, capture_output=True, text=True).stdout.strip()
    for name, page in pages.items():
        assert f"Mavis {version}" in " ".join("".join(page.text).split()), name


def test_the_first_page_is_the_readme(pages):
    text = " ".join("".join(pages[pathlib.Path("index.html")].text).split())
    assert "make run # Debian's arm64 kernel as Mavis's guest in QEMU" in text


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_the_search_finds(site):
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser.browser() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}/search.html"
        page.open(f"{at}?q=NoTagAccess")
        found = page.until("[...document.querySelectorAll('#search-results li a')].map(a => a.getAttribute('href')).join(' ')")
        page.open(f"{at}?q=nosuchwordanywhere")
        page.until("/did not match/.test(document.body.innerText)")
        server.shutdown()
    assert "docs/memory-attributes.html" in found


def test_a_dead_link_is_an_error(tmp_path):
    copy = tmp_path / "copy"
    names = [*TOP.glob("*.md"), *TOP.glob("docs/**/*"),
             *(TOP / name for name in ("tools/site", "tools/version", "VERSION", "LICENSE"))]
    for path in filter(pathlib.Path.is_file, names):
        to = copy / path.relative_to(TOP)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    with open(copy / "docs/config.md", "a", encoding="utf-8") as f:
        f.write("\n[x](nosuch.md) and [y](config.md#no-such-heading)\n")
    done = subprocess.run([copy / "tools/site", "-o", tmp_path / "html"], capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode != 0 and not (tmp_path / "html").exists()
    assert "nosuch.md" in done.stderr and "no-such-heading" in done.stderr


@pytest.mark.all
def test_the_same_source_gives_the_same_bytes(site, tmp_path):
    again = tmp_path / "another/place"
    make(again)
    names = [p.relative_to(site) for p in site.rglob("*") if p.is_file()]
    assert sorted(names) == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    _, differ, missing = filecmp.cmpfiles(site, again, map(str, names), shallow=False)
    assert not differ and not missing
