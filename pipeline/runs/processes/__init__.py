"""Starts child processes, makes them end with the run, limits their memory, and says why they died."""
