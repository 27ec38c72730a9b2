"""Files, servers and outputs that attack a run. Each is built by a few lines."""
