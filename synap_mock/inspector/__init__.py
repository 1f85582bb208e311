"""The inspector's page: HTML, CSS and JavaScript without a build step, and what serves them.

`style.css` is also the style of the contract kit's HTML report, which reads it as package data.
"""
