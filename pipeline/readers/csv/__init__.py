"""Reads tables as delimited text."""
