"""Why this company: whether an answer names anything of what the company says that it stands for.

A value is mentioned where half of its words are said, or a clause means it: by how far the clause stands above unrelated
speech, as indicators are found (scoring/evidence/meaning.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from interview_analysis.features.language.lexicons import background, found
from interview_analysis.features.language.sentences import normalise
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.coaching.findings import Finding
from interview_analysis.scoring.content.cues import content_words
from interview_analysis.scoring.content.model import Spoken
from interview_analysis.scoring.evidence.indicators import EvidenceSettings
from interview_analysis.scoring.evidence.meaning import fit, threshold

_SAID = 0.5  # of a value's words


def asks_why_this_company(question: str, language: str) -> bool:
    """Whether a question asks for the reasons to apply here."""
    return found("questions", "motive", normalise(question), language)


def about_values(
    values: Sequence[str], spoken: Spoken, encoder: SentenceEncoder, settings: EvidenceSettings
) -> list[Finding]:
    """A finding where none of the company's values is mentioned; none where it named no values."""
    if not values or not spoken.clauses:
        return []
    language = spoken.language
    said = content_words(" ".join(clause.text for clause in spoken.clauses), language)
    for value in values:
        words = content_words(value, language)
        if words and len(words & said) >= _SAID * len(words):
            return []
    model = fit({value: [value] for value in values}, encoder, background(language))
    if model is not None:
        near = model.similarities(spoken.vectors)
        limit = threshold(len(spoken.clauses), settings.z_floor, settings.false_hit_rate)
        if near.size and float(near.max()) >= limit:
            return []
    return [Finding(kind="values", names=tuple(values))]
