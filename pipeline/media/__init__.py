"""Recordings in: sound, pictures and what is measured while they are decoded."""
