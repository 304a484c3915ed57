"""Consent, retention and the audit trail."""
