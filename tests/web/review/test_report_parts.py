"""The review page shows the whole report beside the player once it may be seen, and nothing of it before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from django.test import Client

from interview_analysis.scoring.report.provenance import Speaker, Speakers
from interview_analysis.scoring.report.report import Report
from interview_analysis.web.hiring.models import Job
from interview_analysis.web.people.models import User
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript
from tests.web.conftest import Company
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


def review(company: Company, client: Client, **headers: str) -> str:
    page = client.get(f"/interviews/{company.interview.pk}/review", headers=headers)
    assert page.status_code == 200
    return page.content.decode()


def test_before_submitting_there_is_no_timeline_and_no_part(
    company: Company, signed_in: SignedIn, result: Report
):
    page = review(company, signed_in(company.interviewer))
    for told in (
        'id="lanes"',
        "report.css",
        "timeline.js",
        "data-at",
        "Over time",
        "Speaking rate",
        'class="report"',
    ):
        assert told not in page, told
    rate(company.interview, company.interviewer, 3)
    page = review(company, signed_in(company.interviewer))
    for told in ('id="lanes"', "report.css", "timeline.js", "data-at", "Over time", "Speaking rate"):
        assert told in page, told


def test_all_parts_of_the_report_are_on_the_page_in_the_reader_s_language(
    company: Company, signed_in: SignedIn, result: Report
):
    page = review(company, signed_in(company.recruiter))
    for section in ("result", "first", "state", "dimensions", "channels", "timeline", "origin"):
        assert page.count(f'<section id="{section}">') == 1, section
    assert result.lineage.profile.sha256 in page
    assert page.count('id="transcript"') == 1, "the page's own transcript, in step"
    chinese = review(company, signed_in(company.recruiter), **{"Accept-Language": "zh-hans"})
    assert "各维度及其依据" in chinese
    assert "以表格查看曲线" in chinese


def test_where_the_job_shows_all_they_are_there_from_the_start(
    company: Company, signed_in: SignedIn, result: Report
):
    Job.objects.update(machine_shown=Job.Shown.ALWAYS)
    assert 'id="lanes"' in review(company, signed_in(company.interviewer))


def test_the_page_needs_no_style_or_script_of_its_own(company: Company, signed_in: SignedIn, result: Report):
    page = review(company, signed_in(company.recruiter))
    assert " style=" not in page
    assert "<style" not in page
    assert [
        s for s in re.findall(r"<script[^>]*>", page) if "src=" not in s and "application/json" not in s
    ] == []
    css = signed_in(None).get("/report.css")
    assert css.headers["Content-Type"].startswith("text/css")
    assert ".report .quotes" in css.content.decode()


def lines(page: str) -> list[dict[str, object]]:
    found = re.search(r'<script id="page-data" type="application/json">(.*?)</script>', page)
    assert found is not None
    told: list[dict[str, object]] = json.loads(found[1])["lines"]
    return told


def keep_two_voices(company: Company, name: str) -> None:
    """A result in which the voices take turns; `name` is what a transcript calls the second one."""
    voices = (
        Speaker(voice=0, role="candidate", seconds=60.0, talk_share=0.8),
        Speaker(voice=1, role="other", seconds=15.0, talk_share=0.2, name=name),
    )
    told = Speakers(
        candidate=0,
        by="channel",
        confidence=1.0,
        guess=False,
        doubt="",
        told_apart_by="channels",
        voices=voices,
    )
    spoken = sample_transcript("en")
    turns = tuple(replace(segment, voice=i % 2) for i, segment in enumerate(spoken.segments))
    report = sample_report("en").model_copy(update={"speakers": told})
    keep_result(company.analysis, report, replace(spoken, segments=turns))


def test_speakers_are_named_in_the_reader_s_language(company: Company, signed_in: SignedIn):
    keep_two_voices(company, "")
    client = signed_in(company.interviewer)
    told = [(line["speaker"], line["other"]) for line in lines(review(company, client))]
    assert told[:2] == [("Chen Yu 陈雨", False), ("Other voice", True)]
    chinese = lines(review(company, client, **{"Accept-Language": "zh-hans"}))
    assert [line["speaker"] for line in chinese[:2]] == ["Chen Yu 陈雨", "其他人"]


def test_a_name_that_a_transcript_gives_is_shown(company: Company, signed_in: SignedIn):
    keep_two_voices(company, "Maria </script> Lopez")
    page = review(company, signed_in(company.interviewer))
    assert [line["speaker"] for line in lines(page)[:2]] == ["Chen Yu 陈雨", "Maria </script> Lopez"]
