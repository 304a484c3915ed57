"""Candidates from a CSV file: read and checked as a whole, then made all together or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from interview_analysis.pipeline.common.tables import Line, Mistake, quoted
from interview_analysis.web.hiring.csv_lists import lines_of
from interview_analysis.web.hiring.forms import KEPT_FOR, CandidateForm
from interview_analysis.web.hiring.models import Application, Candidate, Job
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.privacy.trail import record
from interview_analysis.web.site.language import reader_language

# What a column may be called, in either language.
COLUMNS = {
    "name": ("name", "姓名"),
    "email": ("email", "e-mail", "邮箱", "电子邮箱", "电子邮件"),
    "phone": ("phone", "电话", "手机", "手机号"),
    "language": ("language", "语言"),
    "job": ("job", "职位", "岗位"),
    "kept_for": ("kept_for", "kept for", "保存用途"),
    "keep_until": ("keep_until", "kept until", "保存至"),
}
_LANGUAGES = {
    "en": "en", "english": "en", "英文": "en", "英语": "en",
    "zh": "zh-hans", "zh-hans": "zh-hans", "zh-cn": "zh-hans", "chinese": "zh-hans", "中文": "zh-hans",
}  # fmt: skip


class ImportedBeforeError(Exception):
    """The same file was imported before."""


@dataclass(slots=True)
class Planned:
    """What becomes of a row. `known` is somebody who is there already by the e-mail, `first` the row that has it as well."""

    row: int
    form: CandidateForm
    jobs: list[Job]
    known: Candidate | None = None
    first: Planned | None = None

    @property
    def name(self) -> str:
        return str(self.form.cleaned_data["name"])

    @property
    def email(self) -> str:
        return str(self.form.cleaned_data["email"])

    @property
    def is_new(self) -> bool:
        return self.known is None and self.first is None


@dataclass(slots=True)
class Plan:
    """`rows` are all right where there is no mistake; `row` and `column` of a mistake as the user counts them."""

    sha256: str
    rows: list[Planned] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(planned.is_new for planned in self.rows)


def read(data: bytes, name: str, job: Job | None, user: User) -> Plan:
    """What an import of the file would make, and every mistake in it. `job` is for rows that name none."""
    plan = Plan(hashlib.sha256(data).hexdigest())
    lines, columns = lines_of(data, name, COLUMNS, ("name",), plan.mistakes)
    jobs = list(Job.objects.visible_to(user).filter(open=True))
    for line in lines:
        _plan_row(line, columns, job, jobs, plan)
    plan.mistakes.sort(key=lambda mistake: mistake.row or 0)
    if not plan.mistakes:
        _find_known(plan.rows, user)
    return plan


def _plan_row(line: Line, columns: dict[str, str], job: Job | None, jobs: list[Job], plan: Plan) -> None:
    cells = {columns[heading]: cell for heading, cell in line.cells.items() if heading in columns}
    headings = {meaning: heading for heading, meaning in columns.items()}
    if "language" in cells:
        cells["language"] = _LANGUAGES.get(cells["language"].casefold(), cells["language"])
    else:
        cells["language"] = "zh-hans" if reader_language() == "zh" else "en"
    cells.setdefault("kept_for", str(Candidate._meta.get_field("kept_for").default))
    cells.setdefault("keep_until", (date.today() + KEPT_FOR).isoformat())
    form = CandidateForm(cells)
    for meaning, errors in form.errors.items():
        for error in errors:
            received = f"{quoted(cells[meaning])}: " if cells.get(meaning) else ""
            plan.mistakes.append(Mistake(line.number, headings.get(meaning, meaning), f"{received}{error}"))
    applied = job
    if "job" in cells:
        named = [j for j in jobs if j.name.casefold() == cells["job"].casefold()]
        if len(named) != 1:
            text = _("There are several open jobs of this name.") if named else _("There is no open job of this name.")  # fmt: skip
            plan.mistakes.append(Mistake(line.number, headings["job"], f"{quoted(cells['job'])}: {text}"))
        applied = named[0] if named else None
    if form.is_valid():
        plan.rows.append(Planned(line.number, form, [applied] if applied else []))


def _find_known(rows: list[Planned], user: User) -> None:
    """Note who is there already by the e-mail, here or in an earlier row; their application goes to that one."""
    emails = {planned.email.lower() for planned in rows if planned.email}
    there = Candidate.objects.visible_to(user).annotate(lower=Lower("email")).filter(lower__in=emails)
    known = {person.email.lower(): person for person in there.order_by("-pk")}
    first: dict[str, Planned] = {}
    for planned in rows:
        key = planned.email.lower()
        planned.known = known.get(key)
        if key in first:
            planned.first = first[key]
        elif key:
            first[key] = planned


@transaction.atomic
def make(plan: Plan, user: User) -> tuple[int, int]:
    """Make what was planned; gives how many candidates and applications. Raises ImportedBeforeError for the same file again."""
    User.objects.select_for_update().get(pk=user.pk)  # two clicks come one after the other
    if Entry.objects.filter(action="candidates.imported", details__sha256=plan.sha256).exists():
        raise ImportedBeforeError
    people: dict[int, Candidate] = {}
    applications = 0
    for planned in plan.rows:
        person = planned.known
        if person is None and planned.first is not None:
            person = people[planned.first.row]
        if person is None:
            planned.form.instance.created_by = user
            person = planned.form.save()
            record(user, "candidate.made", person)
        people[planned.row] = person
        for job in planned.jobs:
            made, is_new = Application.objects.get_or_create(
                candidate=person, job=job, defaults={"stage": job.stages.first()}
            )
            if is_new:
                applications += 1
                record(user, "application.made", made, job=job.pk)
    record(
        user, "candidates.imported", user, sha256=plan.sha256, candidates=plan.new, applications=applications
    )
    return plan.new, applications
