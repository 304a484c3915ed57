"""The recruitment report and the feedback to the candidate."""
