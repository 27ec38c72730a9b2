"""Files are read in a process of their own, so that no file can take the run with it.

messages.py  what the run and that process say to each other
child.py     what runs in that process
process.py   the run's side: it watches memory and time, and starts the process again where a file has ended it
ahead.py     reads small files in groups
"""
