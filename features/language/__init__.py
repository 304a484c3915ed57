"""Sentences, word lists and questions."""
