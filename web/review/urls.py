from __future__ import annotations

from django.urls import path

from interview_analysis.web.review import comparison_views, consensus_views, rescoring_views, views

app_name = "review"
urlpatterns = [
    path("report.css", views.report_css, name="report_css"),
    path("interviews/<int:pk>/review", views.review, name="review"),
    path("interviews/<int:pk>/report", views.report, name="report"),
    path("interviews/<int:pk>/scorecard", views.scorecard, name="scorecard"),
    path("interviews/<int:pk>/scorecard/submit", views.submit, name="submit"),
    path("interviews/<int:pk>/scorecard/change", views.change, name="change"),
    path("interviews/<int:pk>/marks", views.marks, name="marks"),
    path("interviews/<int:pk>/consensus", consensus_views.panel, name="consensus"),
    path("jobs/<int:pk>/compare", comparison_views.comparison, name="compare"),
    path("jobs/<int:pk>/profile/<int:number>/rescore", rescoring_views.rescore, name="rescore"),
    path("marks/<int:pk>/remove", views.remove_mark, name="remove_mark"),
]
