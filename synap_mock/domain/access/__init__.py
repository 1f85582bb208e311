"""Who may call: API keys, instances, rate limits, redaction."""
