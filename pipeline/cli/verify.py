"""`pipeline verify`: restores and checks everything, and says what fails."""

import argparse
import sys
from pathlib import Path

from pipeline.cli.grouped_errors import print_grouped
from pipeline.cli.options import add_reading_options, limits, output_place
from pipeline.errors import ContractError, UsageError
from pipeline.export.load.articles import file_name_mismatch, load_each
from pipeline.model.article import Article
from pipeline.model.verify import faults, unassigned_share
from pipeline.runs.edited_articles import EditedArticles, UnreadableStateError, find_edited_articles
from pipeline.storage import AnyPath

VERIFY_EXAMPLES = """examples:
  pipeline verify output
  pipeline verify output -v               every fault, not only the first three of each kind
"""
EDITED_MESSAGE = "edited after it was written"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = VERIFY_EXAMPLES
    parser.add_argument("output", metavar="OUTPUT", help="a folder of articles, one article, or what export wrote")
    add_reading_options(parser)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="only what fails")
    loudness.add_argument("-v", "--verbose", action="store_true", help="every fault; by default three of each kind")


def main(options: argparse.Namespace) -> int:
    """Prints what fails and a total; 1 where something does, or where nothing was there to check."""
    source = output_place(options.output, options)
    checked = failed = 0
    aside = 0.0
    edited = _edits(source)
    with print_grouped("-v prints all", everything=options.verbose) as say:
        for name, article in load_each(source, limits(options)):
            checked += 1
            if name in edited.articles:
                say(f"{name}: {EDITED_MESSAGE}", EDITED_MESSAGE)
            found = [article.reason] if isinstance(article, ContractError) else list(faults(article))
            if isinstance(article, Article) and (misnamed := file_name_mismatch(source, name, article)):
                found.append(misnamed)
            for fault in found:
                say(f"{name}: {fault}", fault)
            failed += bool(found)
            if not isinstance(article, ContractError):
                aside += unassigned_share(article)
        for name in sorted(edited.shards):
            say(f"{name}: {EDITED_MESSAGE}", EDITED_MESSAGE)
    if not checked:
        raise UsageError(f"{source} holds no articles")
    if not options.quiet:
        by_hand = f"; {len(edited)} edited after they were written" if edited else ""
        print(
            f"{checked - failed} of {checked} articles restore byte for byte and hold to the contract; "
            f"{aside / checked:.1%} of their text in no field{by_hand}"
        )
    return 1 if failed or edited else 0


def _edits(source: AnyPath) -> EditedArticles:
    """What was edited, as far as a run remembers what it wrote; in a bucket that is not looked at."""
    if not isinstance(source, Path):
        return EditedArticles()
    try:
        return find_edited_articles(source)
    except UnreadableStateError as error:
        print(f"pipeline: cannot check whether articles were edited: {error}", file=sys.stderr)
        return EditedArticles()
