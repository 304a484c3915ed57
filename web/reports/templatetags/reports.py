"""How the reports show codes and kinds, and the doors to them from an interview's page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import pgettext

from interview_analysis.scoring.profile import Question
from interview_analysis.web.hiring.templatetags.hiring import own
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import STAFF, User
from interview_analysis.web.reports import words
from interview_analysis.web.reports.next_step import Step
from interview_analysis.web.reports.next_step import next_step as step_of
from interview_analysis.web.reports.recruitment import Line
from interview_analysis.web.review.blind import machine_visible
from interview_analysis.web.review.consensus import may_see
from interview_analysis.web.review.standing import Standing

register = template.Library()


@register.filter
def why(code: str) -> str:
    return words.why_unsettled(code)


@register.filter
def is_past(question: Question) -> bool:
    return question.kind == "past"


@register.filter
def names(lines: list[Line]) -> str:
    return pgettext("between names", ", ").join(own(line.dimension.name) for line in lines)


@register.filter
def remarked(line: Line, now: Standing) -> list[tuple[str, str]]:
    """Who noted what on a competency: the raters, and who entered the final rating."""
    found = [(card.rater.name, note) for card, note in zip(now.cards, line.row.notes, strict=True) if note]
    if now.final is not None and now.final.notes.get(line.dimension.id):
        found.append((now.final.entered_by.name, now.final.notes[line.dimension.id]))
    return found


@register.inclusion_tag("reports/doors.html")
def report_doors(user: User, interview: Interview) -> dict[str, Any]:
    staff = user.may(*STAFF)
    return {
        "interview": interview,
        "recruitment": staff and may_see(user, interview),
        "feedback": staff and machine_visible(user, interview),
    }


@register.simple_tag
def next_step(user: User, interview: Interview) -> Step | None:
    return step_of(user, interview)
