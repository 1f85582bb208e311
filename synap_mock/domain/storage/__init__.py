"""Where recorded messages are kept."""
