"""What every worker needs, loaded when this is imported.

The process from which workers are forked imports it, so that they share the word data and begin at once.
"""

import gc

from pipeline.core.pipeline import Pipeline
from pipeline.readers.registry import select_readers
from pipeline.runs.executors import worker
from pipeline.runs.reading_process import reader_process

__all__ = ["reader_process", "worker"]

# The built-in readers.
select_readers()

Pipeline().clean("The keeper said that itwas partof it.")
# What is here stays: a worker that looked through it for garbage would get a copy of each page it looks at.
gc.collect()
gc.freeze()
