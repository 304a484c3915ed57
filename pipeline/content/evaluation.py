"""Known answers through the content model: read from files, scored one by one, summed up by language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from interview_analysis.errors import LearningError
from interview_analysis.features.language.sentences import unit_count
from interview_analysis.models.blas_threads import one_blas_thread
from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.pipeline.common.chat import LlmSettings
from interview_analysis.pipeline.content.second_rater import second_rating
from interview_analysis.scoring.content.evaluation import Figures, agreement, figures, traps
from interview_analysis.scoring.content.examples import Known, parse_known
from interview_analysis.scoring.content.fit_bearing import as_dimension
from interview_analysis.scoring.content.levels import POINTS_PER_LEVEL
from interview_analysis.scoring.content.model import ContentModel, read, spoken
from interview_analysis.scoring.content.robustness import variants
from interview_analysis.scoring.content.scored import ContentLevel, content_level
from interview_analysis.scoring.content.typed import transcript_of_text
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.norms import Norms
from interview_analysis.scoring.report.report import Reason

COLUMNS = (
    "index", "lang", "competency", "kind", "level", "score", "standard_error", "got_level", "abstention", "bears_on",
)  # fmt: skip


def read_known(
    paths: Sequence[Path], library: Sequence[Competency], texts: Sequence[Path] = ()
) -> list[Known]:
    """The answers of all files in order. Raises LearningError that names the file and what is wrong with it.

    An entry with `text_sha256` in the place of a text takes its words from the answer in `texts` that has this hash; where
    no file of `texts` has it, the entry is left out.
    """
    known_texts = {}
    for path in texts:
        for item in _entries(path):
            if isinstance(item, dict) and isinstance(item.get("text"), str):
                known_texts[sha256_of(item["text"])] = item
    ids = [c.id for c in library]
    found: list[Known] = []
    for path in paths:
        try:
            entries = [_with_text(_with_ratings(entry), known_texts) for entry in _entries(path)]
        except (TypeError, ValueError) as error:
            raise LearningError(
                f"{path}: the 'functions' of an answer that is named by its hash have to be pairs of functions and a number of "
                "characters"
            ) from error
        found += parse_known([entry for entry in entries if entry is not None], str(path), ids)
    if not found:
        raise LearningError(f"no answers in {', '.join(map(str, paths))}")
    return found


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@one_blas_thread()
def score_answers(
    known: Sequence[Known],
    library: Sequence[Competency],
    model: ContentModel,
    encoder: SentenceEncoder,
    norms: Norms,
    on_answer: Callable[[], None],
) -> pd.DataFrame:
    """A row an answer: `COLUMNS`, and for the figures `question`, `person` and `length` in words or characters."""
    dimensions = {c.id: as_dimension(c) for c in library}
    rows = []
    for index, answer in enumerate(known):
        length = unit_count(answer.said, answer.lang)
        row: dict[str, Any] = {
            "index": index, "lang": answer.lang, "competency": answer.competency, "kind": answer.kind,
            "level": answer.level, "question": answer.question, "person": answer.person, "length": length,
            "ratings": answer.ratings,
        }  # fmt: skip
        least = norms.limits.min_characters if answer.lang == "zh" else norms.limits.min_words
        found = score_text(answer.said, answer, dimensions, model, encoder)
        scored = found is not None and length >= least
        rows.append(
            row
            | {
                "score": round(found.score, 2) if scored and found else None,
                "standard_error": round(found.standard_error, 2) if scored and found else None,
                "got_level": norms.level(found.score) if scored and found else None,
                "abstention": "" if scored else Reason.TOO_FEW_WORDS.value,
                "bears_on": round(found.bears_on, 4) if found else 0.0,
            }
        )
        on_answer()
    return pd.DataFrame(rows).astype(
        {"level": "float64", "score": "float64", "standard_error": "float64", "got_level": "float64"}
    )


def score_text(
    text: str, answer: Known, dimensions: Mapping[str, Any], model: ContentModel, encoder: SentenceEncoder
) -> ContentLevel | None:
    """`text` as the answer to the question of `answer`, against its competency; None where nothing was said."""
    reading = read(model, spoken(transcript_of_text(text, answer.lang), encoder), answer.question)
    if reading is None:
        return None
    return content_level(model, reading, dimensions[answer.competency], encoder, answer.question)


@one_blas_thread()
def bearing_up(
    known: Sequence[Known],
    library: Sequence[Competency],
    model: ContentModel,
    encoder: SentenceEncoder,
    on_answer: Callable[[], None],
) -> pd.DataFrame:
    """How far the level of an answer moves when it is said in another way; a row an answer with a level and variant."""
    dimensions = {c.id: as_dimension(c) for c in library}
    rows = []
    for seed, answer in enumerate(known):
        on_answer()
        if answer.level is None:
            continue
        told = [(name, text, answer) for name, text in variants(answer, seed)]
        if answer.translation:
            other = answer.model_copy(
                update={"lang": answer.translation.lang, "question": answer.translation.question}
            )
            told.append(("in the other language", answer.translation.text, other))
        levels = [
            found.mean_level if (found := score_text(text, asked, dimensions, model, encoder)) else 1.0
            for _, text, asked in told
        ]
        rows += [
            {"lang": answer.lang, "variant": name, "moved": level - levels[0]}
            for (name, _, _), level in zip(told[1:], levels[1:], strict=True)
        ]
    return pd.DataFrame(rows, columns=["lang", "variant", "moved"])


def moved_as_text(table: pd.DataFrame) -> str:
    """Means by language and variant."""
    lines = []
    for language, rows in table.groupby("lang"):
        lines.append(
            f"{ {'en': 'English', 'zh': 'Chinese'}[str(language)] }, how far the level moves (mean of absolute differences; mean):"
        )
        lines += [
            f"  {name:<28}{len(group):>4}{group['moved'].abs().mean():>7.2f}{group['moved'].mean():>+7.2f}"
            for name, group in rows.groupby("variant", sort=False)
        ]
    return "\n".join(lines)


def ask_second_rater(
    known: Sequence[Known], library: Sequence[Competency], url: str, model: str, on_answer: Callable[[], None]
) -> pd.DataFrame:
    """What a language model makes of each answer: its level, on how many parts its runs agree, and quotes not found.

    Raises SecondRaterError.
    """
    settings, by_id = LlmSettings(url, model), {c.id: c for c in library}
    rows = []
    for answer in known:
        rating = second_rating(settings, answer.question, answer.said, by_id[answer.competency], answer.lang)
        rows.append((rating.level, round(rating.agreement, 3), len(rating.dropped)))
        on_answer()
    return pd.DataFrame(rows, columns=["llm_level", "llm_agreement", "llm_dropped_quotes"])


def by_second_rater(table: pd.DataFrame) -> pd.DataFrame:
    """The table as if the language model's levels were the scores."""
    level = table["llm_level"].astype("float64")
    return table.assign(
        score=POINTS_PER_LEVEL * (level - 0.5), got_level=(level + 0.5) // 1, standard_error=float("nan")
    )


def as_text(table: pd.DataFrame, by: str = "") -> str:
    """The figures by language as text; `by` says whose scores they are."""
    lines = []
    people = table["person"] != ""
    for (language, is_person), rows in table.groupby([table["lang"], people]):
        name = {"en": "English", "zh": "Chinese"}[str(language)] + (", real people" if is_person else "") + by
        if rows["level"].notna().any():
            lines += _lines(name, figures(rows))
        rated = agreement(rows["ratings"].tolist()) if "ratings" in rows else None
        if rated:
            lines.append(
                f"{name}, {rated[0]} answers rated twice: quadratic kappa {rated[1]:.3f}, Spearman {rated[2]:.3f}"
            )
        found = traps(rows)
        if len(found):
            lines.append(f"{name}, traps (answers, mean level, share at level 3 or more, mean bears_on):")
            lines += [
                f"  {t.kind:<11}{t.answers:>4}{t.mean_level:>7.2f}{t.at_3_or_more:>7.0%}{t.bears_on:>7.2f}"
                for t in found.itertuples()
            ]
    return "\n".join(lines)


def _lines(name: str, found: Figures) -> list[str]:
    over = f" [{found.interval[0]:.2f}, {found.interval[1]:.2f}] over people" if found.interval else ""
    means = ", ".join(f"{level:g}: {mean:.2f}" for level, mean in found.means.items())
    return [
        f"{name}, {found.answers} answers with a level, {found.abstained:.1%} not scored and counted as level 1",
        f"  Spearman {found.overall:.3f}{over}; within a competency {found.within:.3f}; with length held constant "
        f"{found.beyond_length:.3f}",
        f"  quadratic kappa {found.kappa:.3f}; exact {found.exact:.1%}; within one level {found.within_one:.1%}; pairs two "
        f"levels apart in order {found.order:.1%}",
        f"  correlation with length, level held constant, {found.length:+.3f}; twice as long is {found.doubling:+.2f} of a level",
        f"  intervals hold {found.covered_68:.1%} (68 %) and {found.covered_95:.1%} (95 %)",
        f"  mean level by level: {means}",
    ]


def _entries(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LearningError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise LearningError(f"{path} is no JSON file in UTF-8: {error}") from error
    if not isinstance(content, list):
        raise LearningError(f"{path}: expected a list of answers, got {type(content).__name__}")
    return content


def _with_ratings(entry: Any) -> Any:
    """`level_a` and `level_b` as `ratings`."""
    if isinstance(entry, dict) and "level_a" in entry and "level_b" in entry:
        return {**entry, "ratings": [entry["level_a"], entry["level_b"]]}
    return entry


def _with_text(entry: Any, texts: Mapping[str, Mapping[str, Any]]) -> Any:
    if not isinstance(entry, dict) or "text_sha256" not in entry:
        return entry
    found = texts.get(str(entry["text_sha256"]))
    if found is None:
        return None
    own = {key: value for key, value in entry.items() if key not in ("text_sha256", "functions")}
    return {
        **own,
        "text": found["text"],
        "question": found.get("question") or own.get("question", ""),
    } | _segments(entry, found["text"])


def _segments(entry: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Segments from `functions`: pairs of functions and of how many characters of the text they hold for."""
    segments, at = [], 0
    for functions, count in entry.get("functions", ()):
        segments.append([functions, text[at : at + count]])
        at += count
    return {"segments": segments} if segments else {}
