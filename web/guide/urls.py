from __future__ import annotations

from django.urls import path

from interview_analysis.web.guide import views

app_name = "guide"
urlpatterns = [
    path("c/guide/", views.candidate_guide, name="guide"),
    path("jobs/<int:pk>/guide/<str:language>", views.edit, name="edit"),
]
