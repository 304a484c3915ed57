from __future__ import annotations

from django.urls import path

from interview_analysis.web.afterwards import data_views, staff_views, views

app_name = "afterwards"
urlpatterns = [
    path("c/progress/", views.progress, name="progress"),
    path("c/feedback/", views.feedback, name="feedback"),
    path("c/feedback/<int:number>.pdf", views.feedback_pdf, name="feedback_pdf"),
    path("c/recordings/<uuid:key>", views.play, name="play"),
    path("c/requests/", views.ask, name="ask"),
    path("c/review/", views.own_review, name="own_review"),
    path("c/review.txt", views.own_review_text, name="own_review_text"),
    path("c/data/", data_views.held, name="data"),
    path("c/data.zip", data_views.everything, name="everything"),
    path("c/data/people-only", data_views.people_only, name="people_only"),
    path("c/data/withdraw", data_views.withdraw, name="withdraw"),
    path("c/gone/<uuid:key>/", data_views.gone, name="gone"),
    path("requests/", staff_views.requests, name="requests"),
    path("requests/<int:pk>/", staff_views.request, name="request"),
]
