"""From the text of a job description to a job profile."""
