"""The result of an analysis on disk, as the worker leaves it; its report is a made-up sample."""

from __future__ import annotations

import hashlib
import shutil

from django.conf import settings

from interview_analysis.pipeline.common.config import BUILT_IN
from interview_analysis.pipeline.outputs import REPORT_FILE, TRANSCRIPT_FILE, TranscriptFile
from interview_analysis.scoring.report.report import Report
from interview_analysis.types import Transcript
from interview_analysis.web.analysis.models import Analysis
from tests.pipeline.sample_report import sample_report
from tests.pipeline.sample_transcript import sample_transcript


def keep_result(
    analysis: Analysis, report: Report | None = None, transcript: Transcript | None = None
) -> Report:
    """Write report.json and transcript.json where `analysis` names them, and mark it as done."""
    report = report or sample_report("en")
    folder = settings.HOME.files / f"analysis-{analysis.key.hex}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / REPORT_FILE).write_text(report.model_dump_json(indent=1), encoding="utf-8")
    told = TranscriptFile.of(transcript or sample_transcript("en"), report.speakers)
    (folder / TRANSCRIPT_FILE).write_text(told.model_dump_json(), encoding="utf-8")
    shutil.copy(BUILT_IN / "jobs" / "product-manager.yaml", folder / "job.yaml")
    Analysis.objects.filter(pk=analysis.pk).update(
        state=Analysis.State.DONE,
        folder=folder.name,
        report_sha256=hashlib.sha256((folder / REPORT_FILE).read_bytes()).hexdigest(),
        overall=report.overall.score,
        standard_error=report.overall.standard_error,
    )
    analysis.refresh_from_db()
    return report
