"""What fitting the content model needs around it: vectors that are kept, and figures of answers that were not seen."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from interview_analysis.features.language.sentences import unit_count
from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.pipeline.common.config import load_norms
from interview_analysis.pipeline.common.progress import Progress
from interview_analysis.scoring.content.bearing import reference_texts
from interview_analysis.scoring.content.examples import Known, unpunctuated
from interview_analysis.scoring.content.fit import Fitted
from interview_analysis.scoring.content.fit_bearing import LANGUAGES, as_dimension
from interview_analysis.scoring.content.model import clauses
from interview_analysis.scoring.content.prepare import INJECTED, with_words_to_the_scorer
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Language


def remember_all(
    known: Sequence[Known],
    library: Sequence[Competency],
    encoder: RememberingEncoder,
    at_once: int,
    on_progress: Progress,
) -> None:
    """Encode everything that fitting asks for, an answer or a competency at a time, `at_once` of them side by side.

    Each text is encoded once, with the answer that it comes in first, so that its vector does not depend on which of the two is done
    first. What was done is kept when it is stopped, and most of it where other answers come or go.
    """
    every = [_wordings(answer) for answer in (*known, *with_words_to_the_scorer(known))]
    every += [_texts_of(competency, language) for competency in library for language in LANGUAGES]
    seen: set[str] = set()
    pieces = []
    for texts in every:
        pieces.append([text for text in dict.fromkeys(texts) if text not in seen])
        seen.update(texts)
    with ThreadPoolExecutor(at_once) as pool:
        for done, _ in enumerate(pool.map(encoder.remember, pieces), 1):
            on_progress("sentence vectors", done, len(pieces))


def _wordings(answer: Known) -> list[str]:
    """The question and the clauses of an answer, as they stand and without punctuation."""
    texts = [
        clause.text
        for wording in (answer.said, unpunctuated(answer.said, answer.lang))
        for clause in clauses(transcript_of_text(wording, answer.lang))
    ]
    return [answer.question, *texts] if answer.question else texts


def _texts_of(competency: Competency, language: Language) -> list[str]:
    return [
        *reference_texts(as_dimension(competency), language),
        *competency.statements.get(language),
        *(question.text.get(language) for question in competency.questions),
    ]


def of_unseen(fitted: Fitted) -> pd.DataFrame:
    """A row for each answer as it stands, scored by models that have not seen its group; columns as for `figures`."""
    norms, rows, seen = load_norms(), [], set()
    for row, probabilities, bears in zip(fitted.rows, fitted.probabilities, fitted.bears_on, strict=True):
        known = row.known
        if id(known) in seen or known.kind == INJECTED:  # the other wording; what was made up
            continue
        seen.add(id(known))
        score, error = fitted.model.levels[known.lang].estimate(probabilities)
        rows.append(
            {
                "lang": known.lang, "competency": known.competency, "kind": known.kind, "level": known.level,
                "score": score, "standard_error": error, "got_level": norms.level(score), "bears_on": bears,
                "person": known.person, "length": unit_count(known.said, known.lang),
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype({"level": "float64"})


def heard_as_text(fitted: Fitted) -> list[tuple[str, str]]:
    """By language, how well what a report says to be heard goes with the labels."""
    languages = sorted({language for language, _ in fitted.heard})
    return [
        (
            language,
            ", ".join(
                f"{part} {found.right:.0%} / {found.found:.0%}"
                for (own, part), found in fitted.heard.items()
                if own == language
            ),
        )
        for language in languages
    ]
