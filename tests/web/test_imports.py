"""What `serve` may not import before a page asks for it: each of these costs memory that every process of it would hold."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.web.test_commands import home, own_home, served

__all__ = ["home", "served"]

_ALL_PAGES = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "interview_analysis.web.dev.settings"
import django
django.setup()
from django.urls import get_resolver
from interview_analysis.web.site import asgi
def walk(patterns):
    for one in patterns:
        walk(one.url_patterns) if hasattr(one, "url_patterns") else one.callback
walk(get_resolver().url_patterns)
print(*sys.modules)
"""
LATER = {
    "pandas", "pyarrow", "scipy", "onnxruntime", "ctranslate2", "mediapipe", "cv2", "torch", "transformers", "sklearn", "skops",
    "mlflow", "weasyprint", "librosa", "parselmouth", "fsspec", "ray", "interview_analysis.pipeline.interview",
}  # fmt: skip


def test_pages_are_known_without_what_single_ones_need(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", _ALL_PAGES],
        env=own_home(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = set(done.stdout.split())
    assert "interview_analysis.web.exchange.export_views" in loaded
    assert sorted(loaded & LATER) == []


@pytest.mark.skipif(sys.platform != "linux", reason="SKIPPED: only Linux says what a process has loaded")
def test_serve_holds_none_of_it_once_a_page_was_shown(served: tuple[int, subprocess.Popen[str]]):
    port, process = served
    with urllib.request.urlopen(f"http://localhost:{port}/account/login/", timeout=60) as answer:
        assert answer.status == 200
    loaded = [Path(mapped.path).parts for mapped in psutil.Process(process.pid).memory_maps()]
    assert any("numpy" in parts for parts in loaded)
    assert sorted(LATER.intersection(part for parts in loaded for part in parts)) == []
