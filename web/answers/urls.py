from __future__ import annotations

from django.urls import path

from interview_analysis.web.answers import stream_views

app_name = "answers"
urlpatterns = [
    path("c/streams", stream_views.begin, name="begin_stream"),
    path("c/streams/<uuid:key>", stream_views.state, name="stream"),
    path("c/streams/<uuid:key>/chunks/<int:number>", stream_views.chunk, name="stream_chunk"),
    path("c/streams/<uuid:key>/end", stream_views.end, name="end_stream"),
]
