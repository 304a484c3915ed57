"""A recording as the scorer sees it, without any media: a transcript, speech and feature tables."""

from __future__ import annotations

from functools import cache

from interview_analysis.features.language.lexicons import background
from interview_analysis.features.tables import FeatureTables, feature_tables
from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.pipeline.content.model_file import load_content_model
from interview_analysis.scoring.content.interview import Content, Levels
from interview_analysis.scoring.evidence.indicators import ContentEvidence, find_evidence, reference_texts
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.rubric.score import ScoreCard, score
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity
from tests.transcripts import transcript_from_text
from tests.vectors import known_vectors

# What the answers of this folder are to; a scene takes it to ask about every dimension.
QUESTION = {
    "en": "Tell me about a product that you changed because of what its users needed. How did you plan the work?",
    "zh": "请讲一个你根据用户需求改产品的经历。你是怎么安排进度的？",
}


def references() -> list[str]:
    """What every profile and language is held against."""
    jobs = [load_profile(name) for name in ("product-manager", "customer-success-manager")]
    return [
        text
        for language in ("en", "zh")
        for texts in (background(language), *(reference_texts(job, language) for job in jobs))
        for text in texts
    ]


@cache
def encoder() -> RememberingEncoder:
    """One for all tests, which knows the references."""
    remembering = RememberingEncoder(known_vectors())
    remembering.remember(references())
    return remembering


def observe_text(text: str, language: str = "en") -> Observations:
    """Someone says `text` at an even pace into a microphone without a camera."""
    transcript = transcript_from_text(text, language)
    end_s = transcript.words[-1].end_s if transcript.words else 1.0
    speech = SpeechActivity((Interval(0.0, end_s),) if transcript.words else ())
    facts = MediaFacts(duration_s=end_s + 0.2, has_audio=True, has_video=False, snr_db=30.0)
    return Observations(facts=facts, speech=speech, transcript=transcript)


def evidence(profile: JobProfile, seen: Observations) -> ContentEvidence:
    assert seen.transcript is not None
    return find_evidence(
        profile, seen.transcript, encoder(), background(seen.transcript.language), load_norms().evidence
    )


def content(seen: Observations) -> Content:
    assert seen.transcript is not None
    return Content.of(seen.transcript, load_content_model(encoder().id), encoder())


def levels(profile: JobProfile, seen: Observations) -> Levels:
    """Of everything that was said, as one answer to QUESTION."""
    assert seen.transcript is not None
    window, every = Interval(0.0, seen.facts.duration_s), frozenset(d.id for d in profile.dimensions)
    return content(seen).answer(window, QUESTION[seen.transcript.language], profile.dimensions, every)


def score_text(
    text: str, language: str = "en", profile: JobProfile | None = None
) -> tuple[ScoreCard, ContentEvidence, FeatureTables]:
    profile = profile or load_profile("product-manager")
    seen = observe_text(text, language)
    tables = feature_tables(seen)
    found = evidence(profile, seen)
    return score(profile, load_norms(), seen, tables, found, levels(profile, seen)), found, tables
