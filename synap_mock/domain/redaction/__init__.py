"""Keys and tokens in what leaves the process: where they are found, and how they are masked."""
