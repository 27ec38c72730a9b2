"""SQLite: tables and queries."""
