"""`pipeline stages`: what the recipe runs, in which order, and what each stage needs and gives."""

import argparse
import sys

from pipeline.cli.options import pipeline, recipe_options, settings

EPILOG = """examples:
  pipeline stages
  pipeline stages --config pipeline.toml
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    recipe_options(parser)


def main(options: argparse.Namespace) -> int:
    """Prints a table of the stages."""
    from rich.console import Console
    from rich.table import Table

    made = pipeline(options, settings(options))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("stage", "kind", "gives", "needs", "rules", "what it does"):
        table.add_column(head, justify="right" if head == "rules" else "left")
    for stage in made.recipe.stages:
        table.add_row(
            stage.name,
            "finder" if stage.gives else "repair",
            ", ".join(sorted(stage.gives)) or "–",
            ", ".join(sorted(stage.needs)) or "–",
            str(len(stage.rules)),
            (type(stage).__doc__ or "").strip().split("\n")[0],
        )
    width = None if sys.stdout.isatty() else 160
    Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width).print(table)
    return 0
