"""A made-up company, so that every page has something on it. No person in it exists."""

from __future__ import annotations

from django.db import transaction

from interview_analysis.web.people.models import Role, User

PEOPLE = (
    ("lin.wei@example.com", "林薇 Lin Wei", Role.RECRUITER),
    ("sam.okafor@example.com", "Sam Okafor", Role.INTERVIEWER),
    ("zhao.min@example.com", "赵敏 Zhao Min", Role.INTERVIEWER),
    ("ana.silva@example.com", "Ana Silva", Role.AUDITOR),
)


@transaction.atomic
def fill() -> None:
    """Do nothing where the company is there already."""
    for email, name, role in PEOPLE:
        if not User.objects.filter(email=email).exists():
            User.objects.create_user(email, name=name, role=role)
