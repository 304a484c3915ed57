"""Lists that recruiters bring as CSV: the form of the file and its columns, with every mistake in the reader's language."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interview_analysis.errors import ManifestError
from interview_analysis.pipeline.common.tables import Line, Mistake, Table, parse_table

MAX_BYTES, MAX_ROWS = 2 * 2**20, 2000


class ListForm(forms.Form):
    """The file, or what the preview sends again of it."""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    content = forms.CharField(required=False, widget=forms.HiddenInput)

    def data_of(self) -> tuple[bytes, str] | None:
        """Its bytes and name; None for none."""
        file = self.cleaned_data["file"]
        if isinstance(file, UploadedFile):
            return file.read(MAX_BYTES + 1), file.name or ""
        try:
            sent = base64.b64decode(self.cleaned_data["content"], validate=True)
        except binascii.Error:
            return None
        return (sent, "list.csv") if sent else None


def lines_of(
    data: bytes, name: str, known: Mapping[str, Sequence[str]], needed: Sequence[str], mistakes: list[Mistake]
) -> tuple[list[Line], dict[str, str]]:
    """The rows of a list, and what each heading means; no rows where the file cannot be read or a needed column is missing.

    `known` are the headings of each meaning. What is wrong is added to `mistakes`.
    """
    try:
        file = _parsed(data, name)
    except ManifestError as error:
        mistakes.append(Mistake(None, "", str(error)))
        return [], {}
    mistakes += [_of_form(mistake) for mistake in file.mistakes]
    columns = dict(_meanings(file, known, needed, mistakes))
    return (file.lines if set(needed) <= set(columns.values()) else []), columns


def _parsed(data: bytes, name: str) -> Table:
    """The table. Raises ManifestError in the reader's language."""
    if not name.lower().endswith(".csv"):
        raise ManifestError(_("Expected a .csv file. In Excel: Save As, CSV UTF-8."))
    if len(data) > MAX_BYTES:
        raise ManifestError(_("The file is larger than 2 MB. Split it."))
    if not data.strip(b"\xef\xbb\xbf \t\r\n,;"):
        raise ManifestError(_("The file is empty. Its first line names the columns."))
    try:
        file = parse_table(data, "list.csv", ManifestError)
    except ManifestError as error:
        raise ManifestError(
            _("The encoding of the file cannot be told. Save it again as CSV UTF-8 (in Excel: Save As).")
        ) from error
    if len(file.lines) > MAX_ROWS:
        raise ManifestError(_("The file has more than 2000 rows. Split it."))
    if not file.lines and not file.mistakes:
        raise ManifestError(_("There is no row below the names of the columns."))
    return file


def _of_form(mistake: Mistake) -> Mistake:
    """A mistake in the form of the file, in the reader's language."""
    text = {
        "column twice": _("This column is there twice. Take one out."),
        "cell without column": _("A cell stands in a column that has no name. Name the column, or empty the cell."),
        "open quote": _("From here on the file cannot be read: a quotation mark is opened and not closed."),
    }.get(mistake.kind, mistake.text)  # fmt: skip
    return Mistake(mistake.row, mistake.column, text)


def _meanings(
    file: Table, known: Mapping[str, Sequence[str]], needed: Sequence[str], mistakes: list[Mistake]
) -> Iterator[tuple[str, str]]:
    """(heading, what it means) of each column."""
    by_heading = {heading: meaning for meaning, headings in known.items() for heading in headings}
    found: dict[str, str] = {}
    for heading, row in file.columns.items():
        meaning = by_heading.get(heading.casefold())
        if meaning is None:
            text = _("There is no such column. Known are: %(known)s.") % {"known": ", ".join(known)}
            mistakes.append(Mistake(row, heading, text))
        elif meaning in found:
            text = _("This says the same as the column %(other)s. Take one out.") % {"other": found[meaning]}
            mistakes.append(Mistake(row, heading, text))
        else:
            found[meaning] = heading
            yield heading, meaning
    for meaning in needed:
        if meaning not in found:
            mistakes.append(Mistake(None, meaning, _("This column is missing.")))
