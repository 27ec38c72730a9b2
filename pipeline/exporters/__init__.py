"""Writes articles to files, tables, databases and DataFrames, and reads them back."""
