"""Messages to candidates: one outbox, several channels, calendar files."""
