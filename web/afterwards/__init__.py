"""What a candidate has after the interview: progress, feedback, own review, requests, and their data."""
