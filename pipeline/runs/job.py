"""What a run is to do."""

from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from pipeline.config.settings import Run
from pipeline.core.pipeline import Pipeline
from pipeline.runs.plan import RerunOptions
from pipeline.storage import RemotePath

OutputFormat: TypeAlias = Literal["json", "jsonl", "parquet"]
"""One file per article, or shards of lines or rows."""


class Job(msgspec.Struct, frozen=True):
    """What a run is to do, whatever its sources.

    Attributes:
        pipeline: Makes the articles.
        output: Where the articles go.
        form: One file per article, or shards.
        encoding: The encoding of all texts that are bytes, if the user set one.
        reading: A hash of the settings that decide which documents a file holds (`plan.reading_key`).
        limits: Time and memory for a document, and the size of a shard.
        choices: What to do about documents that an earlier run has done.

    """

    pipeline: Pipeline
    output: Path | RemotePath
    form: OutputFormat = "json"
    encoding: str | None = None
    reading: bytes = b""
    limits: Run = Run()
    choices: RerunOptions = RerunOptions()
