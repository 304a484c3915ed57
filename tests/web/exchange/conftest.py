from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from interview_analysis.scoring.report.report import Report
from interview_analysis.web.exchange.tokens import new_token
from interview_analysis.web.people.models import User
from tests.web.conftest import Company
from tests.web.results import keep_result

Ask = Callable[..., Any]


@pytest.fixture
def result(company: Company) -> Report:
    return keep_result(company.analysis)


@pytest.fixture
def ask() -> Ask:
    """What a program gets that comes with a token of `user`."""

    def get(user: User, path: str) -> Any:
        _, text = new_token(user, "test")
        return Client().get(f"/api/{path}", headers={"Authorization": f"Bearer {text}"})

    return get
