"""A draft of the feedback to a candidate, by plain rules, from what the report says was heard.

Strengths are the parts of a good answer that were heard, with the candidate's own words. Advice is for the parts that were
not clearly heard, and for answers that tell of others, of plans or of something else. What the report does not hold is not
said: no part without its line of evidence, no quote that is not in it, no score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from interview_analysis.scoring.coaching.parts import failed_gates, missing, told_of_own
from interview_analysis.scoring.content.scored import ABSENT, HOLDS
from interview_analysis.scoring.profile import JobProfile
from interview_analysis.scoring.report.report import (
    AnswerDimension,
    ContentReport,
    DimensionScore,
    Evidence,
    Report,
)

MOST = 4  # strengths, and pieces of advice, of one answer
AIM = 4  # the lowest level whose anchor names no defect

# In the order in which a good answer is told; each with how it is praised.
STRENGTHS: Mapping[str, str] = {
    "setting": gettext_noop("you said when, where and what it was about"),
    "difficulty": gettext_noop("you made clear what was hard"),
    "deeds": gettext_noop("you told what you did yourself"),
    "reasoning": gettext_noop("you gave reasons for doing it so"),
    "result": gettext_noop("you said what came of it"),
    "seen": gettext_noop("you named a result that was measured or that others saw"),
    "reflection": gettext_noop("you said what you learned or used again"),
}
# By the part that is missing, in whatever is told to candidates: here, and after an answer that was practised.
ADVICE: Mapping[str, str] = {
    "example": gettext_noop(
        "no example of your own was clearly heard: tell of one time when you did this, from beginning to end."
    ),
    "deeds": gettext_noop(
        "what you did yourself was not clearly heard: go through your own steps and say “I” where it was you."
    ),
    "setting": gettext_noop(
        "when, where and what it was about was not clearly heard: begin with it in one or two sentences."
    ),
    "difficulty": gettext_noop("what was hard was not clearly heard: say what stood in the way."),
    "result": gettext_noop(
        "no result was clearly heard: say what came of it in the end, and how much that was."
    ),
    "seen": gettext_noop(
        "no measured result was clearly heard: name its size (how much, how many, how long, compared with what) "
        "or what others saw of it."
    ),
    "reasoning": gettext_noop(
        "reasons were not clearly heard: say why you did it so and what you decided against."
    ),
    "reflection": gettext_noop(
        "what you took from it was not clearly heard: say what you learned and where you used it again."
    ),
}
GATES: Mapping[str, str] = {
    "takes_up": gettext_noop(
        "the question was not clearly taken up: answer what was asked first, then give an example of it."
    ),
    "own": gettext_noop(
        "your own part could not be told from that of others: say what you yourself did and decided."
    ),
    "done": gettext_noop(
        "it was told as a plan or as what one would do: choose something that you have done already."
    ),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What the report says of one answer, or of the whole recording: `parts` by name with their quotes, none where absent."""

    number: int | None
    question: str
    parts: Mapping[str, tuple[str, ...]]
    failed: frozenset[str]  # of GATES
    aside: tuple[str, ...]  # names of dimensions that were asked about and that it seems not to be about


@dataclass(frozen=True, slots=True)
class Draft:
    strengths: str
    advice: str


def draft(report: Report, language: str, profile: JobProfile) -> Draft:
    """In `language` of the candidate, "en" or "zh-hans". Empty texts where the report holds nothing to draw on.

    `profile` is the one that the report was made with.
    """
    with translation.override(language):
        answers = heard(report, "zh" if language.startswith("zh") else "en")
        strengths = [_block(one, _strengths(one)) for one in answers]
        advice = [_block(one, _advice(one)) for one in answers]
        advice += _below(report, "zh" if language.startswith("zh") else "en", profile)
    return Draft("\n\n".join(filter(None, strengths)), "\n\n".join(filter(None, advice)))


def heard(report: Report, language: str) -> list[Heard]:
    """An entry an answer of which content was scored; one for the whole where the recording was not cut by questions."""
    if not report.answers:
        told = [d for d in report.dimensions if d.content]
        return [_heard(None, "", told, language)] if told else []
    found = []
    for answer in report.answers:
        scored = [d for d in answer.dimensions if d.content]
        if scored:
            found.append(_heard(answer.number, answer.question, scored, language))
    return found


def _heard(
    number: int | None,
    question: str,
    scored: list[DimensionScore] | list[AnswerDimension],
    language: str,
) -> Heard:
    first = scored[0].content[0]  # parts and these gates are those of the answer, whatever the dimension
    aside = [d.name.get(language) for d in scored if _is_aside(d.content[0])]
    return Heard(
        number,
        question,
        _parts(scored[0].evidence),
        frozenset([*failed_gates(first.gates), *(["takes_up"] if first.unanswered else [])]),
        tuple(aside),
    )


def _is_aside(content: ContentReport) -> bool:
    return content.asked and content.gates.get("about", 1.0) < HOLDS


def _parts(evidence: Iterable[Evidence]) -> dict[str, tuple[str, ...]]:
    """What was heard, and nothing for what was not; a part that was heard faintly is left out, as it may well be there."""
    found: dict[str, tuple[str, ...]] = {}
    for line in evidence:
        faint = line.strength == "absent" and line.score is not None and line.score >= 100 * ABSENT
        if line.kind == "part" and not faint:
            quotes = (line.quote,) if line.quote and line.strength != "absent" else ()
            found[line.id] = found.get(line.id, ()) + quotes
    return found


def _strengths(one: Heard) -> list[str]:
    """Nothing of an answer that is not the candidate's own, done and to the point."""
    if one.failed:
        return []
    lines, used = [], set()
    own = told_of_own(one.parts)
    for name, praise in STRENGTHS.items():
        if name not in own:
            continue
        quotes = one.parts[name]
        quote = next((q for q in quotes if q not in used), "")
        used.add(quote)
        lines.append(
            _("%(what)s: “%(quote)s”") % {"what": _(praise), "quote": quote.strip()} if quote else _(praise)
        )
    return lines[:MOST]


def _advice(one: Heard) -> list[str]:
    lines = [_(GATES[name]) for name in GATES if name in one.failed]
    lines += [
        _("much of it seemed to be about something other than “%(dimension)s”: choose an example of that.")
        % {"dimension": name}
        for name in one.aside
    ]
    if "takes_up" not in one.failed:
        lines += [_(ADVICE[name]) for name in missing(one.parts)]
    return lines[:MOST]


def _below(report: Report, language: str, profile: JobProfile) -> list[str]:
    """What the job looks for, and topics to learn, where a level lies below the one that it asks for.

    Anchors of low levels say what is still lacking, so what is looked for is that of a level above the present one, at least
    `AIM`.
    """
    anchors = {dimension.id: dimension.anchors for dimension in profile.dimensions}
    found = []
    for d in report.dimensions:
        if d.level is None or d.expected_level is None or d.level >= d.expected_level:
            continue
        lines = []
        if d.id in anchors:
            aim = max(d.level + 1, AIM)
            anchor = anchors[d.id][aim]  # type: ignore[index]
            lines.append(_("this job looks for: %(anchor)s") % {"anchor": anchor.get(language)})
        if d.training:
            topics = pgettext("between names", ", ").join(topic.get(language) for topic in d.training)
            lines.append(_("topics that help: %(topics)s") % {"topics": topics})
        if lines:
            found.append(_listed(_("%(dimension)s:") % {"dimension": d.name.get(language)}, lines))
    return found


def _block(one: Heard, lines: list[str]) -> str:
    if not lines:
        return ""
    if one.number is None:
        head = _("In the interview:")
    elif one.question:
        head = _("In your answer to “%(question)s”:") % {"question": one.question.strip()}
    else:
        head = _("In answer %(number)d:") % {"number": one.number}
    return _listed(head, lines)


def _listed(head: str, lines: list[str]) -> str:
    return "\n".join([head, *(f"- {line}" for line in lines)])
