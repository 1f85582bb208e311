"""What a server listens with: its sockets, and its certificate."""
