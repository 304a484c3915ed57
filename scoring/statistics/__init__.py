"""Correlations, and intervals when persons are drawn again."""
