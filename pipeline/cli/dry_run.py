"""`pipeline run --dry-run`: what a run would do, rule by rule."""

import argparse
from collections.abc import Sequence

import msgspec

from pipeline.audit.report import RuleReport
from pipeline.cli.options import integer_from
from pipeline.cli.printer import Printer
from pipeline.cli.run_summary import DEGRADED_LABEL
from pipeline.cli.standard_streams import write_json
from pipeline.errors import UsageError
from pipeline.runs.dry_run import DryRun
from pipeline.text.excerpts import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--first", type=integer_from(1), metavar="N", help="read only the first N documents")
    parser.add_argument("--dry-run", action="store_true", help="show what each rule would do; write nothing")
    parser.add_argument("--json", action="store_true", help="with --dry-run: print JSON")


def check(options: argparse.Namespace) -> None:
    """Raises `UsageError` for options that do not go together."""
    if options.json and not options.dry_run:
        raise UsageError("--json requires --dry-run; a run writes its report to _run/ in the output")
    if options.json and options.quiet:
        raise UsageError("--json and --quiet cannot be combined")


def show(rehearsal: DryRun, options: argparse.Namespace) -> None:
    """Prints what was counted: rules that edit with examples, kinds of labels, rules that note, the account."""
    forecast = rehearsal.report()
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode(forecast)))
        return
    if options.quiet:
        return
    sheet = Printer()
    _firings("edits", forecast.edits, sheet)
    if forecast.labels:
        rows = [(kind.label, f"{kind.count:,}", f"{kind.articles:,}") for kind in forecast.labels]
        sheet.table(rows, ("labels", "times", "articles"), right=(1, 2))
        sheet.line()
    _firings("notes", forecast.notes, sheet)
    told = forecast.documents
    account = (
        (told.documents, "documents in"),
        (told.would_be_written, "would be written"),
        (told.failed, "failed"),
        (told.rejected, "rejected"),
    )
    doubtful = (
        (told.degraded, DEGRADED_LABEL),
        (told.without_exchange, "without an exchange"),
        (told.with_warnings, "with warnings"),
    )
    shown = (*account, *(row for row in doubtful if row[0]))
    sheet.table(((f"{number:,}", what) for number, what in shown), right=(0,))
    sheet.line("nothing was written")


def _firings(head: str, firings: Sequence[RuleReport], sheet: Printer) -> None:
    if not firings:
        return
    rows = [(firing.rule, firing.stage, f"{firing.count:,}", f"{firing.articles:,}") for firing in firings]
    sheet.table(rows, (head, "stage", "times", "articles"), right=(2, 3))
    sheet.line()
    for firing in firings:
        sheet.line(firing.rule, style="bold")
        for specimen in firing.examples:
            sheet.line(f"  {visible(specimen.document)}: {specimen.text}")
    sheet.line()
