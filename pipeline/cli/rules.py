"""`pipeline rules`: lists every rule with its threshold, and examples of text that it changes or leaves alone."""

import argparse
import sys
from collections.abc import Iterator

import msgspec

from pipeline.cli.installed import steps
from pipeline.cli.options import add_config_options, pipeline, settings
from pipeline.cli.standard_streams import write_json
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import OFF, Step
from pipeline.errors import UsageError, did_you_mean

RULES_EXAMPLES = """examples:
  pipeline rules                       one line per rule
  pipeline rules words                 the rules of one stage, with examples
  pipeline rules words.run-together
"""


class RuleRow(msgspec.Struct, frozen=True):
    """One rule. `threshold` applies to documents without a profile; `default` is the threshold without settings."""

    rule: str
    stage: str
    meaning: str
    threshold: float | str
    default: float
    in_recipe: bool
    acts: tuple[str, ...]
    spares: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.epilog = RULES_EXAMPLES
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this stage or rule with its examples")
    add_config_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, one object per rule")


def main(options: argparse.Namespace) -> int:
    """Prints the rules of the stages of the recipe and of other installed stages."""
    options.stages = None
    made = pipeline(options, settings(options))
    by_name = {step.stage.name: step for step in (*steps(), *made.recipe.steps)}
    rows = [row for step in by_name.values() for row in _rows(step, made)]
    if options.name is not None:
        known = [row.rule for row in rows]
        rows = [row for row in rows if options.name in {row.rule, row.stage}]
        if not rows:
            stage = options.name.partition(".")[0]
            below = [name for name in known if name.startswith(f"{stage}.")]
            near = did_you_mean(options.name, below) if below else did_you_mean(stage, by_name)
            raise UsageError(f"unknown stage or rule {options.name!r}{near}")
    if options.json:
        write_json(msgspec.json.format(msgspec.json.encode(rows)))
    elif options.name is None:
        _table(rows)
    else:
        print("\n\n".join("\n".join(_page(row, by_name[row.stage])) for row in rows))
    return 0


def _rows(step: Step, made: Pipeline) -> Iterator[RuleRow]:
    for rule in step.stage.rules:
        threshold = made.recipe.thresholds.get(rule.name, rule.threshold)
        yield RuleRow(
            rule=rule.name,
            stage=step.stage.name,
            meaning=rule.meaning,
            threshold="off" if threshold == OFF else threshold,
            default=rule.threshold,
            in_recipe=any(stage.name == step.stage.name for stage in made.recipe.stages),
            acts=rule.acts,
            spares=rule.spares,
        )


def _threshold(row: RuleRow) -> str:
    changed = row.threshold != row.default
    return f"{row.threshold} (default: {row.default})" if changed else f"{row.threshold}"


def _table(rows: list[RuleRow]) -> None:
    from rich.table import Table

    from pipeline.cli.rich_console import Console

    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("rule", "threshold", "what it does"):
        table.add_column(head, no_wrap=head == "rule")
    for row in rows:
        table.add_row(row.rule, _threshold(row), row.meaning if row.in_recipe else f"{row.meaning} (not in the recipe)")
    width = None if sys.stdout.isatty() else 200
    Console(sys.stdout, width=width).print(table)


def _page(row: RuleRow, step: Step) -> Iterator[str]:
    yield row.rule
    yield f"  {row.meaning}"
    yield f"  threshold: {_threshold(row)}"
    for text in row.acts:
        yield f"  acts on  {_shown(text)}"
        after = _after(step, row, text)
        if after is not None:
            yield f"        →  {_shown(after)}"
    for text in row.spares:
        yield f"  spares   {_shown(text)}"


def _after(step: Step, row: RuleRow, text: str) -> str | None:
    """The repaired text of an example; `None` for a finder, or if the rule only adds a note."""
    if step.stage.gives:
        return None
    # Also show what a rule that is off would do.
    threshold = row.default if isinstance(row.threshold, str) else row.threshold
    after = Pipeline([step.stage], rules={row.rule: threshold}).clean(text)
    return None if after == text else after


def _shown(text: str) -> str:
    return text.replace("\n", "⏎")
