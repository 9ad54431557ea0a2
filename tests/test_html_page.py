"""The HTML report in a real browser: it looks as meant, runs nothing, fetches nothing, and passes axe-core."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser_support import Browser, axe_findings, needs_axe, needs_browser

from grader.reporters import Format, render
from grader.reporters.json_report import from_dict

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())

pytestmark = needs_browser


@pytest.fixture(params=CASES)
def page(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(request.param, tmp_path)


def write(case: str, folder: Path) -> Path:
    report = from_dict(json.loads((GOLDEN / case / "report.json").read_text(encoding="utf-8")))
    path = folder / f"{case}.html"
    path.write_text(render(report, Format.HTML), encoding="utf-8")
    return path


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_axe_core_finds_nothing(browser: Browser, page: Path, theme: str, width: int) -> None:
    browser.open(page, theme=theme, width=width)
    assert axe_findings(browser) == []


def test_the_page_keeps_to_its_own_policy_and_fetches_nothing(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.console() == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"
    assert browser.run("return document.scripts.length") == 0


def test_a_script_that_got_in_would_not_run(browser: Browser, tmp_path: Path) -> None:
    page = write("mixed", tmp_path)
    attacks = """
        <script>document.title = "owned"</script>
        <img src="data:," onerror="document.title = 'owned'">
        <svg onload="document.title = 'owned'"></svg>
        <style>body { max-width: 1px }</style>
        <h2 style="color: red" id="painted">x</h2>
        <iframe srcdoc="<script>parent.document.title = 'owned'</script>"></iframe>
    """
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", attacks + "</main>"), encoding="utf-8")
    browser.open(page)
    assert browser.run("return document.title") == "2/10 in The missing zero_grad"
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"
    assert browser.run("return getComputedStyle(painted).color") != "rgb(255, 0, 0)"
    assert any("Content Security Policy" in message for message in browser.console())


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
