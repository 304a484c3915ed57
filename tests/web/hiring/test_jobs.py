"""Jobs: made from descriptions and profiles, edited without losing anything, kept in versions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.web.hiring.models import Application, Job, ProfileVersion
from interview_analysis.web.hiring.profiles import profile_of
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.site.files import FILE_HEADER, file_of
from tests.web.conftest import Company

DESCRIPTION = """高级产品经理
岗位职责：
1. 负责需求分析，通过用户调研挖掘用户需求；
2. 推动研发、测试、运营跨部门协作，保证项目按期上线。
任职要求：
1. 5年以上产品经理经验；
2. 优秀的沟通协调能力和项目管理能力。
"""
SignedIn = Callable[[User | None], Client]


@pytest.fixture
def recruiter(company: Company, signed_in: SignedIn) -> Client:
    return signed_in(company.recruiter)


def test_a_chinese_description_becomes_a_job(recruiter: Client, model_store: object):
    made = recruiter.post("/jobs/new", {"text": DESCRIPTION})
    assert made.status_code == 302
    job = Job.objects.order_by("-pk")[0]
    assert made.headers["Location"] == f"/jobs/{job.pk}/profile"
    assert job.name == "高级产品经理"
    profile = profile_of(job.profiles.get())
    assert "project_management" in {d.id for d in profile.dimensions}
    assert job.stages.all()[0].name_zh == "自我介绍"
    page = recruiter.get(made.headers["Location"]).content.decode()
    assert "推动研发、测试、运营跨部门协作" in page, "each dimension shows the sentence that it comes from"
    assert list(Entry.objects.values_list("action", flat=True)) == ["profile.saved", "job.made"]


def test_a_profile_is_imported_and_exported(recruiter: Client):
    content = (BUILT_IN / "jobs" / "customer-success-manager.yaml").read_bytes()
    recruiter.post("/jobs/new", {"file": SimpleUploadedFile("csm.yaml", content)})
    version = ProfileVersion.objects.latest("pk")
    exported = recruiter.get(f"/jobs/{version.job_id}/profile/1.yaml")
    assert exported.content.decode() == version.yaml
    again = recruiter.post("/jobs/new", {"file": SimpleUploadedFile("again.yaml", exported.content)})
    assert again.status_code == 302
    assert profile_of(ProfileVersion.objects.latest("pk")) == profile_of(version)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": ""}, "one of the two"),
        ({"file": ("j.yaml", b"dimensions: [")}, "not valid YAML at line 2"),
        ({"file": ("j.yaml", b"id: x\nname: 2026-02-31\n")}, "not valid YAML"),
        ({"file": ("j.yaml", b"id: x\nname: {en: X}\ndimensons: []\n")}, "did you mean"),
        ({"file": ("video.pdf", b"\x00\x00\x00\x18ftypmp42 not a pdf")}, "video.pdf"),
        ({"file": ("a.docx", b"PK\x03\x04 broken")}, "a.docx"),
        ({"text": "<script>alert(1)</script> buy now"}, "description.txt"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_in_words(
    recruiter: Client, sent: dict[str, object], said: str, model_store: object
):
    posted = {k: SimpleUploadedFile(*v) if isinstance(v, tuple) else v for k, v in sent.items()}
    page = recruiter.post("/jobs/new", posted)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert b"<script>alert" not in page.content
    assert Job.objects.count() == 1


def test_saving_makes_a_version_and_the_old_one_stays(recruiter: Client, company: Company):
    saved = recruiter.post(
        f"/jobs/{company.job.pk}/profile", {"based_on": "1", "name.en": "Product lead", "note": "renamed"}
    )
    assert saved.status_code == 302
    assert company.job.profile is not None
    assert company.job.profile.number == 2
    assert profile_of(company.job.profile).name.en == "Product lead"
    assert profile_of(company.profile).name.en == "Product manager"
    assert company.analysis.profile == company.profile


def test_the_second_of_two_who_edit_at_once_is_told_and_loses_nothing(recruiter: Client, company: Company):
    url = f"/jobs/{company.job.pk}/profile"
    recruiter.post(url, {"based_on": "1", "name.en": "First"})
    second = recruiter.post(url, {"based_on": "1", "name.en": "Second", "d0.anchor1.en": "My own words"})
    page = second.content.decode()
    assert second.status_code == 409
    assert "saved version 2 while you were editing" in page
    assert "My own words" in page
    assert 'value="Second"' in page
    mine = recruiter.post(url, {"based_on": "1", "name.en": "Second", "take_mine": "1"})
    assert mine.status_code == 302
    assert company.job.profile is not None
    assert (company.job.profile.number, profile_of(company.job.profile).name.en) == (3, "Second")


def test_a_mistake_keeps_what_was_typed(recruiter: Client, company: Company):
    posted = {
        "based_on": "1",
        "d0.weight": "90",
        "d0.anchor1.en": "Half a thought <b>",
        "d1.remove": "on",
        "pass_score": "500",
    }
    page = recruiter.post(f"/jobs/{company.job.pk}/profile", posted)
    assert page.status_code == 422
    text = page.content.decode()
    assert "expected a number from 0 to 100" in text
    assert "Half a thought &lt;b&gt;" in text
    assert 'name="d1.remove" checked' in text
    assert company.job.profiles.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"file": ("typo.yaml", b"id: x\nname: {en: X}\nwieght: 1\n")}, "不是有效的职位评分标准"),
        ({"file": ("broken.yaml", b"a: 1\nb: [1,\n")}, "不是有效的 YAML"),
        ({"file": ("scan.pdf", b"%PDF-1.4 broken")}, "已损坏"),
        ({"file": ("video.pdf", b"\x00\x00\x00\x18ftypmp42 not a pdf")}, "无法读取这类文件"),
        ({"text": "岗位职责：负责产品规划。" * 6000}, "内容太长"),
        ({"text": "招聘产品经理"}, "内容太短"),
    ],
)  # fmt: skip
def test_the_reason_is_told_in_chinese_by_its_kind(
    recruiter: Client, sent: dict[str, object], said: str, model_store: object
):
    recruiter.post("/people/language", {"language": "zh-hans", "next": "/"})
    posted = {k: SimpleUploadedFile(*v) if isinstance(v, tuple) else v for k, v in sent.items()}
    page = recruiter.post("/jobs/new", posted).content.decode()
    assert said in page
    assert "无法将其识别为职位描述" not in page


def test_an_empty_file_is_told_once(recruiter: Client):
    page = recruiter.post("/jobs/new", {"text": "", "file": SimpleUploadedFile("a.txt", b"")})
    form = page.context["form"]
    assert list(form.errors) == ["file"]


def test_saving_what_is_the_same_makes_no_version(recruiter: Client, company: Company):
    url = f"/jobs/{company.job.pk}/profile"
    name = profile_of(company.profile).name.en
    saved = recruiter.post(url, {"based_on": "1", "name.en": name}, follow=True)
    assert company.job.profiles.count() == 1
    assert "Nothing was changed; version 1 stays." in saved.content.decode()
    assert "· <form" not in saved.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_library_is_sorted_by_what_is_shown(recruiter: Client, company: Company, language: str):
    recruiter.post("/people/language", {"language": language, "next": "/"})
    page = recruiter.get(f"/jobs/{company.job.pk}/profile").content.decode()
    shown = re.findall(r"<option[^>]*>([^<]+)", page.split('id="add"')[1].split("</select>")[0])[1:]
    if language == "en":
        assert shown == sorted(shown, key=str.casefold)
    else:
        assert shown == sorted(shown, key=lambda name: name.encode("gb18030"))
        assert shown != sorted(shown), "by sound, not by the number of the character"


def test_stages_are_the_job_s_own(recruiter: Client, company: Company):
    url = f"/jobs/{company.job.pk}/stages"
    recruiter.post(url, {"do": "add", "name_en": "Trial day", "name_zh": "试岗"})
    added = company.job.stages.get(name_en="Trial day")
    assert added.order == 2
    recruiter.post(url, {"do": "up", "stage": added.pk})
    assert [s.name_en for s in company.job.stages.all()] == ["Trial day", "Professional interview"]
    refused = recruiter.post(url, {"do": "remove", "stage": company.application.stage_id}, follow=True)
    assert "move them first" in refused.content.decode()
    recruiter.post(url, {"do": "remove", "stage": added.pk})
    assert company.job.stages.count() == 1


def test_an_application_moves_and_the_trail_knows(recruiter: Client, company: Company):
    url = f"/applications/{company.application.pk}/"
    recruiter.post(url, {"stage": company.application.stage_id, "state": "rejected"})
    company.application.refresh_from_db()
    assert company.application.state == Application.State.REJECTED
    assert Entry.objects.latest("number").details["state"] == "rejected"
    assert recruiter.post(url, {"stage": company.application.stage_id, "state": "made up"}).status_code == 404


def test_names_are_shown_as_text(recruiter: Client, company: Company):
    recruiter.post(f"/candidates/{company.candidate.pk}/edit", {
        "name": "<img src=x onerror=alert(1)>", "language": "en", "kept_for": "recruitment", "keep_until": "2030-01-01",
    })  # fmt: skip
    for url in (
        f"/candidates/{company.candidate.pk}/",
        "/candidates/",
        f"/applications/{company.application.pk}/",
    ):
        assert b"<img" not in recruiter.get(url).content


def test_a_resume_is_kept_under_another_name_and_comes_back_as_a_download(
    recruiter: Client, company: Company
):
    file = SimpleUploadedFile("陈雨 CV.pdf", b"%PDF-1.7 <script>")
    recruiter.post(f"/candidates/{company.candidate.pk}/edit", {
        "name": "Chen Yu", "language": "en", "kept_for": "recruitment", "keep_until": "2030-01-01", "resume_file": file,
    })  # fmt: skip
    company.candidate.refresh_from_db()
    assert "CV" not in company.candidate.resume
    got = recruiter.get(f"/candidates/{company.candidate.pk}/resume")
    assert file_of(got.headers[FILE_HEADER]).read_bytes() == b"%PDF-1.7 <script>"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.latest("number").action == "candidate.resume_seen"
