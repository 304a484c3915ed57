"""Both languages are complete."""

from __future__ import annotations

import string

import polib
import pytest
from django.utils import translation
from django.utils.translation import gettext

from interview_analysis.web.dev import messages
from interview_analysis.web.hiring import forms as hiring
from interview_analysis.web.hiring.models import Application, Job
from interview_analysis.web.interviews import forms as interviews
from interview_analysis.web.people import forms as people


@pytest.mark.parametrize("room", messages.rooms(), ids=lambda room: room.name)
def test_every_text_has_a_chinese_one(room):
    catalogue = messages.updated(room)
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    if not len(catalogue):
        return
    kept = polib.pofile(str(messages.catalogue_of(room)))
    assert {e.msgid for e in kept} == {e.msgid for e in catalogue}, "run `make messages`"
    compiled = polib.mofile(str(messages.catalogue_of(room).with_suffix(".mo")))
    assert {e.msgid: e.msgstr for e in compiled} == {e.msgid: e.msgstr for e in kept}, "run `make messages`"


def test_no_other_package_s_translation_wins():
    wrong = []
    with translation.override("zh-hans"):
        for room in messages.rooms():
            for entry in messages.updated(room):
                if not entry.msgctxt and not entry.msgid_plural and gettext(entry.msgid) != entry.msgstr:
                    wrong.append(f"{room.name}: {entry.msgid} is shown as {gettext(entry.msgid)}")
    assert wrong == []


def test_labels_of_forms_are_in_chinese():
    forms = (
        hiring.NewJobForm(), hiring.RulesForm(), hiring.StageForm(), hiring.CandidateForm(), hiring.ApplicationForm(),
        hiring.NoteForm(), interviews.InterviewForm(Application(job=Job(pk=1))), interviews.ConsentForm(),
        people.PersonForm(), people.MeForm(),
    )  # fmt: skip
    with translation.override("zh-hans"):
        plain = [
            f"{type(form).__name__}: {field.label}"
            for form in forms
            for field in form.fields.values()
            if str(field.label).isascii()
        ]
    assert plain == []


def test_translations_keep_what_is_filled_in():
    wrong = []
    for room in messages.rooms():
        for entry in messages.updated(room):
            for translated in [entry.msgstr, *entry.msgstr_plural.values()]:
                if translated and _filled_in(entry.msgid) != _filled_in(translated):
                    wrong.append(f"{room.name}: {entry.msgid} -> {translated}")
    assert wrong == []


def _filled_in(text: str) -> set[str]:
    percent = {part.split(")")[0] for part in text.split("%(")[1:]}
    return percent | {name for _, name, _, _ in string.Formatter().parse(text.replace("%", "")) if name}
