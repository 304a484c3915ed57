"""Faces and bodies in pictures."""
