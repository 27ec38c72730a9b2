"""Explains, compares and traces finished articles."""
