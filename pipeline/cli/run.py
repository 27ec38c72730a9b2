"""`pipeline run`: raw documents in, an article each out."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.cli import rehearsal
from pipeline.cli.options import pipeline, readers, recipe_options, settings
from pipeline.cli.report import Progress, left_aside, summary, unheard
from pipeline.errors import UsageError
from pipeline.runs.account import Account
from pipeline.runs.local import run
from pipeline.runs.rehearsal import Rehearsal, rehearse
from pipeline.sources.folder import find
from pipeline.sources.reading import first, is_document, records

EPILOG = """examples:
  pipeline run raw                        articles to output/
  pipeline run a.txt b.jsonl.zst crawl.warc.gz news.parquet -o articles
  zcat dump.jsonl.gz | pipeline run - -o articles
  pipeline run s3://bucket/dump/ https://host/a.jsonl.zst -o articles
  pipeline run dump.csv --set input.text_field=story --set 'sources.csv.delimiter=;'
  pipeline run raw --stages entities,languages,credits,dialogue
  pipeline run raw --dry-run --first 200  what each rule would do, with examples; nothing is written
"""
CONTROLS = {code: f"\\x{code:02x}" for code in [*range(32), *range(127, 160)]}
"""Written out, so that a failure is one line whatever its document is called."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument(
        "raw", nargs="+", metavar="RAW", help="files, folders, URLs (s3://, https://, …); - is standard input"
    )
    parser.add_argument(
        "-o", "--output", default="output", metavar="DIR", help="where the articles go (default: output)"
    )
    recipe_options(parser)
    rehearsal.arguments(parser)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="only failures")
    loudness.add_argument("-v", "--verbose", action="store_true", help="a line for every document")


def main(options: argparse.Namespace) -> int:
    """Runs; 1 where a document failed or is missing from the account."""
    said = settings(options)
    made, given = pipeline(options, said), said.settings
    rehearsal.check(options)
    output = Path(options.output)
    if output.exists() and not output.is_dir():
        raise UsageError(f"-o {output} is a file; name a folder")
    chosen = readers(said)
    files, lost = find(
        options.raw,
        include=given.input.include,
        leave_out=output,
        is_document=lambda file: is_document(file, given.input, chosen),
    )
    if not files and not lost:
        raise UsageError(f"nothing to process in {', '.join(options.raw)}")
    everything = (record for part in (lost, records(files, given.input, chosen)) for record in part)
    taken = first(everything, options.first)
    with Progress(min(len(files), options.first or len(files)), shown=_bar(options)) as progress:
        seen = _seen(options, progress)
        rehearsed = None
        if options.dry_run:
            rehearsed = rehearse(taken, made, encoding=given.input.encoding, seen=seen)
            account = rehearsed.account
        else:
            account = run(taken, made, output, encoding=given.input.encoding, seen=seen)
    try:
        _tell(options, account, rehearsed, output)
    except BrokenPipeError:
        # Whoever read what is said has gone; the run is done all the same, and its exit code stays.
        unheard()
    return 0 if account.totals.complete and not account.failures else 1


def _tell(options: argparse.Namespace, account: Account, rehearsed: Rehearsal | None, output: Path) -> None:
    for failure in account.failures:
        whose = f" of {failure.package}" if failure.package else ""
        where = f"stage {failure.stage}{whose}: " if failure.stage else ""
        print(f"{failure.document}: {where}{failure.reason}".translate(CONTROLS), file=sys.stderr)
    if not options.quiet:
        for line in left_aside(account.aside, None if options.dry_run else output):
            print(line.translate(CONTROLS), file=sys.stderr)
    if rehearsed is not None:
        rehearsal.show(rehearsed, options)
    elif not options.quiet:
        summary(account, output)
    if not account.totals.complete:
        print(f"pipeline: documents are missing from the account: {account.totals}", file=sys.stderr)
    sys.stdout.flush()


def _bar(options: argparse.Namespace) -> bool:
    return not options.quiet and sys.stderr.isatty()


def _seen(options: argparse.Namespace, progress: Progress) -> Callable[[str, Account], None]:
    def seen(document: str, account: Account) -> None:
        progress.step(account)
        if options.verbose:
            try:
                print(document.translate(CONTROLS), file=sys.stderr)
            except BrokenPipeError:
                unheard()

    return seen
