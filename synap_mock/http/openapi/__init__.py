"""Both APIs described in OpenAPI 3.1, from the routes, the code's own values, and text in JSON files."""
