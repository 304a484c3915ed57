"""Recordings with a list: a CSV file that says of which candidate, job and interview each file is, and what was agreed to."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from interview_analysis.pipeline.common.tables import Line, Mistake, quoted
from interview_analysis.web.hiring.csv_lists import lines_of
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.interviews.forms import ConsentForm
from interview_analysis.web.interviews.models import Interview
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Consent
from interview_analysis.web.privacy.trail import record

# What a column may be called, in either language.
COLUMNS = {
    "file": ("file", "文件", "文件名"),
    "candidate": ("candidate", "name", "候选人", "姓名"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱", "电子邮件"),
    "job": ("job", "职位", "岗位"),
    "interview": ("interview", "title", "面试", "标题"),
    "consent_on": ("consent_on", "consent on", "同意日期"),
    "consent_how": ("consent_how", "consent how", "同意方式"),
    "analysis": ("analysis", "机器分析", "分析"),
    "consent_note": ("consent_note", "consent note", "同意凭证"),
}
NEEDED = ("file", "candidate", "job", "interview", "consent_on", "consent_how", "analysis")
_HOW = {
    "written": Consent.How.WRITTEN, "in writing": Consent.How.WRITTEN, "书面": Consent.How.WRITTEN,
    "spoken": Consent.How.SPOKEN, "口头": Consent.How.SPOKEN,
}  # fmt: skip
_YES = {"yes": True, "是": True, "同意": True, "no": False, "否": False, "不同意": False}


@dataclass(slots=True)
class Planned:
    """What becomes of a row. `interview` is the one of that title which is there already."""

    row: int
    file: str
    application: Application
    title: str
    consent: ConsentForm
    interview: Interview | None

    @property
    def is_here(self) -> bool:
        """Whether the interview has a recording of that name."""
        names = self.interview.recordings.values_list("name", flat=True) if self.interview else ()
        return self.file in {composed(name) for name in names}


@dataclass(slots=True)
class Plan:
    """`rows` are all right where there is no mistake; `row` and `column` of a mistake as the user counts them."""

    rows: list[Planned] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def composed(name: str) -> str:
    """A file's name as it compares: some systems write é as two characters."""
    return unicodedata.normalize("NFC", name.strip())


def read(data: bytes, name: str, user: User) -> Plan:
    """What the list would make, and every mistake in it."""
    plan = Plan()
    lines, columns = lines_of(data, name, COLUMNS, NEEDED, plan.mistakes)
    seen: dict[str, int] = {}
    for line in lines:
        _plan_row(line, columns, seen, plan, user)
    plan.mistakes.sort(key=lambda mistake: mistake.row or 0)
    return plan


def _plan_row(line: Line, columns: dict[str, str], seen: dict[str, int], plan: Plan, user: User) -> None:
    cells = {columns[heading]: cell for heading, cell in line.cells.items() if heading in columns}
    headings = {meaning: heading for heading, meaning in columns.items()}
    before = len(plan.mistakes)

    def wrong(meaning: str, text: str) -> None:
        received = f"{quoted(cells[meaning])}: " if cells.get(meaning) else ""
        plan.mistakes.append(Mistake(line.number, headings[meaning], f"{received}{text}"))

    for meaning in NEEDED:
        if meaning not in cells:
            wrong(meaning, _("This cell is empty."))
    file = composed(cells.get("file", ""))
    if file and file in seen:
        wrong("file", _("Row %(row)s has this file as well.") % {"row": seen[file]})
    seen.setdefault(file, line.number)
    application = _application(cells, user, wrong) if "candidate" in cells and "job" in cells else None
    how, agreed = (
        _HOW.get(cells.get("consent_how", "").casefold()),
        _YES.get(cells.get("analysis", "").casefold()),
    )
    if how is None and "consent_how" in cells:
        wrong("consent_how", _("Expected “written” or “spoken”."))
    if agreed is None and "analysis" in cells:
        wrong("analysis", _("Expected “yes” or “no”."))
    said = {
        "given_on": cells.get("consent_on", ""),
        "how": how or "",
        "recording": "on",
        "note": cells.get("consent_note", ""),
    }
    said |= {"analysis": "on"} if agreed else {}
    consent = ConsentForm({f"consent-{name}": value for name, value in said.items()})
    if "consent_on" in cells:
        for error in consent.errors.get("given_on", []):
            wrong("consent_on", str(error))
    if len(plan.mistakes) > before or application is None:
        return
    title = cells["interview"][:200]
    there = application.interviews.filter(title=title).first()
    plan.rows.append(Planned(line.number, file, application, title, consent, there))


def _application(cells: dict[str, str], user: User, wrong: Callable[[str, str], None]) -> Application | None:
    """The one that the row means: by the e-mail where it is given, else by a name that only one candidate of the job has."""
    jobs = [job for job in Job.objects.visible_to(user) if job.name.casefold() == cells["job"].casefold()]
    if len(jobs) != 1:
        wrong(
            "job", _("There are several jobs of this name.") if jobs else _("There is no job of this name.")
        )
        return None
    people = Candidate.objects.visible_to(user)
    by = "email" if "email" in cells else "candidate"
    people = (
        people.filter(email__iexact=cells["email"])
        if by == "email"
        else people.filter(name=cells["candidate"])
    )
    found = list(Application.objects.filter(job=jobs[0], candidate__in=people))
    if len(found) != 1:
        wrong(by, _("Several candidates of this job are called so; give the e-mail.") if found
              else _("This job has no such candidate. Import the candidates first."))  # fmt: skip
        return None
    return found[0]


@transaction.atomic
def make(plan: Plan, user: User) -> None:
    """Make the interviews that are not there yet, each with its consent. Sent twice, it makes nothing twice."""
    User.objects.select_for_update().get(pk=user.pk)  # two clicks come one after the other
    for planned in plan.rows:
        application = planned.application
        planned.interview = application.interviews.filter(title=planned.title).first()
        if planned.interview is not None:
            continue
        planned.consent.instance.candidate, planned.consent.instance.entered_by = application.candidate, user
        given = planned.consent.save()
        record(user, "consent.entered", given, how=given.how, analysis=given.analysis)
        planned.interview = Interview.objects.create(
            application=application,
            stage=application.stage,
            title=planned.title,
            consent=given,
            created_by=user,
        )
        record(user, "interview.made", planned.interview, application=application.pk)
