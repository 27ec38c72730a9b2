"""`pipeline explain`: shows every edit, label and note of an article in context, and the rule behind it.

With `--doubtful`, lists the articles of an output that need a look.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec

from pipeline.audit.explain import Explanation, explain
from pipeline.audit.report import RuleFilter
from pipeline.cli.decisions_view import decisions_on
from pipeline.cli.doubtful import show
from pipeline.cli.explain_view import compact, detailed
from pipeline.cli.lookup import article_with_id, check_rule_and_stage
from pipeline.cli.options import add_reading_options, limits, output_place, settings
from pipeline.cli.printer import Printer
from pipeline.cli.standard_streams import read_stdin, write_json
from pipeline.core.pipeline import Pipeline
from pipeline.errors import ContractError, UsageError, did_you_mean
from pipeline.exporters.load.articles import load_each
from pipeline.exporters.load.decode import decode_article
from pipeline.model.article import Article

EXPLAIN_EXAMPLES = """examples:
  pipeline explain output/wire/a.json             print the text with edits marked [-old-]{+new+}, then the notes
  pipeline explain output --id wire/a --line 12   explain line 12 and show its source
  pipeline explain a.json --find 'of the flood'
  pipeline explain a.json --field /sections/0/exchanges/2
  pipeline explain a.json --edits --below 0.9     show the least confident edits
  pipeline explain output --doubtful              list articles without an exchange or with warnings
"""
FINDING_LISTS = ("edits", "labels", "notes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = EXPLAIN_EXAMPLES
    parser.add_argument("article", metavar="ARTICLE", help="an article; an output with --id or --doubtful; - for stdin")
    parser.add_argument("--id", metavar="ID", help="article with this id")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--line", type=int, metavar="N", help="show this line of the text")
    place.add_argument("--find", metavar="TEXT", help="show lines that contain this, in the text or the source")
    place.add_argument("--field", metavar="/POINTER", help="show the lines of this field")
    parser.add_argument("--stage", metavar="S", help="show only findings of this stage")
    parser.add_argument("--rule", metavar="R", help="show only findings of this rule")
    sure = parser.add_mutually_exclusive_group()
    sure.add_argument(
        "--below", type=float, metavar="X", help="show only findings with a confidence below this (0 to 1)"
    )
    sure.add_argument("--above", type=float, metavar="X", help="show only findings with a confidence above this")
    what = parser.add_mutually_exclusive_group()
    for kind in FINDING_LISTS:
        what.add_argument(f"--{kind}", action="store_const", const=kind, dest="what", help=f"show only {kind}")
    parser.add_argument("--doubtful", action="store_true", help="list articles without an exchange or with warnings")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_reading_options(parser)


def main(options: argparse.Namespace) -> int:
    """Prints the explanation. Returns 1 if `--find` finds nothing."""
    if options.doubtful:
        return _doubtful(options)
    article = _article(options)
    explanation = explain(article, made_by=_made_by(options))
    known_rules = {(item.stage, item.rule) for item in _items(explanation)}
    check_rule_and_stage(options.rule, options.stage, known_rules)
    lines = _lines(options, article, explanation)
    if lines is not None and not lines:
        print(f"pipeline: no line of {article.id} contains {options.find!r}", file=sys.stderr)
        return 1
    wanted = _wanted(options)
    shown = _narrowed(explanation, lines, wanted) if lines is not None or wanted is not None else explanation
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode(shown)))
    elif shown is explanation:
        compact(shown, Printer())
    else:
        detailed(shown, Printer())
    return 0


def _made_by(options: argparse.Namespace) -> Pipeline:
    """The pipeline of the settings that were named: those with which the article was made, if all is well."""
    read = settings(options)
    with read.naming_source():
        return Pipeline.configured(read.settings)


def _doubtful(options: argparse.Namespace) -> int:
    for name in ("id", "line", "find", "field", "stage", "rule", "below", "above", "what"):
        if getattr(options, name) is not None:
            option = options.what if name == "what" else name
            raise UsageError(f"--doubtful cannot be combined with --{option}")
    if options.article == "-":
        raise UsageError("--doubtful requires a folder or a file, not -")
    return show(output_place(options.article, options), limits(options), json=options.json)


def _article(options: argparse.Namespace) -> Article:
    if options.article == "-":
        return decode_article(read_stdin(), "standard input")
    source = output_place(options.article, options)
    if options.id is not None:
        article = article_with_id(source, options.id, limits(options))
        if article is None:
            raise UsageError(f"no document {options.id!r} in {source}")
        return article
    results = list(islice(load_each(source, limits(options)), 2))
    if not results:
        raise UsageError(f"no articles in {source}")
    if len(results) > 1:
        raise UsageError(f"{source} has several articles; choose one with --id")
    first = results[0][1]
    if isinstance(first, ContractError):
        raise first
    return first


def _items(explanation: Explanation) -> Iterator[Any]:
    for kind in (*FINDING_LISTS, "annotations"):
        yield from getattr(explanation, kind)


def _lines(options: argparse.Namespace, article: Article, explanation: Explanation) -> set[int] | None:
    """The line numbers that the options select, or `None`. Raises `UsageError` for an unknown line or field."""
    if options.line is not None:
        if not 1 <= options.line <= len(explanation.lines):
            raise UsageError(f"--line {options.line} is out of range; the text has lines 1 to {len(explanation.lines)}")
        return {options.line}
    if options.find is not None:
        return {line.line for line in explanation.lines if options.find in line.text or options.find in line.source}
    if options.field is None:
        return None
    field = options.field.rstrip("/")
    named = [item for item in explanation.labels if item.field is not None]
    held = [item for item in named if item.field == field or str(item.field).startswith(f"{field}/")]
    if not held:
        pointers: dict[str, None] = {}
        for item in named:
            parts = str(item.field).split("/")
            pointers.update(dict.fromkeys("/".join(parts[:i]) for i in range(2, len(parts) + 1)))
        near = did_you_mean(field, pointers) if len(pointers) < 10 else _nearest_pointer(field, list(pointers))
        raise UsageError(f"no field {options.field!r} in {article.id}{near}")
    return {line for item in held for line in range(item.line, item.last_line + 1)}


def _nearest_pointer(field: str, pointers: list[str]) -> str:
    """The most similar pointer; for a long article only top-level fields are listed."""
    close = did_you_mean(field, pointers)
    return close if "did you mean" in close else did_you_mean(field, [p for p in pointers if p.count("/") == 1])


def _wanted(options: argparse.Namespace) -> Callable[[str, Any], bool] | None:
    """A function that selects the findings that the options ask for, or `None` for all."""
    rules = RuleFilter(options.rule, options.stage)
    if rules.matches_all and options.below is None and options.above is None and options.what is None:
        return None

    def wanted(kind: str, item: Any) -> bool:  # noqa: ANN401 -- one of four structs
        confidence = getattr(item, "confidence", None)
        return (
            options.what in {None, kind}
            and rules.matches(item.rule, item.stage)
            and (options.below is None or (confidence is not None and confidence < options.below))
            and (options.above is None or (confidence is not None and confidence > options.above))
        )

    return wanted


def _narrowed(
    explanation: Explanation, lines: set[int] | None, wanted: Callable[[str, Any], bool] | None
) -> Explanation:
    """The selected findings on these lines; without lines, the lines on which selected findings start."""
    kept: dict[str, tuple[Any, ...]] = {}
    for kind in (*FINDING_LISTS, "annotations"):
        kept[kind] = tuple(
            item
            for item in getattr(explanation, kind)
            if (lines is None or _is_on(item, lines)) and (wanted is None or wanted(kind, item))
        )
    if lines is None:
        lines = {item.line for items in kept.values() for item in items if item.line is not None}
    shown = tuple(line for line in explanation.lines if line.line in lines)
    found = explanation.decisions
    decided = decisions_on(found, lines) if found is not None and kept["labels"] + kept["notes"] else None
    return msgspec.structs.replace(explanation, lines=shown, decisions=decided, **kept)


def _is_on(item: Any, lines: set[int]) -> bool:  # noqa: ANN401 -- one of four structs
    if item.line is None:
        return False
    last = getattr(item, "last_line", item.line)
    return any(line in lines for line in range(item.line, last + 1))
