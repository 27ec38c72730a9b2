"""`pipeline stages`: lists stages; `new` creates one, `check` tests one."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pipeline.cli.stages import listing

STAGES_EXAMPLES = """examples:
  pipeline stages                              list the stages of the recipe and other installed stages
  pipeline stages --config pipeline.toml --json
  pipeline stages new lost-quotes              create a package with a new stage
  pipeline stages check ./lost-quotes          run the conformance tests
"""

ACTIONS = {
    "new": "create an installable package with a stage, its cases and its tests",
    "check": "run the conformance tests on the stages of a module",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the list, and the two actions with theirs."""
    parser.epilog = STAGES_EXAMPLES
    listing.add_arguments(parser)
    actions = parser.add_subparsers(dest="action", metavar="[new NAME | check MODULE]", required=False)
    for name, summary in ACTIONS.items():
        module: Any = import_module(f"pipeline.cli.stages.{name}")
        sub = actions.add_parser(
            name,
            help=summary,
            description=f"{summary[:1].upper()}{summary[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)


def main(options: argparse.Namespace) -> int:
    """Lists the stages, or runs the action."""
    if options.action is None:
        return listing.main(options)
    act: Callable[[argparse.Namespace], int] = import_module(f"pipeline.cli.stages.{options.action}").main
    return act(options)
