"""What the server says of itself: probes, and the description of its APIs."""
