"""Reads feeds: RSS, Atom, and the export files of WordPress. Each entry is a document."""
