"""Reads SQLite databases: tables, and the rows of a query."""
