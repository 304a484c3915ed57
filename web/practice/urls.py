from __future__ import annotations

from django.urls import path

from interview_analysis.web.practice import views

app_name = "practice"
urlpatterns = [
    path("c/practice", views.home, name="home"),
    path("c/practice/agree", views.agree, name="agree"),
    path("c/practice/chosen", views.chosen, name="chosen"),
    path("c/practice/more", views.more, name="more"),
    path("c/practice/keep", views.keep, name="keep"),
    path("c/practice/delete", views.delete_all, name="delete_all"),
    path("c/practice/<int:pk>", views.task, name="task"),
    path("c/practice/<int:pk>/begin", views.begin, name="begin"),
    path("c/practice/answers/<uuid:key>", views.feedback, name="feedback"),
    path("c/practice/answers/<uuid:key>/state", views.state, name="state"),
    path("c/practice/answers/<uuid:key>/ended", views.ended, name="ended"),
    path("c/practice/answers/<uuid:key>/recording/<int:number>", views.play, name="play"),
    path("c/practice/answers/<uuid:key>/delete", views.delete, name="delete"),
    path("jobs/<int:pk>/values", views.values, name="values"),
]
