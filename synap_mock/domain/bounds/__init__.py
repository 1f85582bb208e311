"""How much a fake keeps, and what made room for newer things."""
