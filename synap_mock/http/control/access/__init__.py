"""Keys, and the worlds that they select."""
