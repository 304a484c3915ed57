"""Pure functions from observations to feature tables. One file is one extractor; see extractor.py."""
