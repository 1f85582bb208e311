"""What a fake has: conversations, memories, profiles."""
