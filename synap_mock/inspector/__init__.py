"""The inspector's page: HTML, CSS and JavaScript without a build step, and what serves them.

The contract kit's HTML report reads `style.css`, too, as package data.
"""
