"""`pipeline diff`: compares two outputs, article by article and rule by rule."""

import argparse
from collections.abc import Iterable, Iterator

import msgspec

from pipeline.audit.compare.compare import Difference, compare
from pipeline.audit.compare.match_articles import ArticlePair, matched_articles
from pipeline.audit.compare.totals import DiffTotals, UnmatchedArticle
from pipeline.audit.report import RuleFilter
from pipeline.cli.diff_view import DiffPrinter
from pipeline.cli.grouped_errors import print_grouped, verify_hint
from pipeline.cli.lookup import article_with_id, check_rule_and_stage
from pipeline.cli.options import add_reading_options, integer_from, limits, output_place
from pipeline.cli.standard_streams import write_json
from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.model.article import Article
from pipeline.storage import AnyPath

DIFF_EXAMPLES = """examples:
  pipeline diff output-before output-after             show what changed and which rules fired more or less
  pipeline diff before after --rule words.run-together --examples 20
  pipeline diff before after --id wire/a               show one article in full
  pipeline diff before after --json                    print JSON Lines: one per article, then a summary
  pipeline diff before after -q --exit-code            exit with 1 if anything differs

Rules are sorted by the number of articles in which their findings differ.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = DIFF_EXAMPLES
    parser.add_argument("old", metavar="OLD", help="a folder of articles, an export, or one article")
    parser.add_argument("new", metavar="NEW", help="the output to compare with")
    parser.add_argument("--id", metavar="ID", help="show the article with this id in full")
    parser.add_argument("--rule", metavar="NAME", help="show only findings of this rule")
    parser.add_argument("--stage", metavar="NAME", help="show only findings of this stage")
    parser.add_argument(
        "--examples", metavar="N", type=integer_from(0), default=3, help="number of examples per rule (default: 3)"
    )
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 if anything differs")
    add_reading_options(parser)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("--json", action="store_true", help="print JSON Lines")
    loudness.add_argument("-q", "--quiet", action="store_true", help="print only articles that cannot be compared")


def main(options: argparse.Namespace) -> int:
    """Compares. Returns 1 if an article is invalid, or with `--exit-code` if something differs."""
    old, new = output_place(options.old, options), output_place(options.new, options)
    most = limits(options)
    for path in (old, new):
        if not path.exists():
            raise UsageError(f"{path} does not exist")
    rule_filter = RuleFilter(options.rule, options.stage)
    totals = DiffTotals(rule_filter, examples=options.examples)
    diff_printer = DiffPrinter(detailed=options.id is not None)
    article_pairs: Iterable[ArticlePair] = (
        matched_articles(old, new, most) if options.id is None else [_named(options.id, old, new, most)]
    )
    differs = False
    for difference in _compared(article_pairs, totals, verify_hint(old, new)):
        narrowed = (
            _narrowed(difference, rule_filter)
            if isinstance(difference, Difference)
            else difference
            if rule_filter.matches_all
            else None
        )
        if narrowed is None:
            continue
        differs = True
        if options.json:
            _print(narrowed)
        elif not options.quiet:
            diff_printer.add(narrowed)
    if not totals.compared and not totals.unmatched and not totals.broken:
        raise UsageError(f"no articles in {old} or {new}")
    check_rule_and_stage(options.rule, options.stage, totals.rules())
    if options.json:
        _print(totals.summary())
    elif not options.quiet:
        diff_printer.show(totals.summary(), rule_filter)
    return 1 if totals.broken or (differs and options.exit_code) else 0


def _compared(
    article_pairs: Iterable[ArticlePair], totals: DiffTotals, where: str
) -> Iterator[Difference | UnmatchedArticle]:
    """Yields the differences of each pair that differs, and prints invalid articles; `where` tells how to see all."""
    with print_grouped(where) as print_error:
        for pair in article_pairs:
            old, new = pair.old, pair.new
            try:
                for side in (old, new):
                    if isinstance(side, ContractError):
                        raise side
                difference = compare(old, new) if isinstance(old, Article) and isinstance(new, Article) else None
            except ContractError as error:
                totals.broken += 1
                print_error(str(error), error.reason)
                continue
            if isinstance(old, Article) and isinstance(new, Article) and difference is not None:
                totals.add(old, new, difference)
                if not difference.same:
                    yield difference
            elif isinstance(old, Article):
                yield totals.add_unmatched(old.id, "old")
            elif isinstance(new, Article):
                yield totals.add_unmatched(new.id, "new")


def _named(name: str, old: AnyPath, new: AnyPath, limits: Limits) -> ArticlePair:
    sides = [article_with_id(path, name, limits) for path in (old, new)]
    if sides == [None, None]:
        raise UsageError(f"no article {name!r} in {old} or {new}")
    return ArticlePair(name, *sides)


def _narrowed(difference: Difference, rule_filter: RuleFilter) -> Difference | None:
    """The part of a difference that the chosen rules caused, or `None`."""
    if rule_filter.matches_all:
        return difference
    findings = tuple(finding for finding in difference.findings if rule_filter.matches(finding.rule, finding.stage))
    if not findings:
        return None
    rules = {finding.rule for finding in findings}
    hunks = tuple(hunk for hunk in difference.text if rules & set(hunk.rules))
    return msgspec.structs.replace(difference, text=hunks, structure=(), findings=findings, provenance=())


def _print(item: msgspec.Struct) -> None:
    write_json(msgspec.json.encode(item))
