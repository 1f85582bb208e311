"""Reports on runs: terminal, JSON, JUnit, HTML, Markdown, badge, and scripts."""
