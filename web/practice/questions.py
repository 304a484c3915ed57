"""Which questions are practised: of the job's kind, and not those of the interview, nor the same in other words."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from interview_analysis.models.text.encoder import SentenceEncoder
from interview_analysis.scoring.coaching.coach import Kind
from interview_analysis.scoring.coaching.motive import asks_why_this_company
from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.evidence.question_matching import alike
from interview_analysis.scoring.jobs.library import Competency
from interview_analysis.scoring.profile import JobProfile

COUNT = 3
MOTIVES = (
    Text(
        en="What attracts you to our company, and what do you want to do here?",
        zh="我们公司哪些方面吸引了你？你想在这里做些什么？",
    ),
    Text(
        en="You could work elsewhere. Why do you want to join our company?",
        zh="你有很多选择，为什么想加入我们公司？",
    ),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    text: str
    kind: Kind
    dimension: str = ""


def choose(
    profile: JobProfile,
    library: Sequence[Competency],
    asked: Sequence[str],
    practised: Sequence[str],
    language: str,
    encoder: SentenceEncoder,
    limit: float,
    *,
    motive: bool,
    seed: int,
) -> list[Chosen]:
    """Three questions in `language` ("en" or "zh"), each about another competency where there are as many.

    None is like one that is `asked` in the interview; one that was `practised` comes again only where there is no other.
    `motive` is whether the reasons to apply here may be asked for. The same `seed` gives the same questions.
    """
    drawn = random.Random(seed)
    found = _of_the_job(profile, library, language, drawn)
    if motive and not any(asks_why_this_company(text, language) for text in asked):
        texts = [text.get(language) for text in MOTIVES]
        found.insert(min(len(found), COUNT - 1), [Chosen(text, "motive") for text in texts])
    fresh = _unlike([one for some in found for one in some], asked, encoder, limit)
    seen = set(practised)
    chosen: list[Chosen] = []
    for again in (False, True):
        for some in found:
            left = [one for one in some if one in fresh and one not in chosen]
            left = [one for one in left if again or one.text not in seen]
            if left and len(chosen) < COUNT:
                chosen.append(left[0])
    return chosen


def _of_the_job(
    profile: JobProfile, library: Sequence[Competency], language: str, drawn: random.Random
) -> list[list[Chosen]]:
    """The questions of each dimension, the heaviest first: about something done first, then the others."""
    known = {competency.id: competency for competency in library}
    found = []
    for dimension in sorted(profile.dimensions, key=lambda d: -d.weight):
        competency = known.get(dimension.competency)
        listed = [*dimension.questions, *(competency.questions if competency else ())]
        texts = dict.fromkeys((question.kind, question.text.get(language)) for question in listed)
        own = [Chosen(text, kind, dimension.id) for kind, text in texts if text]
        drawn.shuffle(own)
        found.append(sorted(own, key=lambda one: one.kind != "past"))
    return found


def _unlike(
    some: Sequence[Chosen], asked: Sequence[str], encoder: SentenceEncoder, limit: float
) -> set[Chosen]:
    if not asked or not some:
        return set(some)
    near = alike([one.text for one in some], asked, encoder).max(axis=1)
    return {one for one, value in zip(some, near, strict=True) if value < limit}
