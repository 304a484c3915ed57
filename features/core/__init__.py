"""What all extractors share."""
