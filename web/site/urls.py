"""Every room under its own path."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from interview_analysis.web.site import views

handler500 = "interview_analysis.web.site.faults.fault"
urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("account/email/", views.own_addresses, name="own_addresses"),
    path("account/", include("allauth.urls")),
    path("text.js", JavaScriptCatalog.as_view(packages=[]), name="text_js"),
    path("people/", include("interview_analysis.web.people.urls")),
    path("", include("interview_analysis.web.hiring.urls")),
    path("", include("interview_analysis.web.interviews.urls")),
    path("", include("interview_analysis.web.analysis.urls")),
    path("", include("interview_analysis.web.review.urls")),
    path("", include("interview_analysis.web.reports.urls")),
    path("", include("interview_analysis.web.messages.urls")),
    path("", include("interview_analysis.web.afterwards.urls")),
    path("", include("interview_analysis.web.guide.urls")),
    path("", include("interview_analysis.web.answers.urls")),
    path("", include("interview_analysis.web.practice.urls")),
    path(
        "", include("interview_analysis.web.candidate.urls")
    ),  # after the other pages of candidates: it takes any token
    path("trail/", include("interview_analysis.web.privacy.urls")),
    path("", include("interview_analysis.web.exchange.urls")),
    path("demo/", include("interview_analysis.web.demo.urls")),
]
