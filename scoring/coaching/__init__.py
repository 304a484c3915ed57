"""What a person can do better in an answer that was practised: behaviour and content, from what was seen and heard."""
