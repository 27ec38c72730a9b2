"""`pipeline run`: turns raw documents into articles."""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from pipeline.cli import dry_run
from pipeline.cli.grouped_errors import GroupedErrors
from pipeline.cli.interrupts import Terminated
from pipeline.cli.options import add_recipe_options, add_web_options, integer_from, pipeline, readers, settings
from pipeline.cli.progress import Progress
from pipeline.cli.run_summary import LeftOutLines, failure_line, silence, summary
from pipeline.config.settings import Layers
from pipeline.core.pipeline import Pipeline
from pipeline.errors import PipelineError, UsageError
from pipeline.model.record import LeftOut, Unreadable
from pipeline.readers.documents import first_documents
from pipeline.readers.documents_extra import documents_versions
from pipeline.readers.input_files import find_files
from pipeline.readers.named_fields import check_named_fields
from pipeline.readers.registry import Registry
from pipeline.runs.cache_keys import reading_key
from pipeline.runs.counters import Counters, LeftOutEntry
from pipeline.runs.dry_run import simulate_run
from pipeline.runs.events import LogEntry, NoEvents
from pipeline.runs.executors.engine import Engine, available_processors, local_engine
from pipeline.runs.file_sources import FileSources, without_waiting
from pipeline.runs.job import Job
from pipeline.runs.outcome import Failure
from pipeline.runs.output.output_folder import RUN_FOLDER
from pipeline.runs.plan import RerunOptions
from pipeline.runs.processes.start import begin_warmup
from pipeline.runs.reading_process.read_ahead import ReadAhead
from pipeline.runs.reading_process.supervisor import ReadingProcess
from pipeline.runs.run import run
from pipeline.storage import RemotePath, as_path
from pipeline.text.escapes import escape_hidden
from pipeline.version import __version__

RUN_EXAMPLES = """examples:
  pipeline run raw                        write articles to output/
  pipeline run a.txt b.jsonl.zst crawl.warc.gz news.parquet -o articles
  zcat dump.jsonl.gz | pipeline run - -o articles
  pipeline run dump --format jsonl -o articles   write shards instead of one file per article
  pipeline run s3://bucket/dump/ https://host/a.jsonl.zst -o s3://bucket/articles --format jsonl
  pipeline run dump.csv --set input.text_field=story --set 'sources.csv.delimiter=;'
  pipeline run raw --stages entities,languages,credits,dialogue
  pipeline run dump --format jsonl --engine ray --ray-address auto
  pipeline run raw --dry-run --first 200  show what each rule would do; write nothing

Rerun the same command to resume a stopped run.
"""
MIN_SHOWN_SECONDS = 10.0
"""Seconds a run must take for its summary to show the time."""
TERMINATED_CODE = 143


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = RUN_EXAMPLES
    parser.add_argument(
        "raw", nargs="+", metavar="RAW", help="files, folders or URLs (s3://, https://, …); - for stdin"
    )
    parser.add_argument(
        "-o",
        "--output",
        default="output",
        metavar="DIR|URL",
        help="folder or URL to write articles to (default: output)",
    )
    parser.add_argument(
        "--format",
        choices=("json", "jsonl", "parquet"),
        default="json",
        help="json: one file per article; jsonl, parquet: shards, compressed with Zstandard (default: json)",
    )
    add_recipe_options(parser)
    add_web_options(parser)
    parser.add_argument(
        "--follow-symlinks", action="store_true", help="follow symbolic links in input folders (default: skip them)"
    )
    dry_run.add_arguments(parser)
    again = parser.add_argument_group("documents of an earlier run")
    again.add_argument("--fresh", action="store_true", help="process all documents again")
    again.add_argument("--retry-failed", action="store_true", help="process failed and degraded documents again")
    again.add_argument(
        "--check-hash", action="store_true", help="read each file again, even if its size and time are unchanged"
    )
    again.add_argument(
        "--overwrite-edited",
        action="store_true",
        help="overwrite articles that were edited by hand (default: keep them)",
    )
    work = parser.add_argument_group("workers")
    work.add_argument(
        "--workers", type=integer_from(1), metavar="N", help="number of worker processes (default: one per processor)"
    )
    work.add_argument(
        "--engine", choices=("local", "ray"), default="local", help="run on this machine or on Ray (default: local)"
    )
    work.add_argument(
        "--ray-address",
        metavar="ADDRESS",
        help="address of the Ray cluster: auto, HOST:PORT, ray://… (default: start one here)",
    )
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="print only failures, three of each kind")
    loudness.add_argument("-v", "--verbose", action="store_true", help="print every document and every failure")


def main(options: argparse.Namespace) -> int:
    """Runs the pipeline. Returns 1 if a document failed, is degraded or is not accounted for."""
    engine, workers = _engine(options)
    layers = settings(options)
    dry_run.check(options)
    if not options.output:
        # For example an unset shell variable; an empty path would mean the current folder.
        raise UsageError("-o is empty; give a folder")
    output = as_path(options.output)
    if isinstance(output, Path) and output.exists() and not output.is_dir():
        raise UsageError(f"-o {output} is a file; give a folder")
    registry = readers(layers)
    try:
        # From here on there can be temporary files, also in a dry run.
        with _terminated(), ReadingProcess(layers.settings.input, registry) as reading:
            return _read_and_run(options, layers, registry, reading, output, engine, workers)
    except Terminated:
        print("pipeline: stopped", file=sys.stderr)
        return TERMINATED_CODE


def _read_and_run(
    options: argparse.Namespace,
    layers: Layers,
    registry: Registry,
    reading: ReadingProcess,
    output: Path | RemotePath,
    engine: Engine,
    workers: int | None,
) -> int:
    files, unreadable = find_files(
        options.raw,
        include=layers.settings.input.include,
        access=layers.settings.input.access,
        follow_symlinks=layers.settings.input.follow_symlinks,
        leave_out=options.output,
        is_document=reading.is_document,
    )
    if not files and all(isinstance(item, LeftOut) for item in unreadable):
        raise UsageError(f"nothing to process in {', '.join(options.raw)}{_left_out(unreadable)}")
    with layers.naming_source():
        first_of = lambda file, most: without_waiting(reading.documents(file, most))  # noqa: E731
        known = check_named_fields(files, layers.settings.input, first_of, reading.is_document)
    sources = FileSources(files, ReadAhead(reading).documents, layers.settings.input, check=not known)
    size = sources.size
    if not options.dry_run and options.engine == "local":
        # The workers load while this process checks the recipe.
        begin_warmup(size)
    configured = pipeline(options, layers)
    if options.dry_run:
        with layers.naming_source():
            return _dry_run(options, sources, unreadable, configured, layers)
    job = Job(
        configured,
        output,
        form=options.format,
        encoding=layers.settings.input.encoding,
        reading=reading_key(
            __version__,
            layers.settings.input.reading,
            layers.settings.sources,
            registry.packages,
            documents_versions(),
        ),
        limits=layers.settings.run,
        choices=RerunOptions(
            options.fresh,
            options.retry_failed,
            options.check_hash,
            options.first,
            overwrite_edited=options.overwrite_edited,
        ),
    )
    with layers.naming_source():
        # Fields that the settings name are checked in standard input only as it is read.
        return _run(options, sources, unreadable, job, engine, workers)


def _left_out(skipped: Sequence[Unreadable | LeftOut]) -> str:
    """Names the first skipped input if there is nothing else: a folder can contain only links."""
    names = [f"{item.name} {item.reason}" for item in skipped if isinstance(item, LeftOut)]
    more = f", and {len(names) - 1:,} more were skipped" if len(names) > 1 else ""
    return escape_hidden(f": {names[0]}{more}") if names else ""


def _engine(options: argparse.Namespace) -> tuple[Engine, int | None]:
    """The engine, and the number of workers if known."""
    if options.engine == "local":
        if options.ray_address is not None:
            raise UsageError("--ray-address requires --engine ray")
        workers = options.workers or available_processors()
        return local_engine(workers), workers
    if options.dry_run:
        raise UsageError("--dry-run cannot be combined with --engine ray")
    from pipeline.runs.executors.ray_cluster import ray_engine

    if options.ray_address is None:
        workers = options.workers or available_processors()
        return ray_engine(workers=workers), workers
    if options.workers is not None:
        raise UsageError("--workers cannot be combined with --ray-address; the cluster uses all its processors")
    return ray_engine(options.ray_address), None


def _run(
    options: argparse.Namespace,
    sources: FileSources,
    unreadable: list[Unreadable | LeftOut],
    job: Job,
    engine: Engine,
    workers: int | None,
) -> int:
    counters, began = Counters(), time.monotonic()
    with Progress(None if options.first else sources.size, quiet=options.quiet) as progress:
        printer = _RunPrinter(options, progress, counters, job.output)
        try:
            with _terminated():
                run(
                    sources,
                    job,
                    engine=engine,
                    lost=unreadable,
                    counters=counters,
                    events=printer,
                )
        except (KeyboardInterrupt, PipelineError) as error:
            if isinstance(error, UsageError):
                raise
            stopped: BaseException | None = error
        else:
            stopped = None
    seconds = time.monotonic() - began
    try:
        printer.close()
        if stopped is not None:
            return _stopped(stopped, counters, job)
        if not options.quiet:
            summary(counters, job.output, seconds=seconds if seconds >= MIN_SHOWN_SECONDS else None, workers=workers)
        if not counters.totals.complete:
            print(f"pipeline: error: some documents are not accounted for: {counters.totals}", file=sys.stderr)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has closed the pipe; the run is complete and keeps its exit code.
        silence()
    sound = counters.totals.complete and not (counters.failed or counters.degraded or counters.edited)
    return 0 if sound else 1


def _stopped(why: BaseException, counters: Counters, job: Job) -> int:
    """Reports that a run was stopped, and how to resume it."""
    if not isinstance(why, KeyboardInterrupt):
        print(f"pipeline: error: {why}", file=sys.stderr)
        if not counters.documents:
            # The run did not start, so rerunning the command may not help.
            return 1
    print(
        f"pipeline: stopped: {counters.written:,} documents written to {job.output}, {counters.unchanged:,} "
        f"unchanged; rerun the same command{' without --fresh' if job.choices.fresh else ''} to resume",
        file=sys.stderr,
    )
    if isinstance(why, Terminated):
        return TERMINATED_CODE
    return 130 if isinstance(why, KeyboardInterrupt) else 1


@contextmanager
def _terminated() -> Iterator[None]:
    """Handles SIGTERM like an interrupt from the keyboard, so that the run stops cleanly."""
    asked = False

    def interrupt(_: int, __: FrameType | None) -> None:
        nonlocal asked
        asked = True
        raise Terminated

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt as error:
        # Ray turns every interrupt into KeyboardInterrupt.
        if asked and not isinstance(error, Terminated):
            raise Terminated from error
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


class _RunPrinter(NoEvents):
    """Prints progress, failures and skipped inputs while documents are processed."""

    def __init__(
        self, options: argparse.Namespace, progress: Progress, counters: Counters, output: Path | RemotePath | None
    ) -> None:
        self._options = options
        self._progress = progress
        self._counters = counters
        self._output = output
        self._left_out = LeftOutLines()
        where = f"all in {output / RUN_FOLDER}/failures.jsonl" if output is not None else "--dry-run --json lists all"
        self._errors = GroupedErrors(escape_hidden(where), everything=options.verbose)

    def on_log_entry(self, entry: LogEntry) -> None:
        if isinstance(entry, Failure):
            if line := self._errors.line(failure_line(entry), escape_hidden(f"{entry.stage}: {entry.reason}")):
                self._progress.line(line)
        elif isinstance(entry, LeftOutEntry) and not self._options.quiet and (line := self._left_out.line(entry)):
            self._progress.line(line)

    def on_document(self, document: str, counters: Counters) -> None:  # noqa: ARG002 -- an event of a run
        if self._options.verbose:
            self._progress.line(escape_hidden(document))
        self.on_wait()

    def on_wait(self) -> None:
        counters = self._counters
        self._progress.step(
            documents=counters.finished,
            failed=counters.failed,
            unchanged=counters.unchanged,
            bytes_read=counters.bytes_read,
            bytes_done=counters.content.bytes,
        )

    def close(self) -> None:
        for counted in self._errors.rest():
            print(counted, file=sys.stderr)
        if not self._options.quiet and (line := self._left_out.rest(self._output)):
            print(line, file=sys.stderr)


def _dry_run(
    options: argparse.Namespace,
    sources: FileSources,
    unreadable: list[Unreadable | LeftOut],
    configured: Pipeline,
    layers: Layers,
) -> int:
    records = (record for part in (unreadable, sources.documents()) for record in part)
    counters = Counters()
    with Progress(None, quiet=options.quiet) as progress:
        printer = _RunPrinter(options, progress, counters, None)
        result = simulate_run(
            first_documents(records, options.first),
            configured,
            encoding=layers.settings.input.encoding,
            counters=counters,
            events=printer,
        )
    try:
        printer.close()
        dry_run.show(result, options)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
    return 1 if result.failures else 0
