"""What `make bench-web` measures, with a company of a handful: every page answers, and with few queries however many rows."""

from __future__ import annotations

import pytest

from interview_analysis.web.dev import large_company
from interview_analysis.web.people.models import User

SMALL = {
    "CANDIDATES": 60, "INTERVIEWS": 180, "ENTRIES": 700, "REVIEWERS": 3, "RATED": 12, "FINAL": 4, "DELIVERIES": 60,
    "MESSAGES": 120, "REQUESTS": 10, "INVITED": 20,
}  # fmt: skip


@pytest.fixture
def administrator(db: None, monkeypatch: pytest.MonkeyPatch, model_store: object) -> User:
    for name, number in SMALL.items():
        monkeypatch.setattr(large_company, name, number)
    return large_company.fill()


def test_every_page_of_the_benchmark_answers_within_its_queries(
    administrator: User, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(
        "DJANGO_SETTINGS_MODULE", "interview_analysis.web.dev.settings"
    )  # which the import sets for good
    from interview_analysis.web.dev import benchmark

    monkeypatch.setattr(benchmark, "LIMIT_MS", float("inf"))
    over = benchmark.measure_pages(administrator)
    assert over == 0, capsys.readouterr().out
