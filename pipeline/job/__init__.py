"""Job descriptions in, job profiles out."""
