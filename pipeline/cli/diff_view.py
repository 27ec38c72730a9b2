"""Prints a comparison: counts, rules with examples and articles, or one article in full."""

from collections import Counter

from pipeline.audit.compare.compare import Difference, FieldChange
from pipeline.audit.compare.text_diff import diff_spans
from pipeline.audit.compare.totals import DiffSummary, UnmatchedArticle
from pipeline.audit.report import RuleFilter
from pipeline.cli.printer import Printer
from pipeline.text.excerpts import shorten, visible, wdiff

MAX_LISTED_ARTICLES = 20
"""Most articles that are listed; `--json` prints all."""
MAX_LISTED_PARTS = 4
"""Most changed parts that are named in the line of an article."""
SIDE_SIGNS = {"old": "-", "new": "+"}
CHANGE_SIGNS = {"removed": "-", "added": "+", "changed": "~"}


class DiffPrinter:
    """Collects a comparison and prints it; keeps only the first few articles."""

    def __init__(self, *, detailed: bool) -> None:
        self._sheet = Printer()
        self._detailed = detailed
        self._rows: list[tuple[str, ...]] = []
        self._articles = 0

    def add(self, item: Difference | UnmatchedArticle) -> None:
        """Adds an article that differs or is in one output only."""
        if self._detailed:
            self._in_full(item)
            return
        if isinstance(item, Difference) and item.kinds == ("provenance",):
            # After an upgrade these are all articles, so count them and do not list them.
            return
        self._articles += 1
        if len(self._rows) < MAX_LISTED_ARTICLES:
            self._rows.append(_row(item))

    def show(self, summary: DiffSummary, rule_filter: RuleFilter) -> None:
        """Prints the comparison."""
        if self._detailed:
            if summary.same:
                self._sheet.line("the article is identical in both outputs")
            return
        if rule_filter.matches_all:
            self._counts(summary)
        self._rules(summary)
        if self._rows:
            self._sheet.line()
            self._sheet.table(self._rows, ("article", "text", "findings", "structure"), right=(1,))
            if self._articles > len(self._rows):
                self._sheet.line(f"and {self._articles - len(self._rows):,} more; use --json to list all")

    def _counts(self, summary: DiffSummary) -> None:
        kinds = {count.kind: count.articles for count in summary.kinds}
        rows = [
            (summary.compared, "articles in both"),
            (summary.only_old, "only in the old output"),
            (summary.only_new, "only in the new output"),
            (summary.broken, "broken"),
            (kinds["source"], "differ in source"),
            (kinds["text"], "differ in text"),
            (kinds["structure"], "differ in structure"),
            (kinds["notes"], "differ in notes"),
            (kinds["rules"], "differ in the rules that fired"),
            (summary.only_provenance, "differ in version or settings only"),
            (summary.same, "are identical"),
        ]
        self._sheet.table(((f"{number:,}", what) for number, what in rows), right=(0,))

    def _rules(self, summary: DiffSummary) -> None:
        if not summary.rules:
            return
        rows = [
            (
                f"{r.what} {r.rule}",
                f"{r.old:,}",
                f"{r.new:,}",
                f"-{r.gone:,}" if r.gone else "",
                f"+{r.come:,}" if r.come else "",
                f"{r.articles:,}",
            )
            for r in summary.rules
        ]
        self._sheet.line()
        heads = ("rule", "old", "new", "only old", "only new", "articles")
        self._sheet.table(rows, heads, right=range(1, 6))
        for row in summary.rules:
            if row.examples:
                self._sheet.line()
                self._sheet.line(f"{row.what} {row.rule}", style="bold")
            for example in row.examples:
                self._sheet.line(f"  {SIDE_SIGNS[example.side or 'new']} {visible(example.document)}: {example.text}")

    def _in_full(self, item: Difference | UnmatchedArticle) -> None:
        line = self._sheet.line
        if isinstance(item, UnmatchedArticle):
            line(f"{visible(item.id)} is only in the {item.side} output")
            return
        line(f"{visible(item.id)} differs in {', '.join(item.kinds)}", style="bold")
        if item.text:
            line()
            line("text")
        for hunk in item.text:
            rules = f"   {', '.join(hunk.rules)}" if hunk.rules else ""
            line(f"  line {hunk.old_line} → {hunk.new_line}{rules}")
            line(f"    {hunk.before}{wdiff(hunk.old, hunk.new)}{hunk.after}")
        for head, changes in (("structure", item.structure), ("provenance", item.provenance)):
            if changes:
                line()
                line(head)
            for change in changes:
                self._change(change)
        if item.findings or item.confidences:
            line()
            line("findings")
        for finding in item.findings:
            line(f"  {SIDE_SIGNS[finding.side]} {finding.what} {finding.rule}: {finding.example}")
        if item.confidences:
            line(f"  {item.confidences:,} findings in both with a different confidence")

    def _change(self, change: FieldChange) -> None:
        fields = list(dict.fromkeys(field for field in (change.old_field, change.new_field) if field))
        self._sheet.line(f"  {CHANGE_SIGNS[change.what]} {change.part}  {' → '.join(fields)}")
        if change.old is None or change.new is None:
            for text in (change.old or change.new or "").split("\n"):
                self._sheet.line(f"      {visible(text)}")
        else:
            self._sheet.line(f"      {_worded(change.old, change.new)}")


def _row(item: Difference | UnmatchedArticle) -> tuple[str, ...]:
    if isinstance(item, UnmatchedArticle):
        return visible(item.id), "", "", f"only in the {item.side} output"
    signs = Counter(SIDE_SIGNS[finding.side] for finding in item.findings)
    findings = " ".join(f"{sign}{signs[sign]}" for sign in "-+" if signs[sign])
    parts = Counter(f"{CHANGE_SIGNS[change.what]}{change.part}" for change in item.structure)
    listed = [part if count == 1 else f"{part} ×{count}" for part, count in parts.most_common(MAX_LISTED_PARTS)]
    if len(parts) > MAX_LISTED_PARTS:
        listed.append("…")
    last = ", ".join(listed)
    if "source" in item.kinds:
        last = f"different source{'; ' if last else ''}{last}"
    return visible(item.id), f"{len(item.text):,}" if item.text else "", findings, last


def _worded(old: str, new: str) -> str:
    """Both values as one text with differences marked and common parts shortened."""
    if old == new:
        # An exchange number that now refers to a different exchange.
        return wdiff(old, new)
    pieces, at = [], 0
    spans = diff_spans(old, new, None)
    if sum(span.old_end - span.old_start for span in spans) > len(old) / 2:
        # The common parts are coincidence, as in two hashes.
        return wdiff(old, new)
    for span in spans:
        pieces.append(visible(shorten(old[at : span.old_start])))
        pieces.append(wdiff(old[span.old_start : span.old_end], new[span.new_start : span.new_end]))
        at = span.old_end
    return "".join([*pieces, visible(shorten(old[at:]))])
