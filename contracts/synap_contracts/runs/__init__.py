"""Running scenarios and checks against a client."""
