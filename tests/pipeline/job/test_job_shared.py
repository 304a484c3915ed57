"""Descriptions that were once read wrong, held against the same text as plain lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from interview_analysis.pipeline.job.files import parse_file
from interview_analysis.scoring.jobs.parse import JobParser


@pytest.mark.parametrize(
    "name", ["j01d_title_in_header.docx", "j02_twocol_rowwise.pdf", "j04c_html_frag.txt", "j12d_mdtable.md"]
)
def test_the_profile_is_that_of_the_plain_text(job_parser: JobParser, shared_data: Path, name: str) -> None:
    folder = shared_data / "failing" / "jd"
    plain, read = (parse_file(folder / file, job_parser) for file in ("base_en.txt", name))
    assert (read.name, read.years, read.seniority) == (plain.name, plain.years, plain.seniority)
    assert {d.id: d.weight for d in read.dimensions} == {d.id: d.weight for d in plain.dimensions}
