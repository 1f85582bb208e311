"""What the server rejects before any app sees it."""
