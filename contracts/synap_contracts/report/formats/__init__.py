"""The renderers: each makes one format from the JSON report."""
