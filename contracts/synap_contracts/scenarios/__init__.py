"""What is run against a client."""
