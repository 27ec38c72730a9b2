"""Bytes to text and back, the lines of a text, and edits of it."""
