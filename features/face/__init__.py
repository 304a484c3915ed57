"""What is visible of a face."""
