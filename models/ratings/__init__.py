"""Networks that learn from ratings."""
