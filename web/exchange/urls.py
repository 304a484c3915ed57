from __future__ import annotations

from typing import Any

from django.urls import path

from interview_analysis.web.exchange import api_views, export_views, figure_views, webhook_views
from interview_analysis.web.exchange.api import api

app_name = "exchange"
urlpatterns: list[Any] = [
    path("tokens/", api_views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke", api_views.revoke_token, name="revoke_token"),
    path("api/", api_views.api_page, name="api_page"),
    path("api/openapi.json", api_views.openapi, name="openapi"),
    path("api/", api.urls),
    path("jobs/<int:pk>/exports", export_views.page, name="exports"),
    path("jobs/<int:pk>/exports/<str:name>.<str:kind>", export_views.export, name="export"),
    path("figures/", figure_views.figures, name="figures"),
    path("figures/champions", figure_views.champions_figures, name="champions"),
    path("webhooks/", webhook_views.webhooks, name="webhooks"),
    path("webhooks/<int:pk>/", webhook_views.webhook, name="webhook"),
    path("webhooks/<int:pk>/change", webhook_views.change, name="change_webhook"),
]
