"""A promoted model's score beside the rubric's, for one interview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from interview_analysis.errors import ModelError
from interview_analysis.features.tables import FeatureTables
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.learning.answers import embed, word_count
from interview_analysis.scoring.learning.dataset import KEYS, Dataset
from interview_analysis.scoring.learning.measured import channel_columns, measured_versions
from interview_analysis.scoring.learning.model import FittedScorer
from interview_analysis.scoring.report.report import Abstention, LearnedScore
from interview_analysis.types import Transcript

ONE = "interview"  # the only id in the dataset of one interview


@dataclass(frozen=True, slots=True)
class NamedScorer:
    """A scorer and what to call it: its name in the registry with its version."""

    name: str
    scorer: FittedScorer


def check_measurable(scorer: FittedScorer) -> None:
    """Raise ModelError where a scorer asks for features that no extractor measures, or of other versions."""
    known, now = set(channel_columns().values()), measured_versions()
    foreign = [name for name in scorer.feature_names if name not in known]
    if foreign:
        raise ModelError(
            f"{len(foreign)} of the model's {len(scorer.feature_names)} features are not measured on recordings, such "
            f"as '{foreign[0]}'; train on the features of a batch run to score recordings"
        )
    other = [name for name, version in scorer.feature_versions.items() if now.get(name) != version]
    if other:
        raise ModelError(
            f"{len(other)} extractors have another version than when the model was trained: {other[0]} is "
            f"{now.get(other[0])}, it was {scorer.feature_versions[other[0]]}; train again"
        )


def learned_scores(
    named: NamedScorer,
    abstention: Abstention | None,
    tables: FeatureTables,
    transcript: Transcript | None,
    encoder: SentenceEncoder,
) -> tuple[LearnedScore, ...]:
    """What `named` predicts for an interview. Where the rubric abstains (`abstention`), the model does, for its reason."""
    scorer = named.scorer
    predicted: dict[str, Mapping[str, float]] = {}
    if abstention is None:
        rows = scorer.predict(dataset_of(tables, transcript, scorer, encoder)).set_index("target")
        numbers = rows.drop(columns="interview_id").astype(float)
        predicted = {
            str(target): {str(k): float(v) for k, v in row.items()} for target, row in numbers.iterrows()
        }
    return tuple(
        LearnedScore(
            target=target,
            score=_rounded(found, "prediction"),
            standard_error=_rounded(found, "standard_error"),
            low=_rounded(found, "low"),
            high=_rounded(found, "high"),
            abstention=abstention,
            coverage=scorer.coverage,
            scale=scorer.scale,
            model=named.name,
            learner=scorer.learner,
            persons=scorer.persons,
            interviews=scorer.interviews,
            dataset_sha256=scorer.fingerprint,
        )
        for target in scorer.targets
        for found in [predicted.get(target, {})]
    )


def _rounded(found: Mapping[str, float], key: str) -> float | None:
    return round(float(found[key]), 2) if key in found else None


def dataset_of(
    tables: FeatureTables, transcript: Transcript | None, scorer: FittedScorer, encoder: SentenceEncoder
) -> Dataset:
    """The one interview as a scorer takes it, not cut into answers."""
    index = pd.MultiIndex.from_tuples([(ONE, 0)], names=KEYS)
    columns = channel_columns()
    features = tables.whole[list(columns)].rename(columns=columns).set_axis(index)
    embeddings = pd.DataFrame(index=index)
    text, language = _said(transcript)
    if scorer.dimensions:
        embeddings = pd.DataFrame(embed([text], language, encoder), index=index)
    return Dataset(
        features=features,
        embeddings=embeddings,
        interviews=pd.DataFrame(
            {"person": [ONE], "words": [float(word_count(text, language))]},
            index=pd.Index([ONE], name=KEYS[0]),
        ),
        ratings=None,
        feature_versions=measured_versions(),
        encoder=encoder.id if scorer.dimensions else "",
    )


def _said(transcript: Transcript | None) -> tuple[str, str]:
    if transcript is None:
        return "", "en"
    return transcript.in_language(transcript.language).text, transcript.language
