"""`pipeline readers`: lists readers; `new` creates one."""

import argparse

from pipeline.cli.readers import listing, new

READERS_EXAMPLES = """examples:
  pipeline readers                             list all readers, and what each reads
  pipeline readers --config pipeline.toml --json
  pipeline readers new chat-log                create a package with a new reader
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the list, and of the action."""
    parser.epilog = READERS_EXAMPLES
    listing.add_arguments(parser)
    actions = parser.add_subparsers(dest="action", metavar="[new NAME]", required=False)
    summary = "create an installable package with a reader and its tests"
    sub = actions.add_parser(
        "new",
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    new.add_arguments(sub)


def main(options: argparse.Namespace) -> int:
    """Lists the readers, or creates one."""
    return listing.main(options) if options.action is None else new.main(options)
