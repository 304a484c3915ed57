"""The lines of a transcript in a Word document: its paragraphs, cut at their line breaks."""

from __future__ import annotations

import io
import zipfile

from interview_analysis.errors import TranscriptError
from interview_analysis.pipeline.common.docx_parts import DAMAGE, Inline, Wanted, collect, main_part


def docx_lines(data: bytes, name: str) -> list[str]:
    """The lines of the document in `data`. Raises TranscriptError for what is no docx, damaged, protected or a bomb."""
    wanted = Wanted(name, "transcript", "vtt, srt, txt or docx", TranscriptError)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _, document, _ = main_part(archive, wanted)
    except DAMAGE as error:
        raise TranscriptError(f"{name}: damaged docx; export it again, or pass it as vtt or txt") from error
    lines: list[str] = []
    for paragraph in document.iter("p"):
        inline = Inline()
        collect(paragraph, inline, False)
        lines += "".join(inline.text).split("\n")
    return lines
