from __future__ import annotations

from django.urls import path

from interview_analysis.web.analysis import views
from interview_analysis.web.analysis.metrics import metrics

app_name = "analysis"
urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("analyses/", views.queue_page, name="queue"),
    path("interviews/<int:pk>/analyses/new", views.request_one, name="request"),
    path("interviews/<int:pk>/analyses/state", views.state, name="state"),
    path("analyses/<uuid:key>/cancel", views.cancel, name="cancel"),
    path("analyses/<uuid:key>/retry", views.retry, name="retry"),
]
