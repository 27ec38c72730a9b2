"""Talks in the layouts of web pages, generated: what comes back of them."""
