"""Loads what every worker needs when it is imported.

The fork server imports this, so that its workers share the word data and begin at once.
"""

import gc

from pipeline.core.pipeline import Pipeline
from pipeline.readers.registry import select_readers
from pipeline.runs.executors import worker
from pipeline.runs.reading_process import reader_process

__all__ = ["reader_process", "worker"]

# Loads the built-in readers.
select_readers()

Pipeline().clean("The keeper said that itwas partof it.")
# Keeps what is loaded out of garbage collection: a worker that visited it would copy each page of memory it touches.
gc.collect()
gc.freeze()
