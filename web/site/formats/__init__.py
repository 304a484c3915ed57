"""Dates and times as each language writes them, where Django's own way is not clear to everybody."""
