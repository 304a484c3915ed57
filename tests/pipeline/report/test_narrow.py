"""The report on a phone, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from interview_analysis.pipeline.common.messages import Language
from interview_analysis.pipeline.report.html import render_html
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript
from tests.web.answers.browser import chromium

# Words of the headings that stand on two lines, or beyond their column.
BROKEN = """() => [...document.querySelectorAll("table.moments th")].flatMap((heading) => {
  const text = heading.firstChild, column = heading.getBoundingClientRect();
  return [...text.textContent.matchAll(/\\S+/g)].filter((word) => {
    const range = document.createRange();
    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top)));
    return lines.size > 1 || box.right > column.right + 1 || box.left < column.left - 1;
  }).map((word) => word[0]);
})"""


@pytest.fixture(scope="module")
def phone() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="SKIPPED: playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_heading_of_the_moments_breaks_inside_a_word(phone: Any, language: Language) -> None:
    phone.set_content(render_html(sample_report("en"), sample_transcript("en"), language))
    phone.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert phone.locator("table.moments th").count() > 4
    assert phone.evaluate(BROKEN) == []
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390
