"""Reads e-books (EPUB): each chapter is a document."""
