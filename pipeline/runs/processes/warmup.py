"""Loads what every worker needs when it is imported.

The fork server imports this, so that its workers share the word data and begin at once. What a worker loads later is
loaded under its memory limit, where numpy may crash instead of raising `MemoryError`.
"""

import gc
from pathlib import Path

import pipeline
from pipeline.core.pipeline import Pipeline
from pipeline.readers.registry import select_readers
from pipeline.runs.executors import worker
from pipeline.runs.reading_process import reader_process
from pipeline.segmentation.trees import load_trees

__all__ = ["reader_process", "worker"]

ARTICLE = """The lamp keeper#39;s two summers
By Ruth Ashdown
The Skerry Letter: Did they carryit stone by stone?
Aino Laine: They did, and itwas partof the bargain.
The Skerry Letter: What did the village say?
Aino Laine: 村里人都说：“灯塔走了，海还在。”
翻译：谭以宁
"""
"""A text for which every stage has work."""


def load_all_trees() -> None:
    """Loads the trees of all packages, also those that an article seldom needs."""
    root = Path(pipeline.__file__).parent
    for file in root.rglob("*.forest"):
        load_trees(file.stem, ".".join((pipeline.__name__, *file.parent.relative_to(root).parts)))


# Loads the built-in readers.
select_readers()

Pipeline().process(ARTICLE)
load_all_trees()
# Keeps what is loaded out of garbage collection: a worker that visited it would copy each page of memory it touches.
gc.collect()
gc.freeze()
