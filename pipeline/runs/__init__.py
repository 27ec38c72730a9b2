"""Many documents: the account of a run, and the engine that makes it."""
