"""Loads the tagger, too: it takes a second and a hundred megabytes, so only long runs share it."""

import gc

from pipeline.lexicon import tagger
from pipeline.runs.processes import warmup

__all__ = ["warmup"]

tagger.tagged_words("渡船")
gc.collect()
gc.freeze()
