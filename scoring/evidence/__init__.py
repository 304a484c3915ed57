"""What was touched in an answer, found by wording and by meaning."""
