"""Data to learn from, the commands that learn, and the files that hold what was learned."""
