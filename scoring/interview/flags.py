"""What a reader must know about the recording and the answer before reading a score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from interview_analysis.features.conversation.answers import Answer
from interview_analysis.features.conversation.roles import talk_shares
from interview_analysis.features.language.lexicons import LANGUAGES
from interview_analysis.features.language.questions import language_of
from interview_analysis.features.language.stretches import language_stretches
from interview_analysis.features.tables import FeatureTables
from interview_analysis.features.voice.syllables import DISAGREE
from interview_analysis.scoring.evidence.indicators import ContentEvidence
from interview_analysis.scoring.report.report import ChannelName, Flag, Reason
from interview_analysis.scoring.report.speakers import NOBODY_SCORED
from interview_analysis.scoring.rubric.score import ScoreCard
from interview_analysis.types import Conversation, MediaFacts, Observations, Sentence, Word, WordTimes

# Which channel a quality flag of the recording speaks of.
QUALITY_CHANNELS: dict[str, ChannelName | None] = {
    "low_snr": "voice", "clipped": "voice", "quiet": "voice", "narrow_band": "voice", "sound_missing": "voice", "dark_video": "face", "low_resolution": "face",
    "low_frame_rate": "face", "variable_frame_rate": None, "short": None,
}  # fmt: skip
NON_ANSWER_LIMIT = 0.2  # share of sentences that decline to answer: one in five is worth a look
FACE_COVERAGE_LIMIT = 0.9
MIN_UNSURE_WORDS = 5  # fewer are a name or a foreign word
MANY_VOICES = 4  # more than a panel of three and the candidate
# Of the talk: the interviewers of the 96 interviews of the MIT data had 6 to 25 % of the words.
BACKGROUND_SHARE = 0.05
# By whether it was told which of them is the candidate's; None where others were beside the candidate for moments.
_OTHER_FACES = {None: "other_faces", True: "face_by_voice", False: "face_unknown"}
UNDER_WAY_S = 0.05  # whoever begins after the recording does is heard to begin


def flags(
    seen: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    card: ScoreCard,
    answers: Sequence[Answer] = (),
    to_the_scorer: Sequence[Sentence] = (),
    *,
    languages: Sequence[str] = LANGUAGES,
    min_word_probability: float = 0.0,
    face_and_body: bool = True,
) -> tuple[Flag, ...]:
    """All flags, warnings first. `languages` are the profile's; stretches whose words are less probable than
    `min_word_probability` are flagged. Without `face_and_body` the policy has them off, and the picture does not matter."""
    raised = [
        *_recording(seen, face_and_body), *_picture(seen, tables), *_voices(seen), *_answer(found), *_scores(card),
        *_limits(seen), *_questions(seen, answers), *_addressed(to_the_scorer), *_left_out(tables),
        *_rates(tables), *_languages(seen, languages), *_unsure(seen, min_word_probability), *_written(answers),
    ]  # fmt: skip
    return tuple(sorted(raised, key=lambda flag: (flag.severity != "warning", flag.code)))


def _recording(seen: Observations, face_and_body: bool) -> Iterable[Flag]:
    facts = seen.facts
    measured: dict[str, dict[str, float]] = {
        "low_snr": {"snr_db": facts.snr_db}, "clipped": {"clipping_ratio": facts.clipping_ratio},
        "quiet": {"loudness_lufs": facts.loudness_lufs}, "narrow_band": {"bandwidth_hz": facts.bandwidth_hz},
        "sound_missing": {"seconds": sum(hole.duration_s for hole in facts.sound_holes)}, "dark_video": {"luma": facts.luma_median},
        "low_resolution": {"width_px": facts.width_px, "height_px": facts.height_px},
        "low_frame_rate": {"fps": facts.fps}, "short": {"seconds": facts.duration_s},
    }  # fmt: skip
    if facts.has_video and not face_and_body:
        yield Flag(code="policy_off", severity="info", channel="face")
    for code in facts.flags:
        if QUALITY_CHANNELS.get(code) == "face" and not face_and_body:
            continue
        values = {key: round(float(value), 4) for key, value in measured.get(code, {}).items()}
        holes = facts.sound_holes if code == "sound_missing" else ()
        yield Flag(
            code=code,
            severity="info" if code == "variable_frame_rate" else "warning",
            channel=QUALITY_CHANNELS.get(code),
            start_s=round(holes[0].start_s, 3) if holes else None,
            end_s=round(holes[0].end_s, 3) if holes else None,
            values=dict(values),
        )
    yield from _tracks(facts)
    times = _word_times(seen)
    if times == "written":  # there is nothing else, see _written
        return
    given = times != "recognised"
    if given:
        yield Flag(code="transcript_given", severity="info", channel="content")
    if not facts.has_audio:
        code = "no_audio_beside_transcript" if given else "no_audio"
        yield Flag(code=code, severity="warning", channel="voice")
    if not facts.has_video:
        yield Flag(code="no_video", severity="info", channel="face")


def _word_times(seen: Observations) -> WordTimes:
    return seen.transcript.word_times if seen.transcript is not None else "recognised"


def _written(answers: Sequence[Answer]) -> Iterable[Flag]:
    """How many of the answers were given in writing."""
    count = sum(answer.source == "written" for answer in answers)
    if count:
        values: dict[str, float | str] = {"count": float(count), "of": float(len(answers))}
        yield Flag(code="answers_written", severity="info", values=values)


def _tracks(facts: MediaFacts) -> Iterable[Flag]:
    """Audio tracks that were not heard."""
    for reason in ("undecodable", "silent"):
        named = [f"{t.number} {t.name}".strip() for t in facts.audio_tracks if t.left_out == reason]
        if named:
            yield Flag(
                code=f"{reason}_track",
                severity="warning" if reason == "undecodable" else "info",
                channel="voice",
                values={"tracks": ", ".join(named)},
            )


def _picture(seen: Observations, tables: FeatureTables) -> Iterable[Flag]:
    if seen.faces is None or not len(seen.faces.time_s):
        return
    if seen.faces.turned_deg:
        values: dict[str, float | str] = {"degrees": float(seen.faces.turned_deg)}
        yield Flag(code="picture_lies", severity="warning", channel="face", values=values)
    others = [event for event in tables.events if event.kind == "other_face"]
    if others:
        share = sum(event.end_s - event.start_s for event in others) / seen.facts.duration_s
        code = _OTHER_FACES[None if seen.candidate_face is None else seen.candidate_face.face is not None]
        yield Flag(code=code, severity="warning", channel="face", values={"share": round(share, 3)})
    present = float(seen.faces.present.mean())
    if 0 < present < FACE_COVERAGE_LIMIT:
        yield Flag(
            code="face_absent", severity="info", channel="face", values={"share": round(1 - present, 3)}
        )


def _voices(seen: Observations) -> Iterable[Flag]:
    """Who was heard beside the candidate, and how sure it is who that is."""
    conversation, voices = seen.conversation, seen.voices
    if conversation is None or voices is None:
        return
    candidate = conversation.candidate
    if voices.count > MANY_VOICES:
        yield Flag(
            code="other_voices", severity="warning", channel="voice", values={"voices": float(voices.count)}
        )
    if candidate.voice is not None and candidate.guess:
        share = round(candidate.confidence, 3)
        yield Flag(
            code="candidate_guess", severity="warning", channel="content", values={"talk_share": share}
        )
    if candidate.doubt in ("lips_apart", "face_of_other"):
        yield Flag(code=candidate.doubt, severity="warning", channel="face")
    if candidate.by == "only_voice":
        yield Flag(code="only_voice", severity="info", channel="voice")
        if candidate.doubt == "silent":
            yield Flag(code="lips_still", severity="warning", channel="face")
    yield from _background(seen, conversation)
    if seen.speech is not None and voices.turns[0].start_s <= UNDER_WAY_S:
        yield Flag(code="starts_under_way", severity="info", channel="content")


def _background(seen: Observations, conversation: Conversation) -> Iterable[Flag]:
    """Voices that say so little that they are hardly part of the conversation."""
    assert seen.voices is not None
    shares = talk_shares(seen.voices)
    small = sorted({turn.voice for turn in conversation.others if shares[turn.voice] < BACKGROUND_SHARE})
    if small:
        first = next(turn for turn in conversation.others if turn.voice in small)
        share = round(float(sum(shares[voice] for voice in small)), 3)
        yield Flag(
            code="background_voice",
            severity="info",
            channel="voice",
            start_s=round(first.start_s, 3),
            end_s=round(first.end_s, 3),
            values={"talk_share": share},
        )


def _answer(found: ContentEvidence | None) -> Iterable[Flag]:
    if found is None:
        return
    if found.stuffing.flagged:
        values = {"keywords": found.stuffing.keyword_count, "listed": round(found.stuffing.listed_ratio, 3)}
        yield Flag(code="keyword_stuffing", severity="warning", channel="content", values=dict(values))
    if found.declined_ratio >= NON_ANSWER_LIMIT:
        share = round(found.declined_ratio, 3)
        yield Flag(code="non_answer", severity="warning", channel="content", values={"share": share})


def _rates(tables: FeatureTables) -> Iterable[Flag]:
    """Whether the words are about as many as the syllables that are heard."""
    ratio = tables.value("syllables.transcript_ratio")
    if ratio > DISAGREE or ratio < 1.0 / DISAGREE:
        values: dict[str, float | str] = {
            "transcript_per_s": round(tables.value("syllables.transcript_per_s"), 2),
            "nuclei_per_s": round(tables.value("syllables.nuclei_per_s"), 2),
        }
        yield Flag(code="rates_disagree", severity="warning", channel="content", values=values)


def _languages(seen: Observations, languages: Sequence[str]) -> Iterable[Flag]:
    """Which stretches are not in the main language, and whether what is said in them is read."""
    transcript = seen.transcript
    if transcript is None or len(transcript.languages) < 2:
        return
    values: dict[str, float | str] = {"language": transcript.language}
    yield Flag(code="mixed_languages", severity="warning", channel="content", values=values)
    for stretch in language_stretches(transcript):
        if stretch.language != transcript.language:
            read = stretch.language in languages
            yield Flag(
                code="other_language_read" if read else "other_language_left_out",
                severity="info" if read else "warning",
                channel="content",
                start_s=round(stretch.interval.start_s, 3),
                end_s=round(stretch.interval.end_s, 3),
                values={"language": stretch.language},
            )


def _unsure(seen: Observations, min_word_probability: float) -> Iterable[Flag]:
    """Stretches of a few words and more that the recogniser itself holds for wrong."""
    segments = seen.transcript.segments if seen.transcript else ()
    for unsure, run in groupby(segments, key=lambda one: _probability(one.words) < min_word_probability):
        words = [word for segment in run for word in segment.words]
        if unsure and len(words) >= MIN_UNSURE_WORDS:
            yield Flag(
                code="unsure_stretch",
                severity="warning",
                channel="content",
                start_s=round(words[0].start_s, 3),
                end_s=round(words[-1].end_s, 3),
                values={"probability": round(_probability(words), 3)},
            )


def _probability(words: Sequence[Word]) -> float:
    return math.fsum(word.probability for word in words) / len(words) if words else math.nan


def _addressed(to_the_scorer: Sequence[Sentence]) -> Iterable[Flag]:
    """Words to whoever scores, which were ignored."""
    if to_the_scorer:
        first, last = to_the_scorer[0], to_the_scorer[-1]
        yield Flag(
            code="words_to_scorer",
            severity="warning",
            channel="content",
            start_s=round(first.start_s, 3),
            end_s=round(last.end_s, 3),
        )


def _scores(card: ScoreCard) -> Iterable[Flag]:
    if card.overall.partial:
        missing = [dimension.id for dimension in card.dimensions if dimension.score is None]
        values: dict[str, float | str] = {"missing": ", ".join(missing)} if missing else {}
        yield Flag(code="partial_overall", severity="warning", values=values)
    nobody = card.overall.abstention
    if nobody is not None and nobody.reason in NOBODY_SCORED:
        yield Flag(code=nobody.reason.value, severity="warning")
    content = card.channels["content"].abstention
    if content is not None and content.reason in (
        Reason.NO_SPEECH, Reason.NO_WORDS, Reason.LANGUAGE_MISMATCH, Reason.LOW_TRANSCRIPT_CONFIDENCE
    ):  # fmt: skip
        yield Flag(code=content.reason.value, severity="warning", channel="content", values=content.values)


def _limits(seen: Observations) -> Iterable[Flag]:
    """What this version cannot tell, said in every report that it concerns."""
    if seen.transcript is not None and seen.transcript.words:
        if seen.conversation is None and _word_times(seen) != "written":
            yield Flag(code="one_voice_assumed", severity="info", channel="content")
        if _word_times(seen) == "recognised":
            yield Flag(code="fillers_lower_bound", severity="info", channel="voice")
    if seen.faces is not None and seen.faces.present.any():
        yield Flag(code="blink_lower_bound", severity="info", channel="face")


def _left_out(tables: FeatureTables) -> Iterable[Flag]:
    """Measures that an extractor failed at, with what it failed at."""
    for fault in tables.faults:
        yield Flag(
            code="measure_left_out",
            severity="warning",
            values={"extractor": fault.extractor, "reason": fault.reason},
        )


def _questions(seen: Observations, answers: Sequence[Answer]) -> Iterable[Flag]:
    """What is odd about the questions: none in a conversation, not heard, or in another language than the answers."""
    if seen.conversation is not None and seen.conversation.others and not answers:
        yield Flag(code="no_question_found", severity="info")
    language = seen.transcript.language if seen.transcript and seen.transcript.words else None
    for answer in answers:
        start_s, end_s = round(answer.interval.start_s, 3), round(answer.interval.end_s, 3)
        if not answer.question:
            yield Flag(code="question_not_heard", severity="info", start_s=start_s, end_s=end_s)
    asked_in = {language_of(answer.question) for answer in answers if answer.question}
    others = asked_in - {language}
    if language in LANGUAGES and others:
        yield Flag(code="question_language", severity="info", values={"language": ", ".join(sorted(others))})
