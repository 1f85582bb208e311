"""The limits of a server: the table, and the options that change some of them."""
