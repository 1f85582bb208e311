"""What a client is checked against, a module for each group of clauses."""
