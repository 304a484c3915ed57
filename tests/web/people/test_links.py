"""Sign-in links work once, and accounts cannot lock everybody out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from interview_analysis.web.people.links import new_link
from interview_analysis.web.people.models import Role, SignInLink, User
from interview_analysis.web.privacy.models import Entry
from tests.web.conftest import PASSWORD, Company


def path(link: str) -> str:
    return urlsplit(link).path


def test_a_link_signs_in_once(company: Company, client: Client):
    url = path(new_link(company.recruiter))
    assert client.get(url).status_code == 200, "looking at it uses nothing up"
    assert client.post(url).status_code == 302
    assert client.get("/people/me").status_code == 200
    assert Entry.objects.filter(action="person.entered_by_link", actor=company.recruiter.pk).exists()
    other = Client()
    assert other.post(url).status_code == 410
    assert other.get("/people/me").status_code == 302


def test_the_first_sign_in_takes_the_browser_s_zone_and_later_ones_do_not(company: Company, client: Client):
    for sent, expected in (
        ("Asia/Shanghai", "Asia/Shanghai"), ("Europe/Berlin", "Asia/Shanghai"), ("../etc", "Asia/Shanghai"),
    ):  # fmt: skip
        Client().post(path(new_link(company.recruiter)), {"zone": sent})
        company.recruiter.refresh_from_db()
        assert company.recruiter.zone == expected


def test_whoever_was_signed_out_comes_back_to_the_form_that_was_sent(client: Client):
    sent = client.post(
        "/interviews/1/analyses/new", headers={"referer": "http://testserver/interviews/1/?page=2"}
    )
    assert sent["Location"] == "/account/login/?next=/interviews/1/%3Fpage%3D2"
    sent = client.post("/interviews/1/analyses/new", headers={"referer": "https://elsewhere.example/"})
    assert sent["Location"] == "/account/login/?next=/interviews/1/analyses/new"


def test_old_unknown_and_barred_links_do_not(company: Company, client: Client):
    url = path(new_link(company.recruiter))
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(url).status_code == 410
    assert client.post("/people/enter/made-up").status_code == 410
    url = path(new_link(company.recruiter))
    User.objects.filter(pk=company.recruiter.pk).update(is_active=False)
    assert client.post(url).status_code == 410


def test_its_token_is_not_kept(company: Company):
    token = path(new_link(company.recruiter)).rpartition("/")[2]
    assert token not in str(SignInLink.objects.values())


def test_the_last_administrator_stays_one(company: Company, client: Client):
    client.force_login(company.administrator, backend="django.contrib.auth.backends.ModelBackend")
    sent = {"name": "A", "email": "administrator@example.com", "role": Role.RECRUITER, "is_active": "on"}
    page = client.post(f"/people/{company.administrator.pk}", sent)
    assert page.status_code == 200
    assert "only administrator" in page.content.decode()
    company.administrator.refresh_from_db()
    assert company.administrator.role == Role.ADMINISTRATOR


def test_sign_in_by_password_and_a_language_of_ones_own(company: Company, client: Client):
    entered = client.post("/account/login/", {"login": "Recruiter@Example.com", "password": PASSWORD})
    assert entered.status_code == 302
    assert Entry.objects.filter(action="person.signed_in", actor=company.recruiter.pk).count() == 1
    client.post("/people/language", {"language": "zh-hans", "next": "/people/me"})
    company.recruiter.refresh_from_db()
    assert company.recruiter.language == "zh-hans"
    assert "我的账号" in client.get("/people/me").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_no_page_sends_elsewhere(company: Company, client: Client, back: str):
    assert client.post("/people/language", {"language": "en", "next": back}).headers["Location"] == "/"


def test_a_wrong_password_says_nothing_of_who_is_known(company: Company, client: Client):
    def errors(login: str) -> str:
        page = client.post("/account/login/", {"login": login, "password": "wrong password here"})
        return str(page.context["form"].errors)

    assert errors("recruiter@example.com") == errors("stranger@example.com")
