"""Scoring many recordings: a manifest of interviews becomes a folder of reports and tables."""
