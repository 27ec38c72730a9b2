"""Executors process documents: worker processes on this machine, or a Ray cluster. See `executor.py`."""
