"""The same, and what takes a second to load and a hundred megabytes: for runs that are long enough to share it."""

import gc

from pipeline.lexicon import tagger
from pipeline.runs.processes import warmup

__all__ = ["warmup"]

tagger.tagged_words("渡船")
gc.collect()
gc.freeze()
