from __future__ import annotations

from django.urls import path, re_path

from interview_analysis.web.candidate import arrange_views, job_views, views

app_name = "candidate"
urlpatterns = [
    path("c/", views.home, name="home"),
    path("c/code", views.code, name="code"),
    path("c/invitation", views.details, name="details"),
    path("c/consent", views.consent, name="consent"),
    path("c/confirm", views.confirm, name="confirm"),
    path("c/times", views.times, name="times"),
    path("c/calendar.ics", views.calendar, name="calendar"),
    path("c/language", views.language, name="language"),
    re_path(r"^c/(?P<token>[A-Za-z0-9_-]{20,100})/$", views.enter, name="enter"),
    path("applications/<int:pk>/invite", arrange_views.invite, name="invite"),
    path("invitations/<int:pk>/", arrange_views.invitation, name="invitation"),
    path("invitations/<int:pk>/do", arrange_views.act, name="act"),
    path("invitations/<int:pk>/window", arrange_views.window, name="window"),
    path("invitations/<int:pk>/questions", arrange_views.change_questions, name="questions"),
    path("invitations/<int:pk>/extra-time", arrange_views.extra, name="extra"),
    path("invitations/questions/<int:pk>/spoken", arrange_views.spoken, name="staff_spoken"),
    path("jobs/<int:pk>/interview-rules", job_views.rules, name="rules"),
    path("jobs/<int:pk>/times", job_views.slots, name="slots"),
    path("jobs/<int:pk>/notice/<str:language>", job_views.notice, name="notice"),
    path("notice/<str:language>", job_views.company_notice, name="company_notice"),
]
