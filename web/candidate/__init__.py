"""What a candidate sees: the invitation, the guide, progress, feedback, and what recruiters arrange for it."""
