"""Reading back: what is remembered in a scope, and what a conversation is about."""
