# SPDX-License-Identifier: Apache-2.0
"""tools/report's pages in a browser, on a desk and on a phone, by day and by night: nothing is cut off, everything can be read,
and every sign is explained."""

import pytest

import browser
import lab_sample
from report_page import report
from test_report_relations import CACHES, alias, dma, share, speculation

SIZES = ((1400, False), (1400, True), (420, False), (420, True))

# The page's text and its nearest background, for all elements with text of their own that is seen: contrast by WCAG 2.
CONTRAST = """
(() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const light = c => rgb(c).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
      .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const back = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c } return "rgb(255, 255, 255)" };
  const bad = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.offsetParent || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 3) bad.push(e.className + ": " + e.textContent.trim().slice(0, 40));
  }
  return bad;
})()"""

# What ends right of the screen, and is not in a box that scrolls.
OUTSIDE = """
[...document.querySelectorAll("body *")].filter(e => e.offsetParent && !e.closest(".scroll"))
  .filter(e => { const r = e.getBoundingClientRect(); return r.left < -1 || r.right > innerWidth + 1 })
  .map(e => e.tagName + " " + e.className + ": " + e.textContent.trim().slice(0, 40))"""


def records():
    """A run with something of everything."""
    all_mair = lab_sample.sample(1, 1, 0, s1_bytes=(*lab_sample.S1, 0x4f, 0xf4), cell=lab_sample.qemu_cell,
                                 attempt=lab_sample.qemu_try,
                                 machine={"machine": "A board with a name of some length", "cpu": "cortex-x4", "mavis": "0.1",
                                          "date": "2026-11-27", "command": "tools/lab -o board.json --serial /dev/ttyUSB0"})
    relations = [share(), share(sh=0, other="not-seen"), alias("0xff", "0x44", "maintain", 9), dma("0xff", "dmb", 1, 3),
                 speculation("0x04", 2)]
    relations[1] |= {"s1_sh": 3}
    litmus = list(lab_sample.litmus(lambda test, p0, p1: 7 if test in ("MP", "CoRR") else 0))
    return all_mair[:2] + [CACHES] + all_mair[2:-1] + relations + litmus + [all_mair[-1]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screens")
    logs = []
    for name, found in (("a", records()), ("b", lab_sample.qemu("cortex-a72"))):
        logs.append(folder / f"{name}.json")
        logs[-1].write_text(lab_sample.lines(found))
    part = folder / "part.json"
    part.write_text(lab_sample.lines(records()[:700] + [{"t": "partial", "why": "/dev/ttyUSB0: silent for 120 s"}]))
    for arguments in ((logs[0], "-o", folder / "page.html", "--card", folder / "card.html"),
                      ("--compare", *logs, "-o", folder / "compare.html"),
                      ("--matrix", *logs, logs[0], "-o", folder / "matrix.html"), (part, "-o", folder / "part.html")):
        assert report(*arguments).returncode == 0
    with browser.browser() as running:
        running.folder = folder
        yield running


@pytest.mark.parametrize("name", ("page", "card", "compare", "matrix", "part"))
def test_all_of_it_fits_and_can_be_read(pages, name):
    pages.open((pages.folder / f"{name}.html").as_uri())
    pages.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width, dark in SIZES:
        pages.screen(width, dark=dark)
        assert pages.run("document.documentElement.scrollWidth") <= width
        assert pages.run(OUTSIDE) == []
        assert pages.run(CONTRAST) == []
        back = pages.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + +b, 0)")
        assert (back < 150) == dark
        small = pages.run("[...document.querySelectorAll('td, dd, li, p')].filter(e => e.offsetParent && "
                          "parseFloat(getComputedStyle(e).fontSize) < 11).length")
        assert small == 0


@pytest.mark.parametrize("name", ("page", "part"))
def test_every_sign_is_in_a_legend(pages, name):
    """By its class, which gives the colour, and by what stands in it."""
    pages.open((pages.folder / f"{name}.html").as_uri())
    for table, legend in ((".small td", "ul.legend"), (".map td", "ul.legend")):
        kinds = set(pages.run(f"[...new Set([...document.querySelectorAll('{table}')].flatMap(e => [...e.classList]))]"))
        explained = set(pages.run(f"[...new Set([...document.querySelectorAll('{legend} i')].flatMap(e => [...e.classList]))]"))
        assert kinds and kinds <= explained | {"two", "none"}, kinds - explained


def test_other_mair_bytes_are_folded(pages):
    pages.open((pages.folder / "page.html").as_uri())
    closed = pages.run("[...document.querySelectorAll('details:not([open]) > summary')].map(e => e.innerText)")
    assert any(words.startswith("Other MAIR bytes") for words in closed), closed
