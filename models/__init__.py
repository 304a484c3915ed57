"""Thin adapters: a pre-trained model's weights -> typed observations."""
