"""Files, servers and outputs that are made to take a run with them; each is built by a few lines."""
