"""From features and evidence to scores: channels, dimensions and the overall.

    measures -> channel (voice, face, posture: one score a recording)
    the level of what was said about a dimension -> its content score
    content, voice, face, posture in the dimension's mix -> dimension
    dimensions in the profile's weights -> overall

Each arrow is the weighted mean of fusion.py, which carries the error of every measure along: all dimensions share the voice, so
its error stays whole in their mean. docs/scoring.md works an example through by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interview_analysis.features.tables import FeatureTables
from interview_analysis.scoring.content.interview import Levels
from interview_analysis.scoring.content.levels import POINTS_PER_LEVEL
from interview_analysis.scoring.content.report import content_report, part_evidence
from interview_analysis.scoring.content.scored import ContentLevel
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.evidence.indicators import ContentEvidence, IndicatorEvidence
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.profile import Dimension, Indicator, JobProfile
from interview_analysis.scoring.report.report import (
    Abstention,
    AskedFor,
    ChannelName,
    ChannelScore,
    DimensionScore,
    Evidence,
    JobBar,
    OverallScore,
    QuestionKind,
    Reason,
)
from interview_analysis.scoring.report.speakers import NOBODY_SCORED
from interview_analysis.scoring.rubric.fusion import Estimate, fuse, reaches
from interview_analysis.scoring.rubric.gates import gates, unmeasured
from interview_analysis.scoring.rubric.job_bar import job_bar
from interview_analysis.scoring.rubric.measures import (
    CONTENT_FEATURE,
    Measure,
    as_evidence,
    fitting,
    measure_of,
    take_all,
)
from interview_analysis.types import CHANNELS, Interval, Observations


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """`estimates` are those of the dimensions that were scored, by id, with the score that the report shows."""

    overall: OverallScore
    channels: dict[ChannelName, ChannelScore]
    dimensions: tuple[DimensionScore, ...]
    estimates: Mapping[str, Estimate]
    bar: JobBar | None = None


@dataclass(frozen=True, slots=True)
class _Channel:
    """What one channel gives to every dimension: an estimate with its measures, or an abstention.

    `level` is what content rests on, which each dimension has its own of.
    """

    measures: tuple[Measure, ...]
    estimate: Estimate | None
    abstention: Abstention | None
    level: ContentLevel | None = None


def score(
    profile: JobProfile,
    norms: Norms,
    observations: Observations,
    tables: FeatureTables,
    found: ContentEvidence | None,
    levels: Levels,
    *,
    face_and_body: bool = True,
) -> ScoreCard:
    """Score one recording. Pure: equal arguments give equal scores. `found` is None without a usable transcript.

    `levels` are those of what was said, by dimension; None where nobody asked about it and nothing bears on it. Without `face_and_body`, which a policy may have off, these two channels abstain. Of a part of a recording,
    `observations` are those of the part on a clock of its own, `tables` and `found` those on the recording's, which is
    the clock of the evidence.
    """
    blocked = gates(observations, profile, norms.limits, face_and_body=face_and_body)
    language = observations.transcript.language if observations.transcript else None
    by_channel = {
        channel: _Channel((), None, abstention)
        if (abstention := blocked[channel]) is not None
        else _channel(channel, observations, tables, norms, language)
        for channel in CHANNELS
    }
    content = {
        d.id: _content(by_channel["content"], levels.get(d.id), norms, language, d.id)
        for d in profile.dimensions
    }
    window = tables.window
    estimates: dict[str, Estimate] = {}
    dimensions = []
    for d in profile.dimensions:
        own: dict[ChannelName, _Channel] = {**by_channel, "content": content[d.id]}
        estimate = _estimate(d, own, norms)
        if estimate is not None:
            estimates[d.id] = estimate
        dimensions.append(_dimension(d, own, estimate, found, norms, window))
    channels = {
        channel: _channel_score(channel, by_channel[channel], content, profile, norms, window)
        for channel in CHANNELS
    }
    overall = overall_of(dimensions, estimates, norms)
    return ScoreCard(overall, channels, tuple(dimensions), estimates, job_bar(profile, overall))


def _channel(
    channel: ChannelName, seen: Observations, tables: FeatureTables, norms: Norms, language: str | None
) -> _Channel:
    """Take a channel's measures; abstain where too few of its weights could be measured.

    Content may have none beside the level of what was said, which each dimension has its own of.
    """
    norms_of = fitting(norms.channels[channel], language)
    measures = tuple(take_all(norms_of, tables, norms.limits.min_coverage_ratio))
    wanted = sum(n.weight for n in norms_of if n.feature != CONTENT_FEATURE)
    if not wanted and channel == "content":
        return _Channel(measures, None, None)
    share = sum(m.norm.weight for m in measures) / wanted if wanted else 0.0
    if not reaches(share, norms.limits.min_measured_share):
        return _Channel(measures, None, unmeasured(channel, share, seen, norms.limits))
    return _Channel(measures, fuse([(m.estimate, m.norm.weight) for m in measures]), None)


def _content(
    channel: _Channel, level: ContentLevel | None, norms: Norms, language: str | None, dimension_id: str
) -> _Channel:
    """A dimension's content: the level of what was said about it, with what else the norms measure of content."""
    if channel.abstention is not None:
        return channel
    if level is None:
        return _Channel((), None, Abstention(reason=Reason.NOT_ASKED))
    norm = next(n for n in fitting(norms.channels["content"], language) if n.feature == CONTENT_FEATURE)
    own = measure_of(norm, level.mean_level, level.standard_error / POINTS_PER_LEVEL, dimension_id)
    measures = (own, *channel.measures)
    return _Channel(measures, fuse([(m.estimate, m.norm.weight) for m in measures]), None, level)


def _estimate(dimension: Dimension, own: Mapping[ChannelName, _Channel], norms: Norms) -> Estimate | None:
    """The mean of the channels in the dimension's mix, in the hundredths that the report shows; None where too few were scored."""
    mix = _mix(dimension)
    parts = [(estimate, mix[c]) for c in mix if (estimate := own[c].estimate) is not None]
    if _not_asked(own, mix) or not reaches(sum(share for _, share in parts), norms.limits.min_measured_share):
        return None
    fused = fuse(parts)
    return Estimate(_round(fused.score), fused.errors)


def _mix(dimension: Dimension) -> dict[ChannelName, float]:
    return {channel: share for channel, share in dimension.channels.items() if share > 0}


def _dimension(
    dimension: Dimension,
    own: Mapping[ChannelName, _Channel],
    estimate: Estimate | None,
    found: ContentEvidence | None,
    norms: Norms,
    window: Interval,
) -> DimensionScore:
    mix, content = _mix(dimension), own["content"]
    measured = sum(share for channel, share in mix.items() if own[channel].estimate is not None)
    level = norms.level(estimate.score) if estimate else None
    settled = level is not None and (content.level is None or content.level.is_settled(level))
    return DimensionScore(
        id=dimension.id,
        name=dimension.name,
        weight=dimension.weight,
        score=estimate.score if estimate else None,
        standard_error=_round(estimate.standard_error(norms.error_correlation)) if estimate else None,
        level=level,
        anchor=dimension.anchors[level] if settled else None,  # type: ignore[index]
        mix=mix,
        channel_scores={c: _round(e.score) if (e := own[c].estimate) is not None else None for c in mix},
        partial=estimate is not None and any(own[c].estimate is None for c in mix),
        evidence=_dimension_evidence(dimension, own, found, measured, window) if estimate else (),
        abstention=None if estimate else _why_not(mix, own, measured, norms),
        definition=_given(dimension.definition),
        expected_level=dimension.expected_level,
        expected_anchor=dimension.anchors[dimension.expected_level] if dimension.expected_level else None,
        reason=_given(dimension.reason),
        sources=tuple(AskedFor(quote=s.quote, section=s.section, match=s.match) for s in dimension.sources),
        questions=_questions(dimension),
        training=dimension.training,
        origin=dimension.origin,
        content=(content_report(content.level, norms),) if estimate and content.level else (),
    )


def _not_asked(own: Mapping[ChannelName, _Channel], mix: Mapping[ChannelName, float]) -> bool:
    """Whether a dimension that rests on what is said was never spoken of; then how it was said tells nothing of it."""
    abstention = own["content"].abstention
    return "content" in mix and abstention is not None and abstention.reason is Reason.NOT_ASKED


def _given(text: Text) -> Text | None:
    return text if text.zh or text.en else None


def _questions(dimension: Dimension) -> dict[QuestionKind, tuple[Text, ...]]:
    """The profile's questions by kind, in its order."""
    found: dict[QuestionKind, tuple[Text, ...]] = {}
    for question in dimension.questions:
        found[question.kind] = (*found.get(question.kind, ()), question.text)
    return found


def _why_not(
    mix: Mapping[ChannelName, float], own: Mapping[ChannelName, _Channel], measured: float, norms: Norms
) -> Abstention:
    """The reason of the missing channel with the largest share; several missing ones are named together."""
    missing = {c: abstention for c in mix if (abstention := own[c].abstention) is not None}
    if _not_asked(own, mix):
        return missing["content"]
    largest = max(missing, key=lambda c: mix[c])
    if missing[largest].reason in NOBODY_SCORED:
        return missing[largest]
    if len(missing) == 1 or not reaches(1 - mix[largest], norms.limits.min_measured_share):
        return missing[largest]
    values: dict[str, float | str] = {"channels": ", ".join(missing), "share": round(measured, 3)}
    return Abstention(reason=Reason.CHANNELS_MISSING, values=values)


def _dimension_evidence(
    dimension: Dimension,
    own: Mapping[ChannelName, _Channel],
    found: ContentEvidence | None,
    measured: float,
    window: Interval,
) -> tuple[Evidence, ...]:
    """The parts of content, the indicators, then every measure of every scored channel; the weights of the measures add up
    to 1, the others weigh nothing."""
    shares = {
        channel: share / measured
        for channel, share in dimension.channels.items()
        if share > 0 and own[channel].estimate is not None
    }
    lines = [
        line for channel, share in shares.items() for line in _measure_lines(own[channel], share, window)
    ]
    if found is None or "content" not in shares:
        return tuple(lines)
    indicators = {indicator.id: indicator for indicator in dimension.indicators}
    hits = [
        line
        for part in found.of(dimension.id)
        for line in _indicator_evidence(part, indicators[part.indicator_id])
    ]
    heard = part_evidence(own["content"].level) if own["content"].level else ()
    return (*heard, *hits, *lines)


def _measure_lines(channel: _Channel, share: float, window: Interval) -> list[Evidence]:
    """The measures of a channel that stands for `share` of a score."""
    total = sum(m.norm.weight for m in channel.measures) or 1.0  # where all are for show
    return [as_evidence(m, share * m.norm.weight / total, window) for m in channel.measures]


def _indicator_evidence(part: IndicatorEvidence, indicator: Indicator) -> list[Evidence]:
    """A line for each hit; one line when nothing was found. They say what was touched, and weigh nothing."""
    if not part.hits:
        taken_back = part.denied[0] if part.denied else None
        return [
            Evidence(
                kind="absent",
                id=part.indicator_id,
                name=indicator.name,
                weight=0.0,
                strength="absent",
                start_s=round(taken_back.start_s, 3) if taken_back else None,
                end_s=round(taken_back.end_s, 3) if taken_back else None,
                quote=taken_back.quote if taken_back else None,
                match=taken_back.match if taken_back else None,
                source=indicator.source or None,
                origin=indicator.origin,
            )
        ]
    return [
        Evidence(
            kind=hit.kind,
            id=part.indicator_id,
            name=indicator.name,
            strength=hit.strength,
            weight=0.0,
            start_s=round(hit.start_s, 3),
            end_s=round(hit.end_s, 3),
            quote=hit.quote,
            match=hit.match,
            similarity=round(hit.similarity_z, 2) if np.isfinite(hit.similarity_z) else None,
            source=indicator.source or None,
            origin=indicator.origin,
        )
        for hit in part.hits
    ]


def _channel_score(
    channel: ChannelName,
    taken: _Channel,
    content: Mapping[str, _Channel],
    profile: JobProfile,
    norms: Norms,
    window: Interval,
) -> ChannelScore:
    """Voice, face and posture as measured; content as the mean over the dimensions in their weights."""
    shares = {d.id: d.weight * d.channels.get(channel, 0.0) for d in profile.dimensions}
    estimate, evidence = taken.estimate, _measure_lines(taken, 1.0, window)
    abstention = taken.abstention
    if channel == "content" and taken.abstention is None:
        # A profile may give content no weight at all; then every dimension counts alike.
        wanted = [(content[d], share) for d, share in shares.items() if share > 0] or [
            (c, 1.0) for c in content.values()
        ]
        parts = [(c, share) for c, share in wanted if c.estimate is not None]
        if parts:
            estimate = fuse([(c.estimate, share) for c, share in parts if c.estimate])
            evidence = _content_lines(parts, window)
        else:
            abstention = Abstention(reason=Reason.NOT_ASKED)
    return ChannelScore(
        score=_round(estimate.score) if estimate else None,
        standard_error=_round(estimate.standard_error(norms.error_correlation)) if estimate else None,
        level=norms.level(_round(estimate.score)) if estimate else None,
        weight=round(sum(shares.values()), 4),
        evidence=tuple(evidence),
        abstention=abstention,
    )


def _content_lines(parts: Sequence[tuple[_Channel, float]], window: Interval) -> list[Evidence]:
    """The measures of content; the level, which each dimension has its own of, as their mean."""
    total = sum(share for _, share in parts)
    levels = [(_measure_lines(c, 1.0, window)[0], share / total) for c, share in parts]
    mean = levels[0][0].model_copy(
        update={
            "value": round(sum((line.value or 0.0) * share for line, share in levels), 4),
            "score": round(sum((line.score or 0.0) * share for line, share in levels), 1),
            "value_standard_error": None,
        }
    )
    return [mean, *_measure_lines(parts[0][0], 1.0, window)[1:]]


def overall_of(
    dimensions: Sequence[DimensionScore], estimates: Mapping[str, Estimate], norms: Norms
) -> OverallScore:
    """The mean of the dimensions that were scored, in the weights of the profile; abstains where they are too few."""
    scored = [d for d in dimensions if d.id in estimates]
    share = sum(d.weight for d in scored)
    if not reaches(share, norms.limits.min_measured_share):
        nobody = next((d.abstention for d in dimensions if _is_nobodys(d)), None)
        if nobody is not None:
            return OverallScore(score=None, standard_error=None, level=None, weight=1.0, abstention=nobody)
        values: dict[str, float | str] = {"share": round(share, 3), "limit": norms.limits.min_measured_share}
        reason = Abstention(reason=Reason.NOTHING_SCORED, values=values)
        return OverallScore(score=None, standard_error=None, level=None, weight=1.0, abstention=reason)
    fused = overall_estimate(dimensions, estimates)
    return OverallScore(
        score=_round(fused.score),
        standard_error=_round(fused.standard_error(norms.error_correlation)),
        level=norms.level(_round(fused.score)),
        weight=1.0,
        partial=len(scored) < len(dimensions) or any(d.partial for d in scored),
    )


def overall_estimate(dimensions: Sequence[DimensionScore], estimates: Mapping[str, Estimate]) -> Estimate:
    """The mean of the dimensions in `estimates`, of which there is one at least."""
    return fuse([(estimates[d.id], d.weight) for d in dimensions if d.id in estimates])


def _is_nobodys(dimension: DimensionScore) -> bool:
    return dimension.abstention is not None and dimension.abstention.reason in NOBODY_SCORED


def _round(value: float) -> float:
    return round(value, 2)
