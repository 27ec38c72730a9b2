"""The file names of shards."""

import re
from typing import Final

from pipeline.runs.state_entries import ShardFile

SHARD_NAME: Final = re.compile(r"part-(\d{5,})(\.jsonl\.zst|\.parquet)")
RUN_FOLDER_SHARD: Final = re.compile(r"open/\d{5,}\.jsonl|previous/\d+(?:\.jsonl|\.jsonl\.zst|\.parquet)")
"""Paths in the folder of the run that a state may name."""
PARTIAL_SHARD: Final = re.compile(rf"\.{SHARD_NAME.pattern}\.part")
"""What a killed compression leaves."""


def is_published(shard_file: ShardFile) -> bool:
    """Whether a file is a shard in the output and not in the folder of the run."""
    return SHARD_NAME.fullmatch(shard_file.path) is not None
