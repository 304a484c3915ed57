"""Everything that the parser of job descriptions goes by, loaded from configs/."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources.abc import Traversable

from interview_analysis import __version__
from interview_analysis.errors import ConfigError
from interview_analysis.features.language.lexicons import background
from interview_analysis.models.text.encoder import RememberingEncoder
from interview_analysis.pipeline.common.config import BUILT_IN, read_built_in
from interview_analysis.pipeline.common.progress import Progress, ignore
from interview_analysis.pipeline.job.head import load_head
from interview_analysis.scoring.jobs.library import Competency, parse_competency
from interview_analysis.scoring.jobs.meaning_head import (
    LANGUAGES,
    Known,
    Labelled,
    known_sentences,
    parse_sentences,
)
from interview_analysis.scoring.jobs.parse import JobParser
from interview_analysis.scoring.jobs.relevance import parse_relevance
from interview_analysis.scoring.jobs.settings import ParserSettings, parse_settings
from interview_analysis.scoring.jobs.skills import Skill, parse_skills
from interview_analysis.scoring.profile import Dimension, Language


def load_library() -> tuple[Competency, ...]:
    """The competencies of configs/competencies, by id.

    Raises ConfigError for a file that is no valid competency, or is not named by its id.
    """
    library = []
    for file in _files(BUILT_IN / "competencies"):
        competency = parse_competency(read_built_in(file), file.name)
        if file.name != f"{competency.id}.yaml":
            raise ConfigError(f"{file.name}: its id is '{competency.id}'; name the file {competency.id}.yaml")
        library.append(competency)
    return tuple(library)


def load_skills(library: Sequence[Competency]) -> tuple[Skill, ...]:
    """The skills lexicon. Raises ConfigError for a skill of a competency that the library does not have."""
    skills = parse_skills(read_built_in(BUILT_IN / "skills.yaml"), "skills.yaml")
    known = {competency.id for competency in library}
    for skill in skills:
        for competency in skill.of:
            if competency not in known:
                raise ConfigError(
                    f"skills.yaml: '{skill.id}' is of '{competency}', which is not in the library"
                )
    return skills


def load_parser_settings() -> ParserSettings:
    return parse_settings(read_built_in(BUILT_IN / "job_parsing.yaml"), "job_parsing.yaml")


def load_job_parser(encoder: RememberingEncoder | None, on_progress: Progress = ignore) -> JobParser:
    """A parser with the built-in library; without `encoder` words alone are matched.

    Its meaning head comes with the product; where the library was edited or the encoder is another one, it is fitted
    anew, which takes minutes the first time, and `on_progress` hears of it.
    """
    library = load_library()
    settings = load_parser_settings()
    template = Dimension.model_validate(read_built_in(BUILT_IN / "skill_dimension.yaml"))
    head = None
    if encoder is not None:
        head = load_head(load_known(library, load_labelled(library)), encoder, settings.demand, on_progress)
    relevance = parse_relevance(read_built_in(BUILT_IN / "job_relevance.yaml"), "job_relevance.yaml")
    skills = load_skills(library)
    return JobParser(library, skills, template, head, relevance, settings, encoder, _version(encoder))


def load_labelled(library: Sequence[Competency]) -> Labelled:
    """The labelled sentences of configs/, per language."""
    names: dict[Language, str] = {language: f"job_sentences.{language}.yaml" for language in LANGUAGES}
    return {
        language: parse_sentences(read_built_in(BUILT_IN / name), library, name)
        for language, name in names.items()
    }


def load_known(library: Sequence[Competency], labelled: Labelled) -> Known:
    """The sentences that the heads learn from."""
    neutral: dict[Language, Sequence[str]] = {lang: background(f"job-{lang}") for lang in LANGUAGES}
    return known_sentences(library, neutral, labelled)


def _version(encoder: RememberingEncoder | None) -> str:
    """Names what a profile depends on besides the description: code, library and encoder."""
    digest = hashlib.sha256()
    for file in _parsing_files():
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    encoded = encoder.id if encoder else "words only"
    return f"interview-analysis {__version__}, library {digest.hexdigest()[:12]}, {encoded}"


def _parsing_files() -> list[Traversable]:
    single = (
        "job_parsing.yaml",
        "job_relevance.yaml",
        "skills.yaml",
        "skill_dimension.yaml",
        "lexicons/job_text.yaml",
    )
    sentences = [f"background/job-{language}.txt" for language in LANGUAGES]
    sentences += [f"job_sentences.{language}.yaml" for language in LANGUAGES]
    return [*_files(BUILT_IN / "competencies"), *(BUILT_IN / name for name in (*single, *sentences))]


def _files(folder: Traversable) -> list[Traversable]:
    return sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
