from __future__ import annotations

from django.urls import path

from interview_analysis.web.people import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("new", views.invite, name="invite"),
    path("<int:pk>", views.person, name="person"),
    path("me", views.me, name="me"),
    path("language", views.language, name="language"),
    path("enter/<str:token>", views.enter, name="enter"),
]
