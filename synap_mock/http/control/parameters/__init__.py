"""What a control route accepts: its query parameters, its fields, pages of its lists."""
