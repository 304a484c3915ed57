from __future__ import annotations

from django.urls import path

from interview_analysis.web.interviews import list_views, upload_views, views

app_name = "interviews"
urlpatterns = [
    path("interviews/", views.interviews, name="list"),
    path("applications/<int:pk>/interviews/new", views.new, name="new"),
    path("interviews/import", list_views.recordings_with_a_list, name="with_a_list"),
    path("interviews/<int:pk>/", views.interview, name="interview"),
    path("interviews/<int:pk>/consent", views.consent, name="consent"),
    path("interviews/<int:pk>/raters", views.raters, name="raters"),
    path("interviews/<int:pk>/uploads", upload_views.begin, name="begin_upload"),
    path("uploads/<uuid:key>/", upload_views.state, name="upload"),
    path("uploads/<uuid:key>/chunks/<int:number>", upload_views.chunk, name="chunk"),
    path("uploads/<uuid:key>/finish", upload_views.finish, name="finish_upload"),
    path("recordings/<uuid:key>/play", views.play, name="play"),
    path("recordings/<uuid:key>/transcript-of", views.give_transcript, name="give_transcript"),
    path("recordings/<uuid:key>/remove", views.remove, name="remove_recording"),
]
