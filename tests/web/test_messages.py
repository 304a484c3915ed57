"""Both languages are complete."""

from __future__ import annotations

import string

import polib
import pytest

from interview_analysis.web.dev import messages


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
