"""Words, names, roles and places."""
