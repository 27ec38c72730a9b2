"""Reads JSON: lines, lists and objects of records."""
