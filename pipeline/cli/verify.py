"""`pipeline verify`: checks every article and restores its source."""

import argparse
import sys
from pathlib import Path

from pipeline.cli.grouped_errors import print_grouped
from pipeline.cli.options import add_reading_options, limits, output_place
from pipeline.errors import ContractError, UsageError
from pipeline.exporters.load.articles import file_name_mismatch, load_each
from pipeline.model.article import Article
from pipeline.model.verify import faults, unassigned_share
from pipeline.runs.edited_articles import EditedArticles, UnreadableStateError, find_edited_articles
from pipeline.storage import AnyPath

VERIFY_EXAMPLES = """examples:
  pipeline verify output
  pipeline verify output -v               print every fault, not only three of each kind
"""
EDITED_MESSAGE = "edited after it was written"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = VERIFY_EXAMPLES
    parser.add_argument("output", metavar="OUTPUT", help="a folder of articles, one article, or an export")
    add_reading_options(parser)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="print only faults")
    loudness.add_argument(
        "-v", "--verbose", action="store_true", help="print every fault (default: three of each kind)"
    )


def main(options: argparse.Namespace) -> int:
    """Prints all faults and a summary. Returns 1 if an article is invalid or was edited by hand."""
    source = output_place(options.output, options)
    checked = failed = 0
    unassigned = 0.0
    edited = _edits(source)
    with print_grouped("-v prints all", everything=options.verbose) as print_error:
        for name, article in load_each(source, limits(options)):
            checked += 1
            if name in edited.articles:
                print_error(f"{name}: {EDITED_MESSAGE}", EDITED_MESSAGE)
            article_faults = [article.reason] if isinstance(article, ContractError) else list(faults(article))
            if isinstance(article, Article) and (misnamed := file_name_mismatch(source, name, article)):
                article_faults.append(misnamed)
            for fault in article_faults:
                print_error(f"{name}: {fault}", fault)
            failed += bool(article_faults)
            if not isinstance(article, ContractError):
                unassigned += unassigned_share(article)
        for name in sorted(edited.shards):
            print_error(f"{name}: {EDITED_MESSAGE}", EDITED_MESSAGE)
    if not checked:
        raise UsageError(f"no articles in {source}")
    if not options.quiet:
        restored = "all sources restored exactly" if not failed else f"{failed} with faults"
        by_hand = f"; {len(edited)} edited by hand" if edited else ""
        print(
            f"{checked - failed}/{checked} articles valid; {restored}; "
            f"{unassigned / checked:.1%} of text not in any field{by_hand}"
        )
    return 1 if failed or edited else 0


def _edits(source: AnyPath) -> EditedArticles:
    """The articles that were edited by hand since the run wrote them. Buckets are not checked."""
    if not isinstance(source, Path):
        return EditedArticles()
    try:
        return find_edited_articles(source)
    except UnreadableStateError as error:
        print(f"pipeline: warning: cannot check for articles edited by hand: {error}", file=sys.stderr)
        return EditedArticles()
