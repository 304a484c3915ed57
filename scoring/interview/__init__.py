"""The answers of an interview, its state and its flags."""
