"""What must come out: written from the seed page and CONTRACT.md alone, without a look at the fake."""
