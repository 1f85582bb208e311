"""Several processes that serve one fake."""
