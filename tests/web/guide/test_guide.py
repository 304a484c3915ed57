"""The guide says what the profile and the norms say, in both languages; recruiters change its words and not its figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.pipeline.job.parser import load_library
from interview_analysis.scoring.content.fit_bearing import as_dimension
from interview_analysis.scoring.content.model import read, spoken
from interview_analysis.scoring.content.scored import content_level
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.web.candidate.access import link_of
from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.guide import content
from interview_analysis.web.guide.models import GuideText
from interview_analysis.web.people.models import User
from tests.scoring import scene
from tests.web.conftest import Company


@pytest.mark.parametrize(("language", "expected"), [("en", (135, 205)), ("zh-hans", (160, 280))])
def test_the_pace_is_the_top_of_the_norms_curve(language: str, expected: tuple[int, int]):
    assert content.pace(load_norms(), language) == expected


def test_the_pace_moves_with_the_norms():
    norms = load_norms()
    voice = tuple(
        norm.model_copy(update={"points": ((60.0, 40.0), (100.0, 80.0), (150.0, 80.0), (300.0, 40.0))})
        if norm.feature == "speech_rate.speaking_rate_wpm"
        else norm
        for norm in norms.channels["voice"]
    )
    changed = norms.model_copy(update={"channels": norms.channels | {"voice": voice}})
    assert content.pace(changed, "en") == (100, 150)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_candidates_read_dimensions_levels_shares_and_pace(
    company: Company, invitation: Invitation, language: str
):
    invitation.language = language
    invitation.save()
    device = Client()
    device.get(link_of(invitation))
    page = device.get(reverse("guide:guide")).content.decode()
    code = "zh" if language == "zh-hans" else "en"
    shown = content.guide(company.job, language)
    assert shown is not None
    for dimension in shown.dimensions:
        assert dimension.name.get(code) in page
        for level in range(1, 6):
            from django.utils.html import escape

            assert escape(dimension.anchors[level].get(code)) in page  # type: ignore[index]
    assert all(f"{figure}" in page for figure in shown.pace or ())
    assert shown.shares == {"content": pytest.approx(1.0)}
    assert ("不计入" if code == "zh" else "does not count") in page  # the pace weighs nothing in this job


def test_recruiters_change_words_in_versions(company: Company, signed_in: Callable[[User | None], Client]):
    recruiter, url = signed_in(company.recruiter), reverse("guide:edit", args=[company.job.pk, "en"])
    usual = content.usual_words("en")
    recruiter.post(url, usual | {"welcome": "Hello <b>you</b>.", "number": "0"})
    kept = GuideText.objects.get()
    assert (kept.number, kept.welcome, kept.advice) == (
        1,
        "Hello <b>you</b>.",
        "",
    )  # usual words are not copied
    assert "Hello &lt;b&gt;you&lt;/b&gt;." in recruiter.get(url).content.decode()
    late = recruiter.post(url, usual | {"welcome": "Mine", "number": "0"})
    assert late.status_code == 409
    assert "Mine" in late.content.decode()
    assert GuideText.objects.count() == 1


@pytest.mark.parametrize(
    "text", ["Speak 150 to 200 words a minute.", "语速每分钟150至200字。", "about 180 wpm"]
)
def test_a_pace_of_ones_own_is_refused(
    company: Company, signed_in: Callable[[User | None], Client], text: str
):
    url = reverse("guide:edit", args=[company.job.pk, "en"])
    page = signed_in(company.recruiter).post(url, {"advice": text, "number": "0"})
    assert page.status_code == 409
    assert text in page.content.decode()
    assert not GuideText.objects.exists()


def test_whoever_goes_without_the_machine_reads_of_people_only(company: Company, invitation: Invitation):
    consent = invitation.interview.consent
    assert consent is not None
    consent.analysis = False
    consent.save()
    device = Client()
    device.get(link_of(invitation))
    page = device.get(reverse("guide:guide")).content.decode()
    assert "without the automated analysis" in page
    assert "Of the program's score" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_program_itself_rates_the_good_example_above_the_thin_one(language: str):
    """By the competency that the example's question asks about: levels 4 or more, and 2 or less."""
    encoder = scene.encoder()
    words, code = content.usual_words(language), "zh" if language == "zh-hans" else "en"
    asked = as_dimension(next(c for c in load_library() if c.id == "customer_service"))
    levels = {}
    for name in ("thin", "good"):
        spoken_words = spoken(transcript_of_text(words[name], code), encoder)
        model = load_content_model(encoder.id)
        reading = read(model, spoken_words, words["question"])
        assert reading is not None
        found = content_level(model, reading, asked, encoder, words["question"])
        levels[name] = load_norms().level(found.score)
    assert levels["thin"] <= 2
    assert levels["good"] >= 4
