"""Bytes to text, lines of text, and edits of it."""
