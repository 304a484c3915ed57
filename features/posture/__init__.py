"""What is visible of a body."""
