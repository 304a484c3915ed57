"""Who speaks when, and which words are the candidate's."""
