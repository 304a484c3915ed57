"""Counts for a monitoring system, as Prometheus' text format 0.0.4. No personal value is in them."""

from __future__ import annotations

import secrets
from datetime import timedelta
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from interview_analysis.web.analysis.models import Analysis
from interview_analysis.web.analysis.queue import SILENT_FOR
from interview_analysis.web.interviews.models import Recording, Upload
from interview_analysis.web.privacy.models import Head
from interview_analysis.web.site.disk import disk


def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever sends METRICS_TOKEN, or asks from this machine and not through a proxy; 404 for anybody else."""
    if not (_has_token(request) or _is_local(request)):
        raise Http404
    return HttpResponse(_text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and secrets.compare_digest(
        sent.encode(), settings.METRICS_TOKEN.encode()
    )


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _text() -> str:
    now = timezone.now()
    counted = dict(Analysis.objects.order_by().values_list("state").annotate(Count("pk")))
    waiting = Analysis.objects.filter(state=Analysis.State.WAITING).aggregate(at=Min("requested_at"))["at"]
    beating = Analysis.objects.filter(state=Analysis.State.RUNNING, beat_at__gt=now - SILENT_FOR)
    head, taken = Head.objects.filter(pk=1).first(), disk()
    lines = ["# TYPE interview_analysis_analyses gauge"]
    lines += [
        f'interview_analysis_analyses{{state="{s}"}} {counted.get(s, 0)}' for s in Analysis.State.values
    ]
    for name, value in (
        ("oldest_waiting_seconds", (now - waiting) / timedelta(seconds=1) if waiting else 0),
        ("busy_workers", beating.values("worker").distinct().count()),
        ("uploads_open", Upload.objects.filter(finished_at=None).count()),
        ("recordings", Recording.objects.count()),
        ("trail_entries", head.number if head else 0),
        ("home_used_bytes", taken.used),
        ("home_left_bytes", taken.left),
    ):
        lines += [f"# TYPE interview_analysis_{name} gauge", f"interview_analysis_{name} {value}"]
    return "\n".join(lines) + "\n"
