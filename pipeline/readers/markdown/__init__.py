"""Markdown, and what stands above it."""
