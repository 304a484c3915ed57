"""What is counted in words."""
