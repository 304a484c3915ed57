from __future__ import annotations

from django.urls import path

from interview_analysis.web.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.state, name="state"),
    path("remove", views.remove, name="remove"),
]
