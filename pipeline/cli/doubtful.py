"""`pipeline explain OUTPUT --doubtful`: lists articles without an exchange or with warnings."""

import msgspec

from pipeline.cli.grouped_errors import print_grouped, verify_hint
from pipeline.cli.humanize import count_of
from pipeline.cli.printer import Printer
from pipeline.cli.standard_streams import write_json
from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.exporters.load.articles import load_each
from pipeline.model.article import Article, Remark
from pipeline.storage import AnyPath
from pipeline.text.excerpts import visible

MAX_LISTED_WARNINGS = 5
"""Most warnings of an article that are printed; `--json` prints all."""
WARNING_INDENT = "  "


class ArticleWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A warning or an error of an article; `line` is the line of `text` on which it starts, from 1."""

    line: int
    start: int
    end: int
    stage: str
    rule: str
    severity: str
    message: str
    suggestion: str | None


class DoubtfulArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article that needs a look, as `--json` prints it, one object per line; keys are only ever added."""

    id: str
    exchanges: int
    warnings: tuple[ArticleWarning, ...]


def doubtful(article: Article) -> DoubtfulArticle | None:
    """What is doubtful about an article; `None` if it has an exchange and no warning."""
    exchanges = sum(1 for _ in article.exchanges)
    notes = [note for note in article.notes if note.severity != "info"]
    if exchanges and not notes:
        return None
    return DoubtfulArticle(
        id=article.id, exchanges=exchanges, warnings=tuple(_warned(note, article.text) for note in notes)
    )


def show(source: AnyPath, limits: Limits, *, json: bool) -> int:
    """Prints the doubtful articles of an output and their number. Returns 1 if an article cannot be read."""
    sheet = Printer()
    articles = doubtful_count = without_exchange = warned = broken = 0
    with print_grouped(verify_hint(source)) as print_error:
        for name, article in load_each(source, limits):
            articles += 1
            if isinstance(article, ContractError):
                broken += 1
                print_error(f"{name}: {article.reason}", article.reason)
                continue
            doubtful_article = doubtful(article)
            if doubtful_article is None:
                continue
            doubtful_count += 1
            without_exchange += not doubtful_article.exchanges
            warned += bool(doubtful_article.warnings)
            if json:
                write_json(msgspec.json.encode(doubtful_article))
            else:
                _block(doubtful_article, sheet)
    if not articles:
        raise UsageError(f"no articles in {source}")
    if not json:
        sheet.line(
            f"{doubtful_count:,} of {count_of(articles, 'article')} are doubtful: "
            f"{without_exchange:,} without an exchange, "
            f"{warned:,} with warnings"
        )
    return 1 if broken else 0


def _warned(note: Remark, text: str) -> ArticleWarning:
    return ArticleWarning(
        line=text.count("\n", 0, note.start) + 1,
        start=note.start,
        end=note.end,
        stage=note.stage,
        rule=note.rule,
        severity=note.severity,
        message=note.message,
        suggestion=note.suggestion,
    )


def _block(doubt: DoubtfulArticle, sheet: Printer) -> None:
    sheet.line(visible(doubt.id), style="bold")
    if not doubt.exchanges:
        sheet.line(f"{WARNING_INDENT}no exchange")
    for note in doubt.warnings[:MAX_LISTED_WARNINGS]:
        sheet.line(f"{WARNING_INDENT}line {note.line}  {note.severity}  {note.rule}: {visible(note.message)}")
        if note.suggestion is not None:
            sheet.line(f"{WARNING_INDENT * 2}suggestion: {visible(note.suggestion)}")
    if len(doubt.warnings) > MAX_LISTED_WARNINGS:
        sheet.line(f"{WARNING_INDENT}and {len(doubt.warnings) - MAX_LISTED_WARNINGS:,} more; use --json to list all")
