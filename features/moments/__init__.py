"""Single moments at which something stands out."""
