"""Norms from a population: a measurement's score becomes its percentile among interviews in the same language.

What the rubric measures and how it weighs it stays as written; only the curves change. The percentile is read in the
norm's direction: of a "higher" norm the share of interviews below the value, of a "lower" one the share above, of a
"band" the share that lies farther from the population's middle. Where a population says nothing, the written
norm stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interview_analysis.errors import ConfigError
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.norms import Norm, Norms
from interview_analysis.scoring.profile import Language
from interview_analysis.scoring.report.report import ChannelName

MIN_PERSONS = 20
STEPS = 20  # points of a curve; a percentile between two of them is linear
LANGUAGE_NAMES: dict[Language, Text] = {
    "en": Text(en="English", zh="英语"),
    "zh": Text(en="Chinese", zh="中文"),
}
_READ = {
    "higher": Text(en="share of interviews below the value", zh="低于该值的面试所占比例"),
    "lower": Text(en="share of interviews above the value", zh="高于该值的面试所占比例"),
    "band": Text(
        en="share of interviews farther from the population's middle",
        zh="比该值更远离人群中位数的面试所占比例",
    ),
}


@dataclass(frozen=True, slots=True)
class Population:
    """Interviews in one language, of how many persons, and each feature's values, NaN where not observed.

    Of how much of what was sought is shown there is a value for each dimension of an interview.
    """

    persons: int
    interviews: int
    values: Mapping[str, np.ndarray]


def fit_norms(
    written: Norms, populations: Mapping[Language, Population], name: str
) -> tuple[Norms, tuple[str, ...]]:
    """The norms of a population named `name`, and what could not be learned, one line each.

    A language with fewer than `MIN_PERSONS` persons, and a feature observed in fewer than that many interviews or
    without any spread, keep the written norm. Raises ConfigError where no language has enough persons.
    """
    enough = {code: p for code, p in populations.items() if p.persons >= MIN_PERSONS}
    if not enough:
        counts = ", ".join(f"{LANGUAGE_NAMES[c].en} {p.persons}" for c, p in populations.items()) or "none"
        raise ConfigError(
            f"norms need {MIN_PERSONS} persons or more who speak one language, got {counts}; add interviews"
        )
    notes = [
        f"{LANGUAGE_NAMES[code].en}: {p.persons} persons, fewer than {MIN_PERSONS}; the written norms stay"
        for code, p in populations.items()
        if code not in enough
    ]
    channels: dict[ChannelName, tuple[Norm, ...]] = {}
    for channel, measures in written.channels.items():
        found = [
            fitted
            for code, population in enough.items()
            for norm in measures
            if code in norm.languages and (fitted := _fitted(norm, code, population, name, notes))
        ]
        replaced = {(n.feature, n.languages) for n in found}
        channels[channel] = (*(n for n in measures if (n.feature, n.languages) not in replaced), *found)
    return written.model_copy(update={"origin": _origin(enough, name), "channels": channels}), tuple(notes)


def _origin(populations: Mapping[Language, Population], name: str) -> Text:
    en = ", ".join(f"{p.interviews} interviews in {LANGUAGE_NAMES[c].en}" for c, p in populations.items())
    zh = "、".join(f"{LANGUAGE_NAMES[c].zh}面试 {p.interviews} 场" for c, p in populations.items())
    return Text(
        en=f"Percentiles of the population '{name}': {en}. The score of a single measure is its percentile; scores of "
        "channels, dimensions and the whole are weighted means of percentiles. Measures without such a norm keep the "
        "written one.",
        zh=f"人群“{name}”的百分位：{zh}。单项测量的分数即其百分位；通道、维度与综合得分是百分位的加权平均。没有此类标准的测量沿用人工制定的标准。",
    )


def _fitted(
    norm: Norm, language: Language, population: Population, name: str, notes: list[str]
) -> Norm | None:
    column = np.asarray(population.values.get(norm.feature, ()), dtype=float)
    seen = np.clip(column[np.isfinite(column)], *norm.range)
    points = percentile_points(seen, norm.direction) if len(seen) >= MIN_PERSONS else ()
    if len(points) < 2:
        why = "no spread" if len(seen) >= MIN_PERSONS else f"observed {len(seen)} times"
        notes.append(f"{norm.feature} ({LANGUAGE_NAMES[language].en}): {why}; the written norm stays")
        return None
    spoken, read = LANGUAGE_NAMES[language], _READ[norm.direction]
    return Norm.model_validate(
        norm.model_dump()
        | {
            "languages": (language,),
            "points": points,
            "standard_error": round(_percentile_error(len(seen)), 2),
            "why": Text(
                en=f"Percentile among {population.interviews} interviews in {spoken.en} of the population '{name}': {read.en}.",
                zh=f"在人群“{name}”的 {population.interviews} 场{spoken.zh}面试中的百分位：{read.zh}。",
            ),
            "source": f"Percentiles of the population '{name}', {population.interviews} interviews in {spoken.en}",
        }
    )


def percentile_points(values: np.ndarray, direction: str) -> tuple[tuple[float, float], ...]:
    """A curve through the percentiles of `values`, in a norm's direction; empty where all are equal.

    The percentile of a value is the share below it and half of the share equal to it (mid-rank).
    """
    at = np.unique(np.round(np.quantile(values, np.linspace(0, 1, STEPS + 1), method="inverted_cdf"), 6))
    if len(at) < 2:
        return ()
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, at, "left") + np.searchsorted(ordered, at, "right")) / 2 / len(values)
    shares = {"higher": ranks, "lower": 1 - ranks, "band": 2 * np.minimum(ranks, 1 - ranks)}[direction]
    return tuple((float(x), round(100 * float(y), 2)) for x, y in zip(at, shares, strict=True))


def _percentile_error(count: int) -> float:
    """Mean sampling error of a percentile, in points: 100 sqrt(p (1 - p) / n), of which the root's mean is pi / 8."""
    return float(100 * np.pi / 8 / np.sqrt(count))
