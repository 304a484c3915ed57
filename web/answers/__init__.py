"""The interview recorded alone: device check, questions one by one, takes, and the recruiter's monitor."""
