"""How a client is driven: the protocol, our side of it, and the Python host."""
