"""What happened: the journal and the ledger."""
