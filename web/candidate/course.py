"""The course of an interview as a candidate sees it: what is done, what comes next, and the doors to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from interview_analysis.web.candidate.models import Invitation
from interview_analysis.web.hiring.models import Application
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.privacy.observed import Observed, observed


@dataclass(frozen=True, slots=True)
class Step:
    """`url` is empty where there is no door now, `post` where nothing is sent; `optional` ones are offered and never the next."""

    title: str
    text: str
    url: str = ""
    door: str = ""
    done: bool = False
    optional: bool = False
    is_next: bool = False
    post: str = ""


def how_it_goes(invitation: Invitation) -> list[str]:
    """The walk-through of the mail and of the page with the details: what happens, step by step."""
    if invitation.kind == Invitation.Kind.LIVE:
        return [
            _("At the time above you join the interviewer. The words from the company below say how.")
            if invitation.note
            else _(
                "At the time above you join the interviewer. If nobody has told you how, ask the contact below."
            ),
            _("The interviewer asks, you answer, and there is time for your own questions."),
            _("If the connection breaks off, join again. Nobody counts it against you."),
        ]
    if invitation.kind == Invitation.Kind.UPLOAD:
        return [
            _("You record yourself with whatever you like, and hand in the file by your link."),
            _("If the upload breaks off, it goes on where it was."),
        ]
    questions, retakes = invitation.questions.count(), invitation.retakes
    space = "" if (get_language() or "").startswith("zh") else " "
    shown = ngettext(
        "There is %(number)s question. You get it on the screen.",
        "There are %(number)s questions. You get them one by one on the screen.",
        questions,
    ) % {"number": questions}
    times = _(
        "For each you have %(think)s to think and %(answer)s to answer, unless the question says otherwise (minutes and seconds)."
    ) % {"think": minutes(invitation.think_s), "answer": minutes(invitation.answer_s)}
    end = (
        _("The recording ends with the time.")
        if invitation.hard_end
        else _("If you need longer, the recording goes on; it is noted, and not cut.")
    )
    again = ngettext(
        "You may record each answer again %(number)s time, and choose which one counts.",
        "You may record each answer again up to %(number)s times, and choose which one counts.",
        retakes,
    ) % {"number": retakes}
    takes = [again if retakes else _("Each answer is recorded once.")]
    if invitation.may_write:
        takes.append(_("Where recording does not work, you may write."))
    return [
        _("You open the link, read what is recorded and analysed, and choose."),
        _("You check camera, microphone and connection on the page; that takes a minute."),
        shown,
        space.join((times, end)),
        space.join(takes),
        _(
            "You may leave and come back by the same link, on another device too. Answer on one device at a time."
        ),
        _("At the end you hand in, and see from then on how far it is."),
    ]


def minutes(seconds: int) -> str:
    """90 -> "1:30"."""
    return f"{seconds // 60}:{seconds % 60:02}"


def steps(invitation: Invitation, now: datetime | None = None) -> list[Step]:
    """All steps in their order; the first that is not done and can be done is the next one."""
    now = now or timezone.now()
    found = [
        _agree(invitation),
        *_time(invitation, now),
        *_prepare(invitation, now),
        _interview(invitation, now),
        _after(invitation),
    ]
    if found[-1].done:  # it is decided: nothing is asked for any more
        return found
    for number, step in enumerate(found):
        if not step.done and not step.optional:
            found[number] = replace(step, is_next=True)
            break
    return found


def _agree(invitation: Invitation) -> Step:
    consent = invitation.interview.consent
    if invitation.consented and consent is not None:
        text = (
            _("You agreed to being recorded and to the automated analysis.")
            if consent.analysis
            else _("You go on without automated analysis: only people review your interview.")
        )
    else:
        text = _("What is recorded, what is analysed and what is not, and your choice.")
    return Step(_("Read and agree"), text, reverse("candidate:consent"), _("Read"), invitation.consented)


def _time(invitation: Invitation, now: datetime) -> list[Step]:
    over = invitation.finished_at is not None or invitation.closes_at <= now
    found = []
    if invitation.slots_until is not None:
        found.append(
            Step(
                _("Pick a time"),
                _("You can change it later, until some time before."),
                "" if over or invitation.started_at else reverse("candidate:times"),
                _("Change the time") if invitation.slot_id else _("Pick a time"),
                invitation.slot_id is not None,
            )
        )
    found.append(
        Step(
            _("Confirm"),
            _("Say that you will be there, so that nobody waits in vain."),
            door=_("I will be there"),
            post=reverse("candidate:confirm") if may_confirm(invitation, now) else "",
            done=invitation.confirmed_at is not None or invitation.started_at is not None,
            optional=invitation.to_be_picked or over,
        )
    )
    return found


def may_confirm(invitation: Invitation, now: datetime) -> bool:
    return (
        invitation.confirmed_at is None
        and invitation.started_at is None
        and invitation.finished_at is None
        and not invitation.to_be_picked
        and now < invitation.closes_at
    )


def _prepare(invitation: Invitation, now: datetime) -> list[Step]:
    """What helps and is not asked for. Rooms that are not there offer nothing."""
    if invitation.finished_at is not None:
        return []
    offered = (
        (_("Guide"), _("What matters in this job, and how answers are used."), "guide:guide", _("Read")),
        (
            _("Check your devices"),
            _("Camera, microphone, speaker and connection, on the device that you will use."),
            "answers:check",
            _("Check"),
        ),
        (
            _("Practise"),
            _("Questions of the same kind, not those of the interview. Recruiters never see it."),
            "practice:home",
            _("Practise"),
        ),
    )
    return [
        Step(title, text, url, door, optional=True)
        for title, text, name, door in offered
        if (url := door_to(name))
    ]


def _interview(invitation: Invitation, now: datetime) -> Step:
    done = invitation.finished_at is not None
    if invitation.kind == Invitation.Kind.LIVE:
        return Step(
            _("The conversation"), _("How to join stands in the details of the invitation."),
            "" if done else reverse("candidate:details"), _("Details"), done,
        )  # fmt: skip
    opened = (invitation.may_answer(now) or _begun(invitation)) and invitation.consented
    url = door_to("answers:start") if opened else ""
    door = _("Go on") if invitation.started_at else _("Start")
    if invitation.kind == Invitation.Kind.UPLOAD:
        return Step(_("Hand in your recording"), _("A file that you recorded yourself."), url, door, done)
    text = _("Questions one by one. You can leave and come back by the same link.")
    return Step(_("Answer the questions"), text, url, door, done)


def _begun(invitation: Invitation) -> bool:
    """Begun in time: what is left may be sent for a while after the end."""
    return invitation.started_at is not None and invitation.finished_at is None and not invitation.is_over()


def _after(invitation: Invitation) -> Step:
    """Done once it is decided; what was decided is told by people, not by this page."""
    state = invitation.interview.application.state
    decided = state != Application.State.ACTIVE
    url = door_to("afterwards:progress") if invitation.finished_at is not None or decided else ""
    if state == Application.State.WITHDRAWN:
        text = _("The application was withdrawn.")
    elif decided:
        text = outcome_told()
    else:
        text = _("People review your interview, and a person decides.")
    return Step(_("Hear from us"), text, url, _("See how far it is"), done=decided)


def outcome_told() -> str:
    """Where a candidate learns what was decided."""
    return _("A person has decided. If nobody has told you the outcome yet, write to the contact.")


def door_to(name: str) -> str:
    """The address of a page, empty where its room is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def looked_at(invitation: Invitation) -> list[Observed]:
    """What an analysis of the interview looks at, with the weights of the job's profile, in the active language."""
    version = invitation.interview.application.job.profile
    return observed(profile_of(version) if version is not None else None)
