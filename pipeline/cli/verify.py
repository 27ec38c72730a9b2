"""`pipeline verify`: restores and checks everything, and says what fails."""

import argparse

from pipeline.cli.similar import printed
from pipeline.errors import ContractError, UsageError
from pipeline.reading import attempts
from pipeline.stores import place
from pipeline.verification import faults, share_aside

EPILOG = """examples:
  pipeline verify output
  pipeline verify output -v               every fault, not only the first three of each kind
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("output", metavar="OUTPUT", help="a folder of articles, one article, or what export wrote")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="only what fails")
    loudness.add_argument("-v", "--verbose", action="store_true", help="every fault; by default three of each kind")


def main(options: argparse.Namespace) -> int:
    """Prints what fails and a total; 1 where something does, or where nothing was there to check."""
    source = place(options.output)
    checked = failed = 0
    aside = 0.0
    with printed("-v prints all", everything=options.verbose) as say:
        for name, article in attempts(source):
            checked += 1
            found = [article.reason] if isinstance(article, ContractError) else list(faults(article))
            for fault in found:
                say(f"{name}: {fault}", fault)
            failed += bool(found)
            if not isinstance(article, ContractError):
                aside += share_aside(article)
    if not checked:
        raise UsageError(f"{source} holds no articles")
    if not options.quiet:
        print(
            f"{checked - failed} of {checked} articles restore byte for byte and hold to the contract; "
            f"{aside / checked:.1%} of their text in no field"
        )
    return 1 if failed else 0
