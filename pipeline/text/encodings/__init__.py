"""Detects the encoding of some bytes."""
