"""What every worker needs, loaded when this is imported.

The process from which workers are forked imports it, so that they share the word data and begin at once.
"""

import gc

from pipeline.processing import Pipeline
from pipeline.runs.crews import worker

__all__ = ["worker"]

Pipeline().clean("The keeper said that itwas partof it.")
# What is here stays: a worker that looked through it for garbage would get a copy of each page it looks at.
gc.collect()
gc.freeze()
