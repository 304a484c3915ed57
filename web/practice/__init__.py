"""Practice before the interview, with feedback by the same engine. Kept apart from the application."""
