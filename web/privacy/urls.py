from __future__ import annotations

from django.urls import path

from interview_analysis.web.privacy import views

app_name = "privacy"
urlpatterns = [path("", views.trail, name="trail")]
