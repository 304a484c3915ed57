"""How somebody speaks: rate, pauses, pitch, loudness, fillers."""
