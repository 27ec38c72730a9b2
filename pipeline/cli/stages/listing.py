"""Lists stages: those of the recipe in order, other installed ones, and those that cannot run."""

import argparse
import sys
from collections.abc import Iterator

import msgspec

from pipeline.cli.options import add_recipe_options, pipeline, settings
from pipeline.cli.standard_streams import write_json
from pipeline.config.plugins import Package, offered, offers
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import BUILT_IN, step
from pipeline.errors import UsageError
from pipeline.model.stage import Stage


class StageRow(msgspec.Struct, frozen=True):
    """One stage; `place` is its position in the recipe, from 1; `fault` is why it cannot run."""

    stage: str
    package: str | None
    version: str | None
    place: int | None = None
    kind: str | None = None
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    what: str | None = None
    fault: str | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    add_recipe_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, one object per stage")


def main(options: argparse.Namespace) -> int:
    """Prints a table of the recipe and a table of other installed stages."""
    made = pipeline(options, settings(options))
    recipe = [_row(step.stage, step.package, i) for i, step in enumerate(made.recipe.steps, 1)]
    others = list(_others({row.stage for row in recipe}))
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode([*recipe, *others])))
        return 0
    _table(recipe)
    if others:
        print("\ninstalled but not in the recipe:\n")
        _table(others)
    for row in others:
        if row.fault:
            print(f"\n{row.fault}")
    for profile, names in _profiles(made):
        print(f"\nprofile {profile}: {', '.join(names)}")
    return 0


def _row(stage: Stage, package: Package, place: int | None) -> StageRow:
    return StageRow(
        stage=stage.name,
        package=package.name,
        version=package.version,
        place=place,
        kind="finder" if stage.gives else "repair",
        after=tuple(sorted(stage.after)),
        needs=tuple(sorted(stage.needs)),
        gives=tuple(sorted(stage.gives)),
        rules=tuple(rule.name for rule in stage.rules),
        what=(type(stage).__doc__ or "").strip().split("\n")[0],
    )


def _others(recipe: set[str]) -> Iterator[StageRow]:
    """Stages that are not in the recipe, and stages that cannot run, with the reason."""
    for name in BUILT_IN:
        if name not in recipe:
            made = step(name)
            yield _row(made.stage, made.package, None)
    installed = offers()
    for offer in installed:
        if offer.name in recipe and offer.name not in BUILT_IN:
            continue
        try:
            if offer.name in BUILT_IN:
                raise UsageError(
                    f"stage {offer.name!r} of package {offer.package} has the name of a built-in stage, which runs "
                    "instead; rename it"
                )
            offered(offer.name, installed)
            yield _row(offer.load(), offer.package, None)
        except UsageError as error:
            yield StageRow(offer.name, offer.package.name, offer.package.version, fault=str(error))


def _profiles(made: Pipeline) -> Iterator[tuple[str, list[str]]]:
    """The profiles that run different stages."""
    common = [stage.name for stage in made.recipe.stages]
    for way in made.variants[:-1]:
        names = [stage.name for stage in way.recipe.stages]
        if names != common and way.version.profile:
            yield way.version.profile, names


def _table(rows: list[StageRow]) -> None:
    from rich.table import Table

    from pipeline.cli.rich_console import Console

    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("", "stage", "kind", "package", "gives", "needs", "rules", "what it does"):
        table.add_column(head, justify="right" if head in {"", "rules"} else "left")
    for row in rows:
        table.add_row(
            str(row.place or ""),
            row.stage,
            "cannot run" if row.fault else row.kind,
            f"{row.package or '–'} {row.version or ''}".strip(),
            ", ".join(row.gives) or "–",
            ", ".join(row.needs) or "–",
            "–" if row.fault else str(len(row.rules)),
            row.what or "",
        )
    width = None if sys.stdout.isatty() else 200
    Console(sys.stdout, width=width).print(table)
