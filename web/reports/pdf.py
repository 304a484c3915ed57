"""A page as PDF, by WeasyPrint. Nothing is fetched: the document brings all that it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from interview_analysis.errors import InterviewAnalysisError

STYLE = "reports/print.css"


class PdfUnavailableError(InterviewAnalysisError):
    """This machine cannot make PDF files."""


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Raises PdfUnavailableError, naming what is missing, where WeasyPrint's system libraries are not installed."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailableError(
            "PDF files need the system library libpango, which was not found; install it "
            "(Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0), or print the page from the browser "
            f"({str(error).splitlines()[0]})"
        ) from error
    nothing = URLFetcher(allowed_protocols=())
    style = Path(str(finders.find(STYLE))).read_text(encoding="utf-8")
    document = HTML(string=render_to_string(template, context), url_fetcher=nothing)
    made: bytes = document.write_pdf(stylesheets=[CSS(string=style, url_fetcher=nothing)])
    return made
