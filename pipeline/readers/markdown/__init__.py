"""Reads Markdown documents and their front matter."""
