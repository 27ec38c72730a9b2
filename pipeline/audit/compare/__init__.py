"""Compares two outputs."""
