"""What models see and hear in a recording, kept so that a second look costs nothing."""
