"""What the fork server loads before it starts workers."""

import subprocess
import sys
from pathlib import Path

import pipeline

LOADED = """
from pipeline.runs.processes import warmup
from pipeline.segmentation.trees import load_trees
print(load_trees.cache_info().misses)
before = load_trees.cache_info().misses
warmup.Pipeline().process("The pilot: quot;It is fog.quot;\\nWho said so#39;")
assert load_trees.cache_info().misses == before
"""


def test_all_trees_are_loaded() -> None:
    """Under the memory limit of a worker numpy may crash while it reads them, and the document would be blamed."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    forests = list(Path(pipeline.__file__).parent.rglob("*.forest"))
    assert int(done.stdout) == len(forests) > 0
