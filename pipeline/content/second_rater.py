"""Asking a language model behind an OpenAI-compatible chat endpoint for a second rating of one answer.

Only where the user names an endpoint. The answer leaves the machine if that endpoint is on another one.
"""

from __future__ import annotations

from importlib.resources import files

from interview_analysis.errors import SecondRaterError
from interview_analysis.pipeline.common.chat import Caller, Endpoint, LlmSettings
from interview_analysis.scoring.content.second_rater import SecondRating, messages, parse_reply, rating_of
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import Dimension, Language

SEEDS = (0, 1, 2)  # one run each
CALLER = Caller(SecondRaterError)


def second_rating(
    settings: LlmSettings,
    question: str,
    answer_text: str,
    competency: Competency | Dimension,
    language: Language,
) -> SecondRating:
    """What a language model makes of one answer, from three runs at temperature 0.

    The key of the endpoint is read from the environment variable `chat.KEY_VARIABLE`. `question` is empty where it is not
    known; `language` is that of the answer.

    Raises
    ------
    SecondRaterError
        when the answer is empty, the endpoint cannot be reached, or a run is answered with no rating; says what to do.
    """
    if not answer_text.strip():
        raise SecondRaterError("the answer is empty; ask the second rater only about answers with words")
    template = (files("interview_analysis") / "configs" / "prompts" / "second_rater.txt").read_text(
        encoding="utf-8"
    )
    conversation = messages(template, question, answer_text, competency, language)
    endpoint = Endpoint(settings, CALLER)
    model = endpoint.model()
    replies = [endpoint.chat(model, conversation, seed) for seed in SEEDS]
    return rating_of([parse_reply(reply, answer_text, language) for reply in replies], model)
