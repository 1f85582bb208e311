"""What was sent, answered and recorded, and how it compares."""
