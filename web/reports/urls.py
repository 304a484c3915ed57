from __future__ import annotations

from django.urls import path

from interview_analysis.web.reports import views

app_name = "reports"
urlpatterns = [
    path("interviews/<int:pk>/recruitment", views.recruitment, name="recruitment"),
    path("interviews/<int:pk>/recruitment.pdf", views.recruitment_pdf, name="recruitment_pdf"),
    path("interviews/<int:pk>/feedback", views.feedback, name="feedback"),
    path("interviews/<int:pk>/feedback/<int:number>.pdf", views.feedback_pdf, name="feedback_pdf"),
]
