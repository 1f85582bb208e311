"""What a fake has recorded as JSON Lines, and back."""
