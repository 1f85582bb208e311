"""The contract kit: checks clients of Synap's batch endpoint, in any language, against the vendor's page."""
