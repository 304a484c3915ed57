"""The report: what a score is made of, as it is written to report.json.

Everything a reader needs stands in a `Report`; report.html is drawn from it and the transcript alone. So it repeats
what the profile says of each dimension: its meaning, the level that the job asks for, why it weighs what it weighs, the
sentences that it comes from, what to ask and to train. A report is handed on without job.yaml and drawn again long
after, while its profile is edited; one that looked these up would lose its words or change them. Only what the page
shows is repeated. Keywords, examples and the anchors of other levels stay in the profile, whose hash is in the lineage.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from interview_analysis.scoring.edges import Model, Text
from interview_analysis.scoring.report.provenance import (
    JobDescription,
    Lineage,
    Media,
    RecordingPart,
    Speakers,
)
from interview_analysis.types import WordTimes

REPORT_SCHEMA_VERSION = "1.2"

ChannelName = Literal["content", "voice", "face", "posture"]
Origin = Literal["person", "library", "description", "model"]  # who wrote it; "model" is a language model
QuestionKind = Literal["past", "situational"]  # about something done, or what one would do
Verdict = Literal["clearly_above", "clearly_below", "too_close"]


class Reason(StrEnum):
    """Why there is no score. Each has a text in both languages in configs/messages.yaml."""

    NO_AUDIO = "no_audio"
    NO_SPEECH = "no_speech"
    NO_WORDS = "no_words"
    TOO_FEW_WORDS = "too_few_words"
    LANGUAGE_MISMATCH = "language_mismatch"
    LOW_TRANSCRIPT_CONFIDENCE = "low_transcript_confidence"
    LOW_SNR = "low_snr"
    NO_VIDEO = "no_video"
    NO_FACE = "no_face"
    FACE_TOO_BRIEF = "face_too_brief"
    VIDEO_TOO_DARK = "video_too_dark"
    NO_UPPER_BODY = "no_upper_body"
    BODY_WITHOUT_FACE = "body_without_face"
    TOO_SHORT = "too_short"
    NOT_MEASURED = "not_measured"
    POLICY_OFF = "policy_off"
    CHANNELS_MISSING = "channels_missing"
    NOTHING_SCORED = "nothing_scored"
    CANDIDATE_UNKNOWN = "candidate_unknown"
    CANDIDATE_SILENT = "candidate_silent"
    FACE_OF_OTHER = "face_of_other"
    FACE_UNKNOWN = "face_unknown"
    FACE_SILENT = "face_silent"
    BODY_OF_OTHER = "body_of_other"
    PICTURE_LIES = "picture_lies"
    NOT_ASKED = "not_asked"
    WRITTEN = "written"


class Abstention(Model):
    """No score, and why. `values` holds what was measured and the limit that it missed."""

    reason: Reason
    values: dict[str, float | str] = Field(default_factory=dict)


class Evidence(Model):
    """What a number rests on: words with their time, or a measurement with its interval.

    `part` is a named part of a level of content: how much of it was heard in `score`, and `quote` a clause that speaks for it.
    `keyword` and `meaning` are hits of an indicator; `quote` is the sentence and `match` the words that hit.
    `measure` is a measured behaviour: `value` in `unit`, its standard error, the score its norm gives it, and its
    share of the score in `weight`. `absent` names an indicator that nothing was found for,
    or that the speaker denied, with the quote. Indicators say what an answer touches and weigh nothing. `source` is the sentence
    of the job description that asks for an indicator, `origin` who wrote the indicator.
    """

    kind: Literal["part", "keyword", "meaning", "measure", "absent"]
    id: str  # indicator id, or feature column
    name: Text
    weight: float  # share of the score that it stands for
    score: float | None = None  # 0..100, what this piece contributes before weighting
    strength: Literal["absent", "listed", "mentioned", "demonstrated"] | None = None
    start_s: float | None = None
    end_s: float | None = None
    quote: str | None = None
    match: str | None = None
    similarity: float | None = None  # standard deviations above unrelated speech
    value: float | None = None
    value_standard_error: float | None = None
    unit: str | None = None
    why: Text | None = None  # why the norm is what it is
    source: str | None = None
    origin: Origin | None = None


class Score(Model):
    """0 to 100 with its standard error, or an abstention: exactly one of `score` and `abstention` is given."""

    score: float | None
    standard_error: float | None
    level: int | None = Field(description="1 to 5")
    weight: float
    evidence: tuple[Evidence, ...] = ()
    abstention: Abstention | None = None


class ContentReport(Model):
    """Why content is at its level: the probabilities of levels 1 to 5, and of what decides first.

    `gates` are the probabilities that the answer takes up the question (`takes_up`), is about the dimension (`about`), and tells of
    the speaker's `own` deeds that were `done`. `asked` says whether the question was one about this dimension, `unanswered` that
    it was left alone, for what a candidate is told: `takes_up` is below 0.5, and no case, no deed and no figure was heard.
    """

    level: int = Field(description="1 to 5")
    mean_level: float
    probabilities: tuple[float, float, float, float, float]
    gates: dict[str, float]
    asked: bool
    unanswered: bool = False
    why: Text
    answer: int | None = None  # its number; none for the whole recording


class ChannelScore(Score):
    """One of content, voice, face, posture; `weight` is its share of the overall score."""


class AskedFor(Model):
    """A sentence of the job description that a dimension rests on; `match` are the words that were recognised,
    empty where the sentence was recognised by its meaning."""

    quote: str
    section: Literal["title", "duty", "must", "nice", "unmarked"]
    match: str = ""


class DimensionScore(Score):
    """A competency of the job profile; `weight` as the profile has it.

    What follows `partial` up to `origin` is the profile's: what the job asks for and why, and what to ask and to train.
    """

    id: str
    name: Text
    anchor: Text | None = (
        None  # the profile's words for the level that was reached; none where that is only the mean of two that are likelier
    )
    mix: dict[ChannelName, float]  # the profile's channel mix
    channel_scores: dict[ChannelName, float | None]  # this dimension's score on each channel of the mix
    partial: bool = False  # a channel of the mix is missing and the rest was re-weighted
    definition: Text | None = None
    expected_level: int | None = Field(None, description="1 to 5")
    expected_anchor: Text | None = None  # the profile's words for the level that the job asks for
    reason: Text | None = None  # how the weight came about
    sources: tuple[AskedFor, ...] = ()  # the strongest first
    questions: dict[QuestionKind, tuple[Text, ...]] = Field(default_factory=dict)
    training: tuple[Text, ...] = ()  # topics
    origin: Origin = "person"
    answers: tuple[
        int, ...
    ] = ()  # the numbers of those that it was scored from; empty for the whole recording
    content: tuple[ContentReport, ...] = ()  # one for each of these answers, or for the whole


class LearnedScore(Model):
    """What a model that learned from human ratings predicts, on the scale of the ratings.

    `standard_error` is its root mean squared error for persons whom it had not seen; of those, a share of `coverage` had
    their rating between `low` and `high`. Either `score` or `abstention` is given.
    """

    target: str  # the rating that is predicted
    score: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    abstention: Abstention | None = None
    coverage: float
    scale: tuple[float, float]  # lowest and highest rating
    model: str  # its name and version in the registry
    learner: str
    persons: int  # that it learned from
    interviews: int
    dataset_sha256: str = Field(pattern="^[0-9a-f]{64}$")  # of what it learned from


class OverallScore(Score):
    partial: bool = (
        False  # a dimension or one of its channels could not be scored, and the rest was re-weighted
    )


class JobBar(Model):
    """What the job asks for. `verdict` is the overall score, with its margin of error of 1.96 standard errors,
    against `pass_score`; none where there is no such score."""

    pass_score: float | None = Field(None, description="0 to 100")
    seniority: Literal["junior", "middle", "senior", "lead"] | None = None
    years: float | None = None  # of experience
    verdict: Verdict | None = None


class Flag(Model):
    """Something about the recording or the answer that a reader must know."""

    code: str
    severity: Literal["info", "warning"]
    channel: ChannelName | None = None
    start_s: float | None = None
    end_s: float | None = None
    values: dict[str, float | str] = Field(default_factory=dict)


class Series(Model):
    """A measurement over time for the timeline; `value` is null where it could not be observed."""

    id: str  # feature column
    name: Text
    unit: str
    time_s: tuple[float, ...]  # window centres
    value: tuple[float | None, ...]


class TimelineEvent(Model):
    """Something that happened. Where it stands out from the candidate's own `baseline`, it has a confidence, 0 to 1."""

    kind: str
    start_s: float
    end_s: float
    value: float | None = None
    label: str = ""
    channel: ChannelName | None = None
    unit: str = ""  # of value and baseline
    baseline: float | None = None
    confidence: float | None = None


class Stretch(Model):
    """A stretch of time in which behaviour on several channels changed together."""

    start_s: float
    end_s: float
    channels: tuple[ChannelName, ...]
    moments: tuple[TimelineEvent, ...]
    chance_share: float  # of the stretches as strong in this recording, how many chance explains
    answer: int | None = None  # the number of the answer that it lies in, from 1
    asked: str | None = None  # the question of that answer
    text: Text
    suggestion: Text  # to the reviewer
    reading: Text | None = None  # what the policy lets it be called
    quote: str | None = None


class StatedPolicy(Model):
    """What this report was allowed to look at and to say; `caveat` belongs to every reading."""

    id: str
    name: Text
    about: Text
    face_and_body: bool
    caveat: Text | None = None


class StateReport(Model):
    policy: StatedPolicy
    stretches: tuple[Stretch, ...] = ()


class Timeline(Model):
    window_s: float
    series: tuple[Series, ...]
    events: tuple[TimelineEvent, ...]


class MatchedQuestion(Model):
    """A question of the job profile that was asked."""

    dimension: str  # id
    question: Text
    similarity: float  # cosine of vectors centred on interview questions of all kinds


class AnswerDimension(Score):
    """A dimension as one answer shows it; `weight` as the profile has it."""

    id: str
    name: Text
    partial: bool = False
    content: tuple[ContentReport, ...] = ()  # one, where content was scored


class AnswerReport(Model):
    """One answer, scored by itself on the dimensions that its question asks about, or on all where it asks about none.

    `question` is empty where it was not heard. An answer in writing lies after all recordings on their clock, for as long as
    saying it would take. `weight` is the share of the overall score that rests on this answer.
    """

    number: int  # from 1, in the order of the recording
    question: str
    matched: tuple[MatchedQuestion, ...] = ()
    source: Literal["recording", "conversation", "written"]
    start_s: float
    end_s: float
    asked_s: float | None = None  # when the question began
    latency_s: float | None = None  # from the end of the question to the first word
    words: int  # characters in Chinese
    weight: float
    overall: Score
    channels: dict[ChannelName, Score]
    dimensions: tuple[AnswerDimension, ...]


class Reliability(Model):
    """How far the overall score depends on which questions were asked, and how many would settle it (a D-study).

    `question_sd` is the standard deviation between answers beyond their own errors, `shared_error` the part of the
    standard error that all answers of a recording have in common. `questions` is how many would bring the standard
    error to `target`; none where no number would.
    """

    answers: int  # that the overall score rests on
    standard_error: float
    question_sd: float
    shared_error: float
    target: float
    questions: int | None


class Report(Model):
    schema_version: Literal["1.0", "1.1", "1.2"] = "1.2"  # 1.1 added answers and reliability, 1.2 content
    job: Text
    job_id: str
    language: str | None  # of the transcript
    media: Media
    overall: OverallScore
    channels: dict[ChannelName, ChannelScore]
    dimensions: tuple[DimensionScore, ...]
    flags: tuple[Flag, ...]
    state: StateReport
    timeline: Timeline
    lineage: Lineage
    recordings: tuple[RecordingPart, ...] = ()  # empty for one whole recording without a question
    answers: tuple[AnswerReport, ...] = ()  # empty where the recording was not cut by questions
    reliability: Reliability | None = None  # none where no two answers can be compared
    bar: JobBar | None = None
    description: JobDescription | None = None  # none where a person wrote the profile
    learned: tuple[LearnedScore, ...] = ()  # empty without a scorer
    norms_origin: Text | None = None  # where the norms come from: the literature, or a named population
    speakers: Speakers | None = None  # none where speakers were not told apart
    level_cuts: tuple[float, float, float, float] | None = None  # scores at which levels 2 to 5 begin
    word_times: WordTimes = (
        "recognised"  # in the sound; else those of a transcript that was handed in: interpolated within its
        # passages, estimated where these have no end, or made up where all answers were written
    )

    def is_written(self, time_s: float) -> bool:
        """Whether a time is the made up one of an answer in writing."""
        return any(a.source == "written" and a.start_s <= time_s < a.end_s for a in self.answers)
