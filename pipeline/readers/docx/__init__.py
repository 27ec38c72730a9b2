"""Reads Word documents (DOCX): a file is a document."""
