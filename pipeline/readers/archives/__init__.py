"""Reads files that contain other files: compressed files and archives."""
