"""`pipeline verify`: restores and checks everything, and says what fails."""

import argparse
import sys
from pathlib import Path

from pipeline.errors import ContractError, UsageError
from pipeline.reading import attempts
from pipeline.runs.written import Edits, WrittenError, edits
from pipeline.stores import Place, place
from pipeline.verification import faults, share_aside

EPILOG = """example:
  pipeline verify output
"""
SHOWN = 5
"""Faults of one article that are printed."""
EDITED = "edited after it was written"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("output", metavar="OUTPUT", help="a folder of articles, one article, or what export wrote")
    parser.add_argument("-q", "--quiet", action="store_true", help="only what fails")


def main(options: argparse.Namespace) -> int:
    """Prints what fails and a total; 1 where something does, or where nothing was there to check."""
    source = place(options.output)
    checked = failed = 0
    aside = 0.0
    edited = _edits(source)
    for name, article in attempts(source):
        checked += 1
        if name in edited.articles:
            print(f"{name}: {EDITED}", file=sys.stderr)
        found = [article.reason] if isinstance(article, ContractError) else list(faults(article))
        for fault in found[:SHOWN]:
            print(f"{name}: {fault}", file=sys.stderr)
        if len(found) > SHOWN:
            print(f"{name}: and {len(found) - SHOWN} more", file=sys.stderr)
        failed += bool(found)
        if not isinstance(article, ContractError):
            aside += share_aside(article)
    if not checked:
        raise UsageError(f"{source} holds no articles")
    for name in sorted(edited.shards):
        print(f"{name}: {EDITED}", file=sys.stderr)
    if not options.quiet:
        by_hand = f"; {len(edited)} edited after they were written" if edited else ""
        print(
            f"{checked - failed} of {checked} articles restore byte for byte and hold to the contract; "
            f"{aside / checked:.1%} of their text in no field{by_hand}"
        )
    return 1 if failed or edited else 0


def _edits(source: Place) -> Edits:
    """What was edited, as far as a run remembers what it wrote; in a bucket that is not looked at."""
    if not isinstance(source, Path):
        return Edits()
    try:
        return edits(source)
    except WrittenError as error:
        print(f"pipeline: {error}; so it was not checked whether articles were edited", file=sys.stderr)
        return Edits()
