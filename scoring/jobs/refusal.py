"""Telling a job description from other texts, so that no profile is made of a recipe or a resume."""

from __future__ import annotations

from interview_analysis.errors import ProfileError
from interview_analysis.features.language.lexicons import pattern
from interview_analysis.features.language.sentences import normalise, unit_count
from interview_analysis.scoring.jobs.headings import LEXICON, language_of
from interview_analysis.scoring.jobs.matching import Reading
from interview_analysis.scoring.jobs.sections import Outline
from interview_analysis.scoring.jobs.settings import RefusalSettings
from interview_analysis.scoring.profile import Language

PASS_ONE = "pass the text of one job description"
ADVERT = {
    "hiring": "hiring",
    "terms": "pay or terms",
    "qualification": "qualifications",
    "apply": "how to apply",
}
HEADED = ("duty", "must", "nice")
GENRES = {
    "resume": "a resume", "letter": "a letter", "news": "a news page", "minutes": "minutes of a meeting",
    "course": "a course description", "contract": "a contract", "policy": "a privacy policy", "manual": "a manual",
    "recipe": "a recipe", "product": "an advertisement", "advice": "advice for applicants", "story": "a story",
    "chat": "a chat",
}  # fmt: skip


def check_length(text: str, origin: str, settings: RefusalSettings) -> None:
    """Raises ProfileError for a text that is empty, too short to say what a job needs, or too long to be one."""
    if len(text) > settings.max_characters:
        raise ProfileError(
            f"{origin}: {len(text):,} characters, a job description has at most {settings.max_characters:,}; {PASS_ONE}",
            "too_long",
        )
    units = unit_count(text, language_of(text))
    if not units:
        raise ProfileError(f"{origin} is empty; {PASS_ONE}", "empty")
    if units < settings.min_units:
        unit = "characters" if language_of(text) == "zh" else "words"
        raise ProfileError(
            f"{origin}: {units} {unit} are too few to tell what the job needs (at least {settings.min_units}); {PASS_ONE}",
            "too_short",
        )


def check_kind(text: str, read: Outline, reading: Reading, origin: str, settings: RefusalSettings) -> None:
    """Raises ProfileError for a text that is of another kind, or asks for nothing.

    A job description speaks of hiring, terms, qualifications and how to apply, has headings for duties,
    requirements and wishes, begins with a title that the library knows, is a list, and asks for something in most of its
    sentences: enough of these have to be there. Other texts that speak of work have words of their own; where those
    weigh more, the text is taken for what they are words of.
    """
    folded, language = normalise(text), read.language
    counts = {kind: _distinct(f"advert_{kind}", folded, language) for kind in ADVERT}
    genres = {genre: _distinct(f"genre_{genre}", folded, language) for genre in GENRES}
    genre = max(genres, key=lambda g: (genres[g], g))
    advert = sum(counts.values())
    if genres[genre] >= settings.min_genre_words and genres[genre] > settings.max_genre_share * advert:
        raise ProfileError(
            f"{origin} reads like {GENRES[genre]}, not like a job description; {PASS_ONE}", "other_kind"
        )
    signs = [*(count > 0 for count in counts.values()), *(part in read.headed for part in HEADED)]
    signs += [
        reading.known_title,
        read.listed >= settings.min_listed,
        reading.asking_ratio >= settings.min_asking_ratio,
    ]
    if sum(signs) < settings.min_signs:
        missing = ", ".join(ADVERT[kind] for kind in ADVERT if not counts[kind])
        raise ProfileError(
            f"{origin} is no job description as far as can be told: it says nothing of {missing}; {PASS_ONE}, with its "
            "duties or requirements",
            "other_kind",
        )
    if sum(statement.asks for statement in read.statements) < settings.min_asking:
        raise ProfileError(f"{origin}: nothing in it says what the job needs; {PASS_ONE}", "other_kind")


def _distinct(name: str, text: str, language: Language) -> int:
    return len({match.group() for match in pattern(LEXICON, name, language).finditer(text)})
