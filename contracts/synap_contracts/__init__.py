"""synap_contracts: will hold any client, in any language, to the page. Empty but for its place in the package."""
