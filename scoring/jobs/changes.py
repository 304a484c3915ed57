"""What changed between two versions of a job, and what of it calls for another interview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interview_analysis.scoring.edges import Text
from interview_analysis.scoring.profile import Dimension, Indicator, JobProfile

Field = Literal[
    "seniority",
    "years",
    "pass_score",
    "dimension",
    "weight",
    "expected_level",
    "indicator",
    "indicator_wording",
    "question",
    "anchors",
    "channels",
]
WEIGHT_STEP = 0.005  # a smaller difference is a rounding


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` and `after` are None where there was or is nothing; `where` names the dimension.

    `ask_again` is set where candidates who were interviewed for the old version have not been asked about what
    the new one needs: a dimension or an indicator is new, or more is expected.
    """

    field: Field
    where: Text | None
    before: Text | str | float | int | None
    after: Text | str | float | int | None
    ask_again: bool


def changes(old: JobProfile, new: JobProfile) -> tuple[Change, ...]:
    """All differences that a score or an interview depends on, the job's own first, then by dimension."""
    found: list[Change] = []
    for field in ("seniority", "years", "pass_score"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            raised = field == "pass_score" and before is not None and after is not None and after > before
            found.append(Change(field, None, before, after, raised))
    olds, news = ({d.id: d for d in profile.dimensions} for profile in (old, new))
    for key in dict.fromkeys((*news, *olds)):
        found.extend(_of_dimension(olds.get(key), news.get(key)))
    return tuple(found)


def _of_dimension(old: Dimension | None, new: Dimension | None) -> list[Change]:
    if old is None or new is None:
        kept = new or old
        assert kept is not None
        before, after = old.weight if old else None, new.weight if new else None
        return [Change("dimension", kept.name, before, after, ask_again=old is None)]
    found: list[Change] = []
    if abs(old.weight - new.weight) >= WEIGHT_STEP:
        found.append(Change("weight", new.name, old.weight, new.weight, False))
    if old.expected_level != new.expected_level:
        raised = (new.expected_level or 0) > (old.expected_level or 0) > 0
        found.append(Change("expected_level", new.name, old.expected_level, new.expected_level, raised))
    if old.channels != new.channels:
        found.append(Change("channels", new.name, _mix(old), _mix(new), False))
    if old.anchors != new.anchors:
        found.append(Change("anchors", new.name, None, None, False))
    before_ids, after_ids = ({i.id: i for i in d.indicators} for d in (old, new))
    for key in dict.fromkeys((*after_ids, *before_ids)):
        if (key in before_ids) != (key in after_ids):
            added = key in after_ids
            name = (after_ids if added else before_ids)[key].name
            found.append(
                Change(
                    "indicator", new.name, None if added else name, name if added else None, ask_again=added
                )
            )
        elif _looked_for(before_ids[key]) != _looked_for(after_ids[key]):
            found.append(Change("indicator_wording", new.name, None, after_ids[key].name, False))
    asked_before, asked_after = ([q.text for q in d.questions] for d in (old, new))
    found.extend(Change("question", new.name, None, q, False) for q in asked_after if q not in asked_before)
    found.extend(Change("question", new.name, q, None, False) for q in asked_before if q not in asked_after)
    return found


def _looked_for(indicator: Indicator) -> Indicator:
    """What of an indicator moves a score: not where it comes from."""
    return indicator.model_copy(update={"source": "", "origin": "person"})


def _mix(dimension: Dimension) -> str:
    return ", ".join(f"{channel} {share:g}" for channel, share in dimension.channels.items())
