"""`pipeline run --dry-run`: shows what a run would do, rule by rule."""

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
    """Raises `UsageError` for options that cannot be combined."""
    if options.json and not options.dry_run:
        raise UsageError("--json requires --dry-run; a run writes its report to _run/ in the output")
    if options.json and options.quiet:
        raise UsageError("--json and --quiet cannot be combined")


def show(dry_run: DryRun, options: argparse.Namespace) -> None:
    """Prints rules with examples, labels, and the number of documents by outcome."""
    report = dry_run.report()
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode(report)))
        return
    if options.quiet:
        return
    sheet = Printer()
    _rule_table("edits", report.edits, sheet)
    if report.labels:
        rows = [(kind.label, f"{kind.count:,}", f"{kind.articles:,}") for kind in report.labels]
        sheet.table(rows, ("labels", "times", "articles"), right=(1, 2))
        sheet.line()
    _rule_table("notes", report.notes, sheet)
    totals = report.documents
    account = (
        (totals.documents, "documents in"),
        (totals.would_be_written, "would be written"),
        (totals.failed, "failed"),
        (totals.rejected, "rejected"),
    )
    doubtful = (
        (totals.degraded, DEGRADED_LABEL),
        (totals.without_exchange, "without an exchange"),
        (totals.with_warnings, "with warnings"),
    )
    shown = (*account, *(row for row in doubtful if row[0]))
    sheet.table(((f"{number:,}", what) for number, what in shown), right=(0,))
    sheet.line("nothing was written")


def _rule_table(head: str, rules: Sequence[RuleReport], sheet: Printer) -> None:
    if not rules:
        return
    rows = [(report.rule, report.stage, f"{report.count:,}", f"{report.articles:,}") for report in rules]
    sheet.table(rows, (head, "stage", "times", "articles"), right=(2, 3))
    sheet.line()
    for report in rules:
        sheet.line(report.rule, style="bold")
        for example in report.examples:
            sheet.line(f"  {visible(example.document)}: {example.text}")
    sheet.line()
