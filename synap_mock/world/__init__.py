"""What a test sees of a world, by subject: what is recorded, remembered, scheduled, saved."""
