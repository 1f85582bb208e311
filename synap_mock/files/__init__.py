"""What is recorded, in a SQLite file."""
