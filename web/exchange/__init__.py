"""JSON API, exports and webhooks."""
