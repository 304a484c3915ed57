from __future__ import annotations

from django.urls import path

from interview_analysis.web.messages import candidate_views, preview_views, views

app_name = "outbox"
urlpatterns = [
    path("messages/", views.messages_list, name="list"),
    path("messages/<uuid:key>/", views.message, name="message"),
    path("messages/<uuid:key>/html", views.message_html, name="message_html"),
    path("messages/<uuid:key>/do", views.change, name="change"),
    path("messages/preview/<slug:kind>/<str:model>/<int:pk>/", preview_views.preview, name="preview"),
    path(
        "messages/preview/<slug:kind>/<str:model>/<int:pk>/html",
        preview_views.preview_html,
        name="preview_html",
    ),
    path("applications/<int:pk>/messages", views.of_application, name="of_application"),
    path("candidates/<int:pk>/channels", views.channels, name="channels"),
    path("c/messages/<str:signed>/", candidate_views.opt_out, name="opt_out"),
]
