"""Runs: processes the documents of some sources. A document that fails does not harm the others.

run_loop.py      takes items from the plan, sends documents to the executor, and saves what became of them
plan.py          which documents to process, and which an earlier run has done
executors/       who processes documents: worker processes on this machine, or a Ray cluster
reading_process/ reads the sources in a process of its own
processes/       starts and watches processes
output/          where articles are kept: one file per article, or shards
state.py         what is done, so that it need not be done again
run_log.py       the lists of documents that failed or were rejected
"""

from collections.abc import Iterable, Sequence

from pipeline.errors import PipelineError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.documents import ReadResult
from pipeline.runs.counters import Counters
from pipeline.runs.events import NoEvents, RunEvents
from pipeline.runs.executors.engine import Engine, local_engine
from pipeline.runs.job import Job
from pipeline.runs.output import write_log
from pipeline.runs.output.output_folder import STATE_FILE, open_output
from pipeline.runs.output_checks import check_format, check_state
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.run_loop import RunError, RunLoop
from pipeline.runs.state import State
from pipeline.runs.unfinished import unfinished_suffix


def run(
    sources: Sequence[DocumentSource],
    job: Job,
    *,
    engine: Engine | None = None,
    lost: Iterable[Unreadable | LeftOut] = (),
    counters: Counters | None = None,
    events: RunEvents | None = None,
) -> Counters:
    """Processes the documents of `sources` and writes their articles to the output.

    What an earlier run has done, and has not changed since, is not done again.

    Args:
        sources: The sources.
        job: What to do.
        engine: Makes the executor; by default worker processes on this machine.
        lost: Sources that could not be listed.
        counters: The counters to use, for callers that watch them during the run.
        events: Receives the events of the run.

    Returns:
        The counters.

    Raises:
        UsageError: The output belongs to another run, or cannot be used for this one.
        RunError: The output cannot be written.
        PipelineError: No worker can work. The message names documents that were read and have no known outcome; the
            file `unaccounted.jsonl` in the folder of the run names all of them.

    """
    counters = Counters() if counters is None else counters
    unfinished: list[str] = []
    output = open_output(job.output)
    try:
        check_format(job, output)
        with output.held(), State(output.folder / STATE_FILE) as state:
            check_state(state, sources, job)
            loop = RunLoop(job, output, state, counters, unfinished, events or NoEvents())
            loop.run(sources, lost, engine or local_engine())
            state.commit()
            write_log.end(output.folder / write_log.WRITE_LOG_FILE)
    except OSError as error:
        reason = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        raise RunError(
            f"{job.output} cannot be written: {reason}; fix this, then rerun to resume{unfinished_suffix(unfinished)}"
        ) from error
    except PipelineError as error:
        if unfinished and len(error.args) == 1:
            error.args = (f"{error.args[0]}{unfinished_suffix(unfinished)}",)
        raise
    return counters


def run_records(
    records: Iterable[ReadResult], job: Job, *, engine: Engine | None = None, events: RunEvents | None = None
) -> Counters:
    """Processes records that are in memory; see `run`."""
    return run([DocumentSource("records", lambda: iter(records))], job, engine=engine, events=events)
