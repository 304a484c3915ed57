"""Pages for people: the report, its drawings and its transcript."""
