"""Interviews and recordings: consent, upload in chunks, playing back."""
