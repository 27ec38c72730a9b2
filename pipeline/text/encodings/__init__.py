"""Which encoding wrote some bytes."""
