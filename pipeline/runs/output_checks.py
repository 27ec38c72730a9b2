"""Checks whether a run may write to an output that other runs have written to."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from pipeline.errors import UsageError
from pipeline.runs.job import Job
from pipeline.runs.output.output_folder import Output
from pipeline.runs.output.shard_names import SHARD_NAME
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.state import State

MAX_NAMES_CHECKED: Final = 10_000
"""Names in the output that are checked; a bucket may have a million."""
ARTICLE_FILE: Final = re.compile(r"[^._].*\.json")


def check_format(job: Job, output: Output) -> None:
    """Refuses an output with articles in another format: whoever reads it would find each article twice."""
    for name in islice(output.backend.names(), MAX_NAMES_CHECKED):
        is_shard = SHARD_NAME.fullmatch(name) is not None
        if is_shard if job.form == "json" else ARTICLE_FILE.fullmatch(name):
            raise UsageError(
                f"{job.output} holds {'shards' if is_shard else 'a file for each article'}, such as {name}; "
                f"name another folder with -o for --format {job.form}"
            )


def check_state(state: State, sources: Sequence[DocumentSource], job: Job) -> None:
    """Refuses an output in another format, or shards of other sources; then saves the format of this run."""
    form = state.get_metadata("form")
    if form is not None and "json" in {form, job.form} and form != job.form:
        raise UsageError(f"{job.output} holds articles as {form}; name another folder with -o for --format {job.form}")
    if job.form != "json" and not job.choices.fresh and state.shard_files():
        if job.choices.first is not None and state.get_metadata("extent") != "first":
            raise UsageError(f"{job.output} holds the shards of a whole run; name another folder with -o for --first")
        names = {source.name for source in sources}
        # Some sources may be gone; if all are, the user has named the wrong folder.
        if not any(name in names for name in state.file_names()):
            raise UsageError(
                f"{job.output} holds the shards of other sources, which this run would replace; name another folder "
                "with -o, or use --fresh"
            )
    if job.choices.fresh:
        # Now, so that a run with --fresh can be resumed without it.
        state.forget()
    state.set_metadata("form", job.form)
    state.set_metadata("extent", "all" if job.choices.first is None else "first")
    state.commit()
