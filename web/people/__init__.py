"""Accounts, roles and the first administrator."""
