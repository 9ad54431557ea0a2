"""The HTML report in a real browser: it looks as meant, runs nothing, fetches nothing, and passes axe-core."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_support import Browser, axe_findings, needs_axe, needs_browser

from grader.model import Report
from grader.reporters import Format, render, render_inline
from grader.reporters.json_report import from_dict

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())

pytestmark = needs_browser


@pytest.fixture(params=CASES)
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(request.param, tmp_path)


def write(case: str, folder: Path) -> Path:
    path = folder / f"{case}.html"
    path.write_text(render(recorded(case), Format.HTML), encoding="utf-8")
    return path


def recorded(case: str) -> Report:
    return from_dict(json.loads((GOLDEN / case / "report.json").read_text(encoding="utf-8")))


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_axe_core_finds_nothing(browser: Browser, page: Path, theme: str, width: int) -> None:
    browser.open(page, theme=theme, width=width)
    assert axe_findings(browser) == []


NOTEBOOK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A notebook</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 1rem; color: {ink}; background: {paper}; font-family: sans-serif }}</style></head>
<body><main><h1>A notebook</h1>{fragment}</main></body></html>"""
THEMES = {"light": ("#111111", "#ffffff"), "dark": ("#e0e0e0", "#111111")}  # as JupyterLab has them


@needs_axe
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1100, 360])
@pytest.mark.parametrize("case", CASES)
def test_axe_core_finds_nothing_in_a_notebook(
    browser: Browser, tmp_path: Path, case: str, theme: str, width: int
) -> None:
    ink, paper = THEMES[theme]
    fragment = render_inline(recorded(case), note="A cell is named by the number of its run.")
    path = tmp_path / "notebook.html"
    path.write_text(NOTEBOOK.format(ink=ink, paper=paper, fragment=fragment), encoding="utf-8")
    browser.open(path, theme=theme, width=width)
    assert axe_findings(browser) == []
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_the_page_keeps_to_its_own_policy_and_fetches_nothing(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.console() == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"
    assert browser.run("return document.scripts.length") == 0


# What an attacker would write into the page if escaping failed. @ is an address that must not be reached.
OWN = "document.title = 'owned'"
ATTACKS = {
    "script": f"<script>{OWN}</script>",
    "script from elsewhere": "<script src=@></script>",
    "module from elsewhere": "<script type=module src=@></script>",
    "picture's handler": f'<img src="data:," onerror="{OWN}">',
    "drawing's handler": f'<svg onload="{OWN}"></svg>',
    "handlers": f'<details open ontoggle="{OWN}"></details><input autofocus onfocus="{OWN}">',
    "javascript: link": f'<a class=click href="javascript:{OWN}; void 0">x</a>',
    "javascript: frame": f'<iframe src="javascript:parent.{OWN}"></iframe>',
    "frame": "<iframe src=@></iframe>",
    "frame's own text": f'<iframe srcdoc="<script>parent.{OWN}</script><img src=@>"></iframe>',
    "objects": "<object data=@></object><embed src=@>",
    "pictures": '<img src=@><img srcset="@ 2x"><input type=image src=@><table background=@></table>',
    "media": "<video src=@ poster=@></video><audio src=@></audio>",
    "drawings": "<svg><image href=@ /><use href='@#x' /></svg>",
    "style": "<style>body { max-width: 1px } @import '@'; h1 { background: url(@) }</style>",
    "style from elsewhere": "<link rel=stylesheet href=@>",
    "style attribute": "<h2 style='background: url(@)'>x</h2>",
    "preload": "<link rel=preload as=image href=@><link rel=modulepreload href=@>",
    "form": "<form action=@><button class=click>x</button></form>",
    "form's button": "<form><button class=click formaction=@>x</button></form>",
    "base": "<base href=@><img src=picture.png>",
}


class Elsewhere(http.server.ThreadingHTTPServer):
    """A server on this machine that notes what is asked of it, and has none of it.

    A mere connection does not count: Chromium opens one for a frame or a form before it looks at the policy.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Nothing)
        self.asked: list[str] = []


class Nothing(http.server.BaseHTTPRequestHandler):
    server: Elsewhere

    def parse_request(self) -> bool:
        self.server.asked.append(repr(self.raw_requestline))
        return False


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with Elsewhere() as server:
        threading.Thread(target=server.serve_forever).start()
        yield server
        server.shutdown()


def open_attacked(browser: Browser, page: Path, attack: str, elsewhere: Elsewhere) -> None:
    """Write an attack into a page, behind all that escapes, open it, and click on what can be clicked."""
    attack = re.sub("@(?!import)", f"http://127.0.0.1:{elsewhere.server_port}/x", attack)
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", attack + "</main>"), encoding="utf-8")
    browser.open(page)
    browser.run("document.querySelectorAll('.click').forEach(part => part.click())")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_got_in_would_run_nothing_and_fetch_nothing(
    browser: Browser, tmp_path: Path, elsewhere: Elsewhere, attack: str
) -> None:
    open_attacked(browser, write("mixed", tmp_path), attack, elsewhere)
    time.sleep(1)
    assert elsewhere.asked == []
    assert browser.run("return document.title") == "2/10 in The missing zero_grad"
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"
    assert any("Content Security Policy" in message for message in browser.console())


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_each_attack_would_work_without_the_policy(
    browser: Browser, tmp_path: Path, elsewhere: Elsewhere, attack: str
) -> None:
    """So that its failing above says something about the policy and not about the attack."""
    page = write("mixed", tmp_path)
    without = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text(encoding="utf-8"))
    page.write_text(without, encoding="utf-8")
    open_attacked(browser, page, attack, elsewhere)
    for _ in range(100):
        if elsewhere.asked or browser.run("return document.title") == "owned":
            return
        time.sleep(0.1)
    raise AssertionError("it did nothing")


@pytest.mark.parametrize("width", [320, 360, 1100])
def test_nothing_is_wider_than_the_screen(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    browser.run("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_the_themes_differ(browser: Browser, tmp_path: Path) -> None:
    page = write("mixed", tmp_path)
    backgrounds = []
    for theme in ("light", "dark"):
        browser.open(page, theme=theme)
        backgrounds.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    assert backgrounds == ["rgb(255, 255, 255)", "rgb(21, 24, 28)"]


def test_the_keyboard_opens_the_numbers_behind_a_picture(browser: Browser, tmp_path: Path) -> None:
    browser.open(write("mixed", tmp_path))
    browser.press("Tab", 9)
    assert browser.run("return document.activeElement.tagName") == "SUMMARY"
    browser.press("Enter", 13)
    assert browser.run("return document.querySelector('details').open")


@pytest.mark.parametrize("case", CASES)
def test_everything_that_can_be_opened_is_reached_and_opened_by_the_keyboard(
    browser: Browser, tmp_path: Path, case: str
) -> None:
    browser.open(write(case, tmp_path))
    for _ in range(browser.run("return document.querySelectorAll('summary').length")):
        browser.press("Tab", 9)
        browser.press("Enter", 13)
    assert browser.run("return document.querySelectorAll('details:not([open])').length") == 0


def test_each_part_says_which_language_it_is_in(browser: Browser, tmp_path: Path) -> None:
    browser.open(write("taught_in_german", tmp_path))
    spoken = "return [...document.querySelectorAll('.hint')].map(part => [part.lang, part.children[1].lang])"
    assert browser.run(spoken) == [["", "de"], ["", "de"]]
    assert browser.run("return [document.documentElement.lang, document.querySelector('h1').lang]") == ["en", "de"]


@pytest.mark.parametrize("case", ["map", "taught_in_german"])
def test_on_paper_nothing_is_cut_off(browser: Browser, tmp_path: Path, case: str) -> None:
    browser.open(write(case, tmp_path), width=650)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    assert browser.run("return document.documentElement.scrollWidth") <= 650
    wide = "return [...document.querySelectorAll('svg.plot')].map(part => part.getBoundingClientRect().right <= 650)"
    assert set(browser.run(wide)) == {True}
    browser.devtools("Emulation.setEmulatedMedia", media="")
