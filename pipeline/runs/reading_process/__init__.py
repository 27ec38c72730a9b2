"""Reads files in a process of its own, so that no file can take the run with it.

messages.py        what the run and that process send each other
reader_process.py  what runs in that process
supervisor.py      the run's side: it watches memory and time, and restarts the process when a file has ended it
read_ahead.py      reads small files in groups
"""
