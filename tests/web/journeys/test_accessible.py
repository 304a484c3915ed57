"""axe finds nothing serious on any page, wide in English and on a phone in Chinese; no page of either is wider than a phone."""

from __future__ import annotations

import pytest

from interview_analysis.web.demo.company import RECRUITER, SECOND_RATER
from tests.web.axe import serious
from tests.web.journeys.conftest import Site, Visit
from tests.web.journeys.server import PASSWORD

OF_RECRUITER = (
    "/jobs/", "/jobs/new", "/jobs/1/", "/jobs/1/rules", "/jobs/1/stages", "/jobs/1/profile", "/jobs/1/profile/1/rescore", "/jobs/1/compare",
    "/jobs/1/exports", "/candidates/", "/candidates/new", "/candidates/import", "/candidates/1/", "/candidates/1/edit",
    "/applications/1/", "/applications/1/interviews/new", "/interviews/", "/interviews/import", "/interviews/1/", "/interviews/1/consent",
    "/interviews/1/raters", "/interviews/1/review", "/interviews/1/report", "/analyses/", "/figures/", "/tokens/", "/api/",
    "/people/me", "/messages/", "/messages/preview/visit/interviews.interview/1/", "/candidates/1/channels",
    "/applications/1/invite", "/jobs/1/interview-rules", "/jobs/1/times", "/jobs/1/notice/en", "/notice/zh-hans", "/requests/",
    "/jobs/1/guide/en", "/jobs/1/guide/zh-hans", "/nowhere/",
)  # fmt: skip
OF_DECIDED = (
    "/interviews/{decided}/", "/interviews/{decided}/review", "/interviews/{decided}/consensus",
    "/interviews/{decided}/recruitment", "/interviews/{decided}/feedback", "/interviews/{decided}/feedback?change=1",
    "/interviews/1/feedback",
)  # fmt: skip
OF_ADMINISTRATOR = ("/people/", "/people/new", "/people/1", "/webhooks/", "/webhooks/1/", "/trail/")
OF_RATER = ("/interviews/", "/interviews/1/", "/interviews/1/review")
OF_AUDITOR = ("/trail/",)
OF_ACCOUNT = (
    "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/", "/account/2fa/webauthn/add/", "/account/sessions/", "/account/reauthenticate/",
    "/account/logout/",
)  # fmt: skip
OF_NOBODY = (
    "/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/people/enter/no-such-link",
    "/account/signup/", "/nowhere/",
)  # fmt: skip
WIDTH = {"en": 1200, "zh-CN": 390}
WHO = {
    "recruiter": (RECRUITER, OF_RECRUITER),
    "decided": (RECRUITER, OF_DECIDED),
    "rater": (SECOND_RATER, OF_RATER),
    "auditor": ("ana.silva@example.com", OF_AUDITOR),
    "administrator": ("second.admin@example.com", OF_ADMINISTRATOR + OF_ACCOUNT),
    "nobody": (None, OF_NOBODY),
}


@pytest.mark.parametrize("language", WIDTH)
@pytest.mark.parametrize("who", WHO)
def test_every_page_is_accessible_and_fits_a_phone(site: Site, visit: Visit, who: str, language: str):
    email, urls = WHO[who]
    visitor = visit(email, language=language)
    page, found = visitor.page, []
    for pattern in urls:
        url = pattern.format(decided=site.decided)
        answer = page.goto(url)
        assert answer is not None
        if "/reauthenticate/" in page.url and "/reauthenticate/" not in url:
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(f"**{url}")
        expected = {"/nowhere/": 404, "/people/enter/no-such-link": 410}.get(url, 200)
        assert answer.status == expected, url
        assert page.url.removeprefix(site.url) == url, "it leads elsewhere"
        if expected != 200:
            visitor.faults.clear()  # which the console calls an error
        lang = page.locator("html").get_attribute("lang")
        if not url.endswith("/report") and lang != language:
            found.append(f"{url}: lang is {lang}")
        page.set_viewport_size({"width": WIDTH[language], "height": 844})
        found += serious(page)
        page.set_viewport_size({"width": 390, "height": 844})
        if (width := page.evaluate("() => document.documentElement.scrollWidth")) > 390:
            found.append(f"{url}: {width} px wide on a phone of 390")
        page.set_viewport_size({"width": 1200, "height": 844})
    assert found == []
