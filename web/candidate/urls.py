from __future__ import annotations

from django.urls import path

from interview_analysis.web.candidate import views

app_name = "candidate"
urlpatterns = [
    path("c/", views.home, name="home"),
    path("c/<str:token>/", views.enter, name="enter"),
]
