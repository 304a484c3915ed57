"""axe finds nothing serious on any page, in either language; nothing is wider than a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from interview_analysis.web.demo.company import RECRUITER, SECOND_RATER
from tests.web.journeys.conftest import Site, Visit

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], rules: {'target-size': {enabled: true}}})"
OF_RECRUITER = (
    "/jobs/", "/jobs/new", "/jobs/1/", "/jobs/1/rules", "/jobs/1/stages", "/jobs/1/profile", "/candidates/",
    "/candidates/new", "/candidates/1/", "/candidates/1/edit", "/applications/1/", "/applications/1/interviews/new",
    "/interviews/", "/interviews/1/", "/interviews/1/consent", "/interviews/1/raters", "/interviews/1/review",
    "/interviews/1/report", "/analyses/", "/people/me", "/account/password/change/", "/account/2fa/",
    "/account/sessions/", "/messages/", "/messages/preview/visit/interviews.interview/1/", "/candidates/1/channels",
    "/applications/1/invite", "/jobs/1/interview-rules", "/jobs/1/times", "/jobs/1/notice/en", "/notice/zh-hans",
)  # fmt: skip
OF_RATER = ("/interviews/", "/interviews/1/", "/interviews/1/review")
OF_AUDITOR = ("/trail/",)
OF_NOBODY = ("/account/login/", "/account/password/reset/", "/people/enter/no-such-link", "/account/signup/")
WHO = {
    RECRUITER: OF_RECRUITER, SECOND_RATER: OF_RATER, "ana.silva@example.com": OF_AUDITOR, "": OF_NOBODY,
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("email", WHO, ids=lambda email: email.partition("@")[0] or "nobody")
def test_every_page_is_accessible_and_fits_a_phone(site: Site, visit: Visit, email: str, language: str):
    visitor = visit(email or None, language=language)
    page, found = visitor.page, []
    for url in WHO[email]:
        answer = page.goto(url)
        assert answer is not None
        assert answer.status in (200, 410), url
        if answer.status == 410:
            visitor.faults.clear()  # which the console calls an error
        lang = page.locator("html").get_attribute("lang")
        if "/report" not in url and lang != language:
            found.append(f"{url}: lang is {lang}")
        page.evaluate(AXE)
        for violation in page.evaluate(RUN)["violations"]:
            if violation["impact"] in ("serious", "critical"):
                where = violation["nodes"][0]["html"][:160]
                found.append(f"{url}: {violation['id']}: {violation['help']}: {where}")
        page.set_viewport_size({"width": 390, "height": 844})
        if (width := page.evaluate("() => document.documentElement.scrollWidth")) > 390:
            found.append(f"{url}: {width} px wide on a phone of 390")
        page.set_viewport_size({"width": 1200, "height": 844})
    assert found == []
