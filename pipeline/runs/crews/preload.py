"""What every worker needs, loaded when this is imported.

The process from which workers are forked imports it, so that they share the word data and begin at once.
"""

from pipeline.processing import Pipeline
from pipeline.runs.crews import worker

__all__ = ["worker"]

Pipeline().clean("The keeper said that itwas partof it.")
