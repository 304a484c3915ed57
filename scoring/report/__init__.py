"""What a report says: its model, where numbers come from, who spoke."""
