"""Both reports as PDF: their words are in it, in both languages; nothing is fetched; a missing library is named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest
from django.template import engines
from django.test import Client
from PIL import Image
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from interview_analysis.scoring.profile import JobProfile
from interview_analysis.web.people.models import User
from interview_analysis.web.privacy.models import Entry
from interview_analysis.web.reports import pdf
from interview_analysis.web.reports.models import Feedback
from interview_analysis.web.reports.pdf import PdfUnavailableError, render_pdf
from tests.web.conftest import Company
from tests.web.reports.conftest import answer, with_answers
from tests.web.reports.test_recruitment import with_ids
from tests.web.results import keep_result
from tests.web.review.conftest import rate

SignedIn = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def _installed() -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError:
        pytest.skip("SKIPPED: libpango is not installed")


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Recruitment report", "What to ask next", "no figures")),
        ("zh-hans", ("招聘报告", "接下来要问什么", "需求分析能力")),
    ],
)
def test_the_recruitment_report(
    company: Company, signed_in: SignedIn, profile: JobProfile, language: str, words: tuple[str, ...]
):
    keep_result(company.analysis, with_ids(profile))
    rate(company.interview, company.interviewer, 4, "clear plan")
    rate(company.interview, company.other, 2, "no figures")
    User.objects.update(language=language)
    answered = signed_in(company.recruiter).get(f"/interviews/{company.interview.pk}/recruitment.pdf")
    assert answered.headers["Content-Type"] == "application/pdf"
    told = text_of(answered.content)
    for word in (*words, "76 ± 8", "陈雨"):
        assert word in told, word
    assert Entry.objects.filter(action="recruitment_report.exported").count() == 1


def test_feedback_in_the_candidates_language(company: Company, signed_in: SignedIn):
    keep_result(
        company.analysis,
        with_answers(answer(1, "Which need?", {"example": "I called", "deeds": "I called", "result": None})),
    )
    made = Feedback.objects.create(
        interview=company.interview, language="zh-hans", advice="没有明确听到结果", drafted_from="0" * 64,
        edited_by=company.recruiter,
    )  # fmt: skip
    address = f"/interviews/{company.interview.pk}/feedback/1.pdf"
    told = text_of(signed_in(company.recruiter).get(address).content)
    assert "可以改进之处" in told
    assert "没有明确听到结果" in told
    assert "草稿" in told
    made.released_at, made.released_by = made.edited_at, company.recruiter
    made.save()
    released = text_of(signed_in(company.recruiter).get(address).content)
    assert "草稿" not in released
    assert "由工作人员审阅" in released


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    picture = tmp_path / "picture.png"
    Image.new("RGB", (20, 20), "red").save(picture)
    page = engines["django"].from_string(f'<img src="{picture.as_uri()}"><p>{{{{ words }}}}</p>')
    monkeypatch.setattr(pdf, "render_to_string", lambda template, context: page.render(context))
    made = render_pdf("any", {"words": f"<img src='{picture.as_uri()}'>"})
    assert f"<img src='{picture.as_uri()[:8]}" in text_of(made), "words are escaped"
    objects = [o.type for page in pypdfium2.PdfDocument(made) for o in page.get_objects()]
    assert FPDF_PAGEOBJ_IMAGE not in objects
    from weasyprint import HTML

    assert b"/Subtype /Image" in HTML(string=f'<img src="{picture.as_uri()}">').write_pdf(), (
        "it could be read"
    )


class WithoutPango(MetaPathFinder):
    """As the import fails where the system has no libpango."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0': cannot open shared object file")
        return None


def test_a_missing_library_is_named(company: Company, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "meta_path", [WithoutPango(), *sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(PdfUnavailableError, match="libpango"):
        render_pdf("reports/feedback_document.html", {})
    rate(company.interview, company.interviewer, 4)
    rate(company.interview, company.other, 4)
    browser = signed_in(company.recruiter)
    page = browser.get(f"/interviews/{company.interview.pk}/recruitment.pdf", follow=True)
    assert "libpango" in page.content.decode()
    assert page.redirect_chain[-1][0] == f"/interviews/{company.interview.pk}/recruitment"
