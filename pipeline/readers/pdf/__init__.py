"""Reads PDF files: a file is a document."""
