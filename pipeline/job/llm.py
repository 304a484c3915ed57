"""Asking a language model behind an OpenAI-compatible chat endpoint for additions to a parsed profile."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from interview_analysis.errors import ProfileError
from interview_analysis.pipeline.common.chat import KEY_VARIABLE, Caller, Endpoint, LlmSettings
from interview_analysis.scoring.jobs.enrich import Enrichment, check_can_be_enriched, enrich, messages
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.jobs.settings import ParserSettings
from interview_analysis.scoring.profile import JobProfile

__all__ = ["KEY_VARIABLE", "LlmSettings", "enrich_profile"]
_CALLER = Caller(ProfileError)


def enrich_profile(
    profile: JobProfile,
    text: str,
    library: Sequence[Competency],
    rules: ParserSettings,
    settings: LlmSettings,
) -> Enrichment:
    """`profile`, as it was parsed from `text`, with what a language model adds to it.

    The key of the endpoint is read from the environment variable `KEY_VARIABLE`.

    Raises
    ------
    ProfileError
        when the endpoint cannot be reached or does not answer with a proposal; says what to do. `profile` is as good
        as before.
    """
    check_can_be_enriched(profile)
    template = (files("interview_analysis") / "configs" / "prompts" / "enrich.txt").read_text(
        encoding="utf-8"
    )
    endpoint = Endpoint(settings, _CALLER)
    model = endpoint.model()
    content = endpoint.chat(model, messages(template, profile, text, library))
    return enrich(profile, text, content, library, rules, model)
