from __future__ import annotations

from django.urls import path

from interview_analysis.web.answers import monitor_views, stream_views, views

app_name = "answers"
# Without a slash at the end: "c/<word>/" is a candidate's link.
urlpatterns = [
    path("c/streams", stream_views.begin, name="begin_stream"),
    path("c/streams/<uuid:key>", stream_views.state, name="stream"),
    path("c/streams/<uuid:key>/chunks/<int:number>", stream_views.chunk, name="stream_chunk"),
    path("c/streams/<uuid:key>/end", stream_views.end, name="end_stream"),
    path("c/check", views.check, name="check"),
    path("c/check/<uuid:key>", views.clip, name="clip"),
    path("c/answer", views.start, name="start"),
    path("c/answer/later", views.later, name="later"),
    path("c/answer/state", views.state, name="state"),
    path("c/answer/presence", views.presence, name="presence"),
    path("c/answer/hand-in", views.hand_in, name="hand_in"),
    path("c/answer/takes/<uuid:key>/begin", views.begin_take, name="begin_take"),
    path("c/answer/takes/<uuid:key>/end", views.end_take, name="end_take"),
    path("c/answer/takes/<uuid:key>/give", views.give_take, name="give_take"),
    path("c/answer/questions/<int:order>/notes", views.notes, name="notes"),
    path("c/answer/questions/<int:order>/spoken", views.spoken, name="spoken"),
    path("c/answer/questions/<int:order>/captions", views.captions, name="captions"),
    path("answers/", monitor_views.monitor, name="monitor"),
    path("answers/<int:pk>/", monitor_views.watched, name="watched"),
    path("answers/<int:pk>/say", monitor_views.say, name="say"),
    path("answers/<int:pk>/accept", monitor_views.accept, name="accept"),
    path("interviews/<int:pk>/answers", monitor_views.of_interview, name="of_interview"),
]
