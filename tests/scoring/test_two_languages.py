"""An interview in two languages: each stretch is read by its own language, or left out and said so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interview_analysis.features.language.lexicons import background
from interview_analysis.features.tables import feature_tables
from interview_analysis.pipeline.common.config import load_norms, load_profile
from interview_analysis.scoring.content.interview import Content
from interview_analysis.scoring.evidence.indicators import ContentEvidence, in_every_language
from interview_analysis.scoring.interview.flags import flags
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import Flag, Reason
from interview_analysis.scoring.rubric.gates import content_gate, voice_gate
from interview_analysis.scoring.rubric.score import score
from interview_analysis.types import Interval, MediaFacts, Observations, SpeechActivity, Transcript
from tests.features.language.test_stretches import mixed
from tests.features.voice.test_syllables import heard
from tests.scoring.rubric.test_score import SUBSTANCE
from tests.scoring.scene import content, encoder, levels

NORMS, PROFILE = load_norms(), load_profile("product-manager")
ENGLISH_ONLY = PROFILE.model_copy(update={"languages": ("en",)})
EN, ZH = SUBSTANCE["en"], SUBSTANCE["zh"]
RUSSIAN = "Я провёл двадцать интервью и составил план работы на полгода вместе с командой разработки."
BOTH = mixed((EN, "en"), (ZH, "zh"))


def observed(transcript: Transcript) -> Observations:
    regions = tuple(Interval(s.start_s, s.end_s) for s in transcript.segments)
    facts = MediaFacts(regions[-1].end_s + 0.2, has_audio=True, has_video=False, snr_db=30.0)
    return Observations(facts, speech=SpeechActivity(regions), transcript=transcript)


def evidence(transcript: Transcript, profile: JobProfile = PROFILE) -> ContentEvidence | None:
    known = {language: background(language) for language in profile.languages}
    return in_every_language(profile, transcript, encoder(), known, NORMS.evidence)


def raised(transcript: Transcript, profile: JobProfile = PROFILE) -> list[Flag]:
    seen = observed(transcript)
    tables, found = feature_tables(seen), evidence(transcript, profile)
    card = score(profile, NORMS, seen, tables, found, levels(PROFILE, observed(BOTH)))
    limit = NORMS.limits.min_word_probability
    return list(flags(seen, tables, found, card, languages=profile.languages, min_word_probability=limit))


def strengths(found: ContentEvidence | None) -> list[str]:
    assert found is not None
    return [indicator.strength for indicator in found.indicators]


def test_evidence_of_both_is_what_each_alone_has():
    found = evidence(BOTH)
    alone = [evidence(BOTH.in_language(language)) for language in ("zh", "en")]
    ranks = ["absent", "listed", "mentioned", "demonstrated"]
    best = [max(pair, key=ranks.index) for pair in zip(*map(strengths, alone), strict=True)]
    assert strengths(found) == best
    assert sum(len(i.hits) for i in found.indicators) == sum(
        len(i.hits) for one in alone for i in one.indicators
    )
    for indicator in found.indicators:
        for hit in indicator.hits:
            assert hit.quote == found.sentences[hit.sentence].text
            for support in hit.support:
                near = found.sentences[support]
                assert near.text.isascii() == found.sentences[hit.sentence].text.isascii()


def test_what_is_in_no_language_of_the_profile_is_left_out():
    found = evidence(BOTH, ENGLISH_ONLY)
    assert found == evidence(BOTH.in_language("en"), ENGLISH_ONLY)
    assert evidence(mixed((RUSSIAN, "ru"))) is None


def test_each_answer_is_read_in_the_language_of_most_of_it():
    model = content(observed(BOTH)).model
    said = Content.of(BOTH, model, encoder())
    assert tuple(said.spoken) == BOTH.languages
    for language, text in (("en", EN), ("zh", ZH)):
        alone = BOTH.in_language(language)
        window = Interval(alone.words[0].start_s, alone.words[-1].end_s)
        by_itself = Content.of(alone, model, encoder())
        every = frozenset(d.id for d in PROFILE.dimensions)
        question = "What did you do?"
        together, single = (
            one.answer(window, question, PROFILE.dimensions, every) for one in (said, by_itself)
        )
        assert {d: level.score for d, level in together.items() if level} == {
            d: level.score for d, level in single.items() if level
        }
        assert any(together.values())
        assert "".join(c.text for c in said.spoken[language].clauses).replace(" ", "") == text.replace(
            " ", ""
        )


def test_the_content_gate_counts_every_language_of_the_profile_and_the_voice_gate_the_main_one():
    mostly_russian = mixed(
        (f"{RUSSIAN} {RUSSIAN} {RUSSIAN} {RUSSIAN} {RUSSIAN}", "ru"), (EN, "en"), (RUSSIAN, "ru")
    )
    seen = observed(replace(mostly_russian, language="ru"))
    assert content_gate(seen, PROFILE, NORMS.limits) is None
    refused = voice_gate(seen, PROFILE, NORMS.limits)
    assert refused is not None
    assert refused.reason is Reason.LANGUAGE_MISMATCH
    none = content_gate(observed(mixed((RUSSIAN, "ru"))), PROFILE, NORMS.limits)
    assert none is not None
    assert none.reason is Reason.LANGUAGE_MISMATCH


def test_half_of_the_least_in_each_language_is_enough():
    english, mandarin = (
        " ".join(EN.split()[: NORMS.limits.min_words // 2 + 1]),
        ZH[: NORMS.limits.min_characters],
    )
    assert content_gate(observed(mixed((english, "en"))), PROFILE, NORMS.limits) is not None
    assert content_gate(observed(mixed((english, "en"), (mandarin, "zh"))), PROFILE, NORMS.limits) is None


@pytest.mark.parametrize(
    ("profile", "code", "severity"),
    [(PROFILE, "other_language_read", "info"), (ENGLISH_ONLY, "other_language_left_out", "warning")],
)
def test_the_report_says_which_stretch_is_in_which_language(profile: JobProfile, code: str, severity: str):
    told = mixed((EN, "en"), (ZH[:40], "zh"))
    found = {flag.code: flag for flag in raised(told, profile)}
    assert found["mixed_languages"].values == {"language": "en"}
    flag = found[code]
    assert (flag.severity, flag.values) == (severity, {"language": "zh"})
    own = told.in_language("zh").words
    assert (flag.start_s, flag.end_s) == pytest.approx((own[0].start_s, own[-1].end_s))
    assert not {"mixed_languages", code} & {flag.code for flag in raised(mixed((EN, "en")), profile)}


def test_a_stretch_that_the_recogniser_holds_for_wrong_is_flagged():
    """What Whisper makes of one language in another: 0.27 a word on the average."""
    sure = mixed((EN, "en"), (EN, "en"))
    wrong = replace(
        sure.segments[1], words=tuple(replace(word, probability=0.27) for word in sure.segments[1].words)
    )
    (flag,) = [
        f for f in raised(replace(sure, segments=(sure.segments[0], wrong))) if f.code == "unsure_stretch"
    ]
    assert (flag.start_s, flag.end_s) == pytest.approx((wrong.start_s, wrong.end_s))
    assert flag.values == {"probability": 0.27}
    assert "unsure_stretch" not in {f.code for f in raised(sure)}


def test_a_transcript_with_many_more_syllables_than_the_sound_is_doubted():
    def codes(syllables: int) -> set[str]:
        seen = heard(syllables)
        tables = feature_tables(seen)
        card = score(PROFILE, NORMS, seen, tables, None, {})
        return {flag.code for flag in flags(seen, tables, None, card)}

    assert "rates_disagree" in codes(20)
    assert "rates_disagree" in codes(80)
    assert "rates_disagree" not in codes(42)
