"""Pages for people: the report, its charts and its transcript."""
