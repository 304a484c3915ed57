"""Voices: where there is speech, whose it is, and how it sounds."""
