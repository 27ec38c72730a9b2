"""Starts the processes that a run works with, ties them to the run, and says how they ended."""
