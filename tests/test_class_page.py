"""The class at a glance: what it says, that whatever is in it stays text, and how it behaves in a real browser.

After a wanted change, write the golden page anew and read the difference:

    REGENERATE_GOLDEN=1 python -m pytest tests/test_class_page.py
"""

from __future__ import annotations

import gc
import os
import re
import time
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from batch_support import folder
from browser_support import Browser, axe_findings, needs_axe, needs_browser
from class_samples import CLASSES, INTAKES, PAIRS, Counted, a_class, an_intake, hostile_row, large_class
from conftest import ROOT, RunGrade
from hypothesis import given
from hypothesis import strategies as st
from report_samples import NASTY, Page, hostile_reports

from grader.batch.class_report import render
from grader.batch.class_summary import address
from grader.batch.intake.handed_in import Intake
from grader.batch.intake.layout import Shape
from grader.batch.records import Pair
from grader.model import Report
from grader.reporters import bars

GOLDEN = Path(__file__).parent / "golden_class" / "index.html"
NOTHING = Intake(shape=Shape.FOLDERS, entries=(), left_out=())
PAIR = Pair(exercise="ex1", one="student001", other="student002", share=0.876, page="pairs/1.html")


@pytest.fixture
def html(tmp_path: Path) -> str:
    return render(a_class(), an_intake(tmp_path / "class"), pairs=(PAIR,))


@pytest.fixture
def page(html: str, tmp_path: Path) -> Path:
    return write(html, tmp_path)


def write(html: str, folder: Path) -> Path:
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


# --- what it says ------------------------------------------------------------------------------------------


def test_golden(html: str) -> None:
    if os.environ.get("REGENERATE_GOLDEN"):
        GOLDEN.write_text(html, encoding="utf-8", newline="\n")
    assert html == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "ex1 · Exercise 1",
        "4 scores: mean 7.15, median 7.5 of 10; 1 with full marks.",  # 10; 10 less 2; 7 by hand; 4 less 0.4
        "How often each check passed, in 4 graded submissions",
        "A missing file raises 1 ended in an error, 3 not reached 0%",
        "student003 , ex1, crashed: ",
        "student006 , ex5, out of time: ",
        "student004 , ex1: The sandbox is gone.",
        "student005, ex1: There is no result yet.",
        "student002 , ex1: 1 d 2 h late, 2 taken off",
        "student006 , ex5: late, 0.2 taken off",
        "student003 , ex1: 7 of 10. agreed in the lab",
        "student006 , ex5: 9.5 s",
        "Alike is not copied",
        "student001 and student002 ex1 88%",
        "Student007 and student007 differ in upper and lower case alone",
        "student002/notes.txt : It is no Python file and no notebook.",
        "1 \u00d7 .DS_Store",
        "Nothing to grade among their files student008",
        "In the roster, and handed in nothing student009",
        "student007: Nobody in the roster fits student007.",
    ],
)
def test_it_says(html: str, words: str) -> None:
    assert words in Page(html).text


def test_mistakes_are_ranked_by_how_many_made_them_and_name_them(html: str) -> None:
    section = html.partition('id="mistakes"')[2].partition("</section>")[0]
    assert [int(many) for many in re.findall(r"<h3><b>(\d+)</b>", section)] == [3, 1]
    first = Page("<li>" + section.partition("<li>")[2].partition("</li>")[0] + "</li>")
    assert "never zeroed ex5" in first.text
    assert "Try: Call optimizer.zero_grad()" in first.text
    assert [link["href"] for link in first.named("a")] == [
        "reports/student001/ex5.html",
        "reports/student002/ex5-attempt2.html",
        "reports/student006/ex5.html",
    ]


def test_every_record_is_a_row_and_links_to_its_report(html: str) -> None:
    table = html.partition('class="everybody"')[2]
    rows = [Page(f"<table><tr>{row}</tr></table>") for row in re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", table)]
    assert len(rows) == len(a_class())
    assert rows[3].text == "student002 ex5 2/10 failed"
    assert rows[3].named("a") == [{"href": "reports/student002/ex5-attempt2.html"}]
    assert [row.text for row in rows if "student009" in row.text] == [
        "student009 ex1 nothing to grade",
        "student009 ex5 nothing to grade",
    ]


def test_links_lead_to_the_reports_of_a_real_batch(run_grade: RunGrade, tmp_path: Path) -> None:
    right = next((ROOT / "reference").glob("ex1_*/right/*.py")).read_bytes()
    names = ("student001", "Müller & Söhne", "a%2Fb #1?", "AUX")
    class_ = folder(tmp_path / "class", {f"{name}/ex1.py": right for name in names})
    assert run_grade("batch", "ex1", class_, "-o", tmp_path / "out").returncode == 0
    page = Page((tmp_path / "out" / "index.html").read_text(encoding="utf-8"))
    links = {str(link["href"]) for link in page.named("a") if not str(link["href"]).startswith("#")}
    assert len(links) == len(names)
    assert all((tmp_path / "out" / unquote(link)).is_file() for link in links)


def test_a_class_of_nobody_is_a_page() -> None:
    text = Page(render([], NOTHING)).text
    assert "No known mistake was recognised." in text
    assert "0 submissions" in text


def test_reports_are_added_up_while_they_pass_by() -> None:
    def alive() -> int:
        return sum(type(each) is Report for each in gc.get_objects())

    most = []

    def counted() -> Counted:
        for number, each in enumerate(large_class(300)):
            if number % 50 == 49:
                most.append(alive())
            yield each

    before = alive()
    render(counted(), NOTHING)  # type: ignore[arg-type]
    assert len(most) == 6
    assert max(most) - before < 10


@given(st.integers(0, 1000), st.data())
def test_every_score_is_in_one_bar_and_every_bar_in_the_picture(max_score: int, data: st.DataObject) -> None:
    scores = data.draw(st.lists(st.decimals(0, max_score, places=2), max_size=30))
    drawn = bars.lay_out(Counter(scores), max_score)
    assert 1 <= len(drawn) <= bars.MOST_BARS
    assert sum(bar.count for bar in drawn) == len(scores)
    for bar, after in pairwise([*drawn, None]):
        upper = after.low if after else Decimal("Infinity")
        assert bar.count == sum(bar.low <= score < upper for score in scores)
        assert bars.TOP <= bar.y <= bars.BOTTOM + 0.1
        assert 0 <= bar.x < bar.x + bar.width <= bars.WIDTH
        assert after is None or bar.x + bar.width < after.x


# --- whatever is in it stays text --------------------------------------------------------------------------


def test_the_policy_allows_the_pages_own_style_and_script_alone(html: str) -> None:
    policies = [meta["content"] for meta in Page(html).named("meta") if "http-equiv" in meta]
    assert len(policies) == 1
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; script-src 'sha256-[\w+/]{43}='; "
        r"base-uri 'none'; form-action 'none'",
        policies[0] or "",
    )


@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("pairs/1.html#line-3", "pairs/1.html#line-3"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("//elsewhere.example/x", "elsewhere.example/x"),
        ("\\\\elsewhere\\x", "%5C%5Celsewhere%5Cx"),
        ("reports/Åsa 100%?.html", "reports/%C3%85sa%20100%25%3F.html"),
    ],
)
def test_a_link_stays_within_the_folder_of_results(path: str, link: str) -> None:
    assert address(path) == link


@hostile_reports
@given(CLASSES, INTAKES, PAIRS)
def test_a_page_of_anything_is_well_formed_and_inert(counted: Counted, intake: Intake, pairs: list[Pair]) -> None:
    html = render(counted, intake, pairs=pairs)
    page = Page(html)
    script = html.rpartition("<script>")[2].partition("</script>")[0]
    assert script in Path(ROOT, "grader/batch/templates/class.js").read_text(encoding="utf-8")
    assert html.lower().count("<script") == 1
    assert not {tag for tag, _ in page.tags} & {"img", "iframe", "object", "link", "base", "form"}
    assert not any(name.startswith("on") or name in {"src", "style"} for _, attrs in page.tags for name in attrs)
    links = [str(link["href"]) for link in page.named("a")]
    assert all(re.fullmatch(r"#[\w-]+|(?![a-z]+:|//)[\w%./~#-]*", link, re.ASCII) for link in links)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", html)
    html.encode()


def test_headings_are_in_order_and_the_language_is_named(html: str) -> None:
    page = Page(html)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.named("html") == [{"lang": "en"}]


# --- in a browser ------------------------------------------------------------------------------------------


@needs_axe
@needs_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_axe_core_finds_nothing(browser: Browser, page: Path, theme: str, width: int) -> None:
    browser.open(page, theme=theme, width=width)
    assert axe_findings(browser) == []
    browser.run("document.querySelectorAll('.everybody button')[2].click()")
    assert axe_findings(browser) == []


@needs_browser
def test_the_page_keeps_to_its_own_policy_and_fetches_nothing(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.console() == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"


@needs_browser
@pytest.mark.parametrize("width", [320, 360, 1100])
def test_nothing_is_wider_than_the_screen(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    browser.run("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert browser.run("return document.documentElement.scrollWidth") <= width


@needs_browser
@pytest.mark.parametrize("width", [320, 360, 500, 1100])
def test_every_bar_and_every_score_of_a_histogram_is_seen(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width=width)
    parts = "[...document.querySelectorAll('.histogram .bin, .histogram text')]"
    assert "10" in browser.run(f"return {parts}.map(part => part.textContent)")
    room = browser.run("return document.querySelector('figure').getBoundingClientRect().right")
    assert browser.run(f"return Math.max(...{parts}.map(part => part.getBoundingClientRect().right))") <= room


@needs_browser
def test_a_script_that_got_in_would_not_run(browser: Browser, html: str, tmp_path: Path) -> None:
    attacks = """
        <script>document.title = "owned"</script>
        <img src="data:," onerror="document.title = 'owned'">
        <a id="lure" href="javascript:document.title = 'owned'">x</a>
        <style>body { max-width: 1px }</style>
    """
    browser.open(write(html.replace("</main>", attacks + "</main>"), tmp_path))
    browser.run("lure.click()")
    assert browser.run("return document.title") == "The class at a glance: ex1, ex5"
    assert browser.run("return getComputedStyle(document.body).maxWidth") == "768px"
    assert any("Content Security Policy" in message for message in browser.console())


@needs_browser
def test_hostile_text_does_nothing_when_it_is_sorted_and_searched(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(render([*a_class(), *map(hostile_row, NASTY)], NOTHING), tmp_path))
    browser.run("document.querySelectorAll('.everybody button').forEach(button => button.click())")
    type_in(browser, "<script>")
    assert len(column(browser, 0)) == 1
    assert browser.console() == []
    assert browser.run("return document.scripts.length") == 1
    assert browser.run("return document.images.length") == 0


def column(browser: Browser, number: int) -> list[str]:
    script = f"""return [...document.querySelectorAll('.everybody tbody tr')].filter(row => !row.hidden)
        .map(row => row.cells[{number}].textContent)"""
    found: list[str] = browser.run(script)
    return found


def click(browser: Browser, number: int) -> None:
    browser.run(f"document.querySelectorAll('.everybody button')[{number}].click()")


def type_in(browser: Browser, text: str) -> None:
    browser.run("wanted.select()")
    browser.devtools("Input.insertText", text=text)


@needs_browser
def test_each_column_sorts_both_ways_and_what_is_empty_comes_last(browser: Browser, page: Path) -> None:
    browser.open(page)
    everybody = Counter(column(browser, 0))
    click(browser, 2)
    assert column(browser, 2) == ["1.8/10", "2/10", "2/10", "3.6/10", "7/10", "8/10", "10/10", *[""] * 9]
    click(browser, 2)
    assert column(browser, 2) == ["10/10", "8/10", "7/10", "3.6/10", "2/10", "2/10", "1.8/10", *[""] * 9]
    click(browser, 4)
    assert column(browser, 4)[:4] == ["late, \u22120.2", "1 h late, \u22120.4", "1 d 2 h late, \u22122", ""]
    click(browser, 4)
    assert column(browser, 4)[:4] == ["1 d 2 h late, \u22122", "1 h late, \u22120.4", "late, \u22120.2", ""]
    for number in (0, 1, 3):
        click(browser, number)
        assert column(browser, number) == sorted(column(browser, number))
        click(browser, number)
        assert column(browser, number) == sorted(column(browser, number), reverse=True)
    assert Counter(column(browser, 0)) == everybody


@needs_browser
def test_rows_that_are_equal_keep_their_order(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = list(zip(column(browser, 1), column(browser, 0), strict=True))
    click(browser, 1)
    after = list(zip(column(browser, 1), column(browser, 0), strict=True))
    assert after == sorted(before, key=lambda row: row[0])


@needs_browser
def test_a_column_is_sorted_by_keyboard_and_says_so(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("wanted.focus()")
    browser.press("Tab", 9)
    assert browser.run("return document.activeElement.textContent") == "Student"
    browser.press("Tab", 9)
    browser.press("Tab", 9)
    browser.press("Enter", 13)
    sorts = "return [...document.querySelectorAll('.everybody thead th')].map(head => head.ariaSort)"
    assert browser.run(sorts) == [None, None, "ascending", None, None]
    assert column(browser, 2)[0] == "1.8/10"
    browser.press("Enter", 13)
    assert browser.run(sorts) == [None, None, "descending", None, None]
    assert browser.run("return document.activeElement.textContent") == "Score"


@needs_browser
def test_search_takes_every_word_and_says_how_many_fit(browser: Browser, page: Path) -> None:
    browser.open(page)
    for wanted, keys in [
        ("STUDENT002", ["student002"] * 2),
        ("failed ex5", ["student001", "student002"]),
        ("nobody", []),
        (" ", column(browser, 0)),
    ]:
        type_in(browser, wanted)
        assert column(browser, 0) == keys
        said = f"{len(keys)} of 16 rows" if wanted.strip() else ""
        assert browser.run("return found.textContent") == said


@needs_browser
def test_without_a_script_it_is_a_whole_page(browser: Browser, page: Path) -> None:
    browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(page)
        assert len(column(browser, 0)) == len(a_class())
        assert browser.run("return getComputedStyle(search).display") == "none"
        assert browser.run("return document.querySelectorAll('button').length") == 0
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", value=False)


@needs_browser
def test_ten_thousand_rows_sort_and_search(browser: Browser, tmp_path: Path) -> None:
    html = render(large_class(10_000), NOTHING)
    assert len(html.encode()) < 5_000_000
    browser.open(write(html, tmp_path))
    click(browser, 0)
    click(browser, 0)
    assert column(browser, 0)[:2] == ["student9999", "student9998"]
    type_in(browser, "student4242")
    assert column(browser, 0) == ["student4242"]
    assert browser.run("return found.textContent") == "1 of 10000 rows"


@needs_browser
def test_on_paper_it_shows_who_made_each_mistake_and_no_search(browser: Browser, page: Path) -> None:
    browser.open(page)
    shown = "return document.querySelector('.mistakes details a').checkVisibility({contentVisibilityAuto: true})"
    assert not browser.run(shown)
    browser.devtools("Emulation.setEmulatedMedia", media="print")
    try:
        for _ in range(100):  # the page is laid out anew for paper, which takes a moment on a busy machine
            if browser.run(shown):
                break
            time.sleep(0.05)
        assert browser.run(shown)
        assert browser.run("return getComputedStyle(search).display") == "none"
    finally:
        browser.devtools("Emulation.setEmulatedMedia", media="")
