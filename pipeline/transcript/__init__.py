"""A transcript that somebody else made: its file, and how it takes the recogniser's place."""
