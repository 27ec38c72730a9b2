"""Runs process many documents; see `run.py` for a map."""
